"""A rebuilding of the ledger, killed: there is the old ledger or the new one, and nothing in between."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.reliability.oracle import before, hold
from tests.reliability.quick import QuickPlace, copied

LEDGER = ".git/workbench/ledger.db"


def spoiled(finished: QuickPlace, where: Path) -> QuickPlace:
    """Return a place whose ledger says what its own events do not."""
    place = copied(finished, where)
    with sqlite3.connect(place.root / LEDGER) as db:
        db.execute("UPDATE runs SET head = base")
    db.close()
    return place


INSTANTS = {"ledger.RunStarted.after": 6, "rebuild.aside.after": 6, "rebuild.placed.after": 0}


@pytest.mark.parametrize("name", INSTANTS)
def test_a_kill_leaves_the_old_or_the_new(name: str, finished: QuickPlace, tmp_path: Path) -> None:
    place = spoiled(finished, tmp_path / "place")
    was, old = before(place), (place.root / LEDGER).read_bytes()
    assert place.workbench("rebuild", fault=f"{name}:1").code == -9
    placed = name == "rebuild.placed.after"
    assert ((place.root / LEDGER).read_bytes() != old) == placed
    assert place.workbench("verify").code == INSTANTS[name]
    assert place.workbench("rebuild").code == (3 if placed else 1)
    hold(place, was)
    kept = sorted(one.name for one in (place.root / LEDGER).parent.glob("ledger.db*"))
    assert kept == ["ledger.db", "ledger.db.aside-1"]
    assert (place.root / f"{LEDGER}.aside-1").read_bytes() == old
    assert not (place.root / LEDGER).samefile(place.root / f"{LEDGER}.aside-1")

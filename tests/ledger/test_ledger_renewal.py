"""A new ledger takes the place of an old one, whatever lies beside it."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.ledger import renewal
from workbench.ledger.ledger import Ledger
from workbench.model.errors import EnvironmentFailed


def made(path: Path) -> Path:
    Ledger.open(path, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC)).close()
    return path


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    """A ledger with the journal beside it that a kill in the middle of a transaction leaves."""
    source = sqlite3.connect(tmp_path / "source.db", isolation_level=None)
    source.executescript("PRAGMA cache_size = 1; CREATE TABLE t (x); BEGIN;")
    source.executemany("INSERT INTO t VALUES (?)", [("x" * 1000,)] * 500)
    path = tmp_path / "ledger.db"
    for ending in ("", "-journal"):
        shutil.copy(tmp_path / f"source.db{ending}", tmp_path / f"ledger.db{ending}")
    source.close()
    return path


def test_a_journal_of_the_old_file_is_never_rolled_back_into_the_new(torn: Path) -> None:
    with renewal.place_for_new(torn) as new:
        content = made(new).read_bytes()
        aside = renewal.replace(torn, new)
    assert renewal.holds(torn)
    assert torn.read_bytes() == content
    assert aside is not None
    with sqlite3.connect(aside) as db:
        assert db.execute("SELECT count(*) FROM t").fetchone() == (0,)
    db.close()


def test_a_journal_without_its_ledger_is_no_danger_either(torn: Path) -> None:
    torn.unlink()
    with renewal.place_for_new(torn) as new:
        content = made(new).read_bytes()
        assert renewal.replace(torn, new) is None
    assert renewal.holds(torn)
    assert torn.read_bytes() == content


def test_what_a_killed_renewal_left_is_used_again(tmp_path: Path) -> None:
    path = made(tmp_path / "ledger.db")
    path.with_name("ledger.db.new").write_text("half")
    path.with_name("ledger.db.aside-1").write_text("older")
    path.with_name("ledger.db.aside-2").hardlink_to(path)
    with renewal.place_for_new(path) as new:
        assert not new.exists()
        assert renewal.replace(path, made(new)) == path.with_name("ledger.db.aside-2")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["ledger.db", "ledger.db.aside-1", "ledger.db.aside-2"]


def test_only_a_ledger_that_can_be_trusted_holds(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    assert not renewal.holds(path)
    path.write_bytes(b"something else entirely" * 100)
    assert not renewal.holds(path)
    path.unlink()
    assert renewal.holds(made(path))


def test_where_a_file_cannot_have_two_names_the_old_one_stays(tmp_path: Path) -> None:
    new = made(tmp_path / "new.db")
    with pytest.raises(EnvironmentFailed, match="the old ledger cannot be kept") as caught:
        renewal.replace(Path("/proc/self/comm"), new)
    assert (caught.value.path, new.exists()) == ("/proc/self/comm", True)
    assert "move comm away by hand" in caught.value.hint

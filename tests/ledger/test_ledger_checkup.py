"""What `doctor` says of a ledger, and what every command says of something unfinished in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from ledger_stories import BASE, FIRST, PLAN, RUN, begun, finished, oid, opened, rolled_back, started, to_kept

from workbench.ledger.checkup import ledger as looked_at
from workbench.ledger.schema import VERSION
from workbench.ledger.unfinished import unfinished
from workbench.model import event as e
from workbench.model.diagnosis import Diagnosis, Health
from workbench.model.run import RunOutcome, Unfinished

ENDED = (*to_kept(PLAN, FIRST, parent=BASE), finished(oid(FIRST, 1), RunOutcome.PARTIAL))
BOTH = "`workbench resume` finishes it, `workbench abort` undoes it"
LANDING = e.LandStarted(RUN, "land-1", "main", BASE, oid(FIRST, 1), "", ())


def told(state: Path) -> list[tuple[str, Health, str]]:
    found: Sequence[Diagnosis] = tuple(looked_at(state))
    return [(one.check, one.health, one.told) for one in found]


def changed(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(statement)


@pytest.mark.parametrize(
    ("events", "kind", "words", "hint"),
    [
        ((), "run", f"the run {RUN} stopped before its end", BOTH),
        (ENDED, "", "", ""),
        (
            (*ENDED, rolled_back(BASE, FIRST)[0]),
            "rollback",
            f"the rollback of {RUN} stopped before its end",
            "`workbench resume` finishes it",
        ),
        ((*ENDED, LANDING), "landing", f"the landing of {RUN} on main stopped before its end", BOTH),
    ],
    ids=["a run", "nothing", "a rollback", "a landing"],
)
def test_what_did_not_end_is_named(
    tmp_path: Path, events: tuple[e.Event, ...], kind: str, words: str, hint: str
) -> None:
    with opened(tmp_path) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        ledger.record(*events)
        waiting = unfinished(ledger)
        assert waiting == (Unfinished(kind, RUN, words, hint) if kind else None)
    said = (Health.MEND, f"{words}, and nothing else begins before") if kind else (Health.OK, "nothing")
    assert told(tmp_path / "state") == [
        ("run lock", Health.OK, "free"),
        ("ledger", Health.OK, "holds, with 1 runs"),
        ("unfinished", *said),
    ]


def test_a_ledger_that_was_changed_by_hand_is_to_mend(tmp_path: Path) -> None:
    changed(begun(tmp_path), "UPDATE runs SET head = 'elsewhere'")
    assert told(tmp_path / "state")[1] == ("ledger", Health.MEND, "the table runs is not what the events make it")


def test_an_older_ledger_is_no_fault_and_stays_as_it_is(tmp_path: Path) -> None:
    path = begun(tmp_path)
    changed(path, f"PRAGMA user_version = {VERSION - 1}")
    before = path.read_bytes()
    (_, said) = told(tmp_path / "state")
    assert said == ("ledger", Health.NOTE, "made by an older workbench; the next command brings it up to date")
    assert path.read_bytes() == before

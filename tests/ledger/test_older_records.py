"""A ledger written before a record got a field of its own still holds; one that was changed by hand does not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from ledger_stories import BASE, FIRST, PLAN, oid, opened, rolled_back, started, to_judging, to_kept

from workbench.ledger.ledger import Ledger
from workbench.model import event as e


def written(directory: Path, *, to_tree: str) -> Path:
    """Return a ledger with one rollback that made a commit with this tree."""
    with opened(directory) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        ledger.record(*to_kept(PLAN, FIRST, parent=BASE))
        intent, outcome = rolled_back(oid("reverting"), FIRST, mode="revert")
        assert isinstance(intent, e.RollbackStarted)
        ledger.record(replace(intent, to_tree=to_tree), outcome)
        return ledger.path


def rewrite(path: Path, old: str, new: str) -> None:
    """Change what the state remembers of the rollback, and nothing in the events."""
    with closing(sqlite3.connect(path)) as db, db:
        changed = db.execute("UPDATE rollbacks SET started = replace(started, ?, ?)", (old, new))
        assert changed.rowcount == 1
        (now,) = db.execute("SELECT started FROM rollbacks").fetchone()
        assert old not in now


def problems(path: Path) -> tuple[str, ...]:
    ledger = Ledger.read(path)
    assert ledger is not None
    with ledger:
        return ledger.verify()


def test_a_record_without_a_field_that_came_later_is_what_the_events_make_it(tmp_path: Path) -> None:
    path = written(tmp_path, to_tree="")
    rewrite(path, ',"to_tree":""', "")
    assert problems(path) == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (',"to_tree":"abc"', ""),  # it said something
        ('"to_tree":"abc"', '"to_tree":"abd"'),
        ('"to_tree":"abc"', '"to_tree": "abc"'),  # not as we write it
        ('"to_tree":"abc"', '"to_twig":"abc"'),
        ("{", "["),
    ],
)
def test_a_record_that_was_changed_is_found(tmp_path: Path, old: str, new: str) -> None:
    path = written(tmp_path, to_tree="abc")
    rewrite(path, old, new)
    assert problems(path) == ("the table rollbacks is not what the events make it",)


def test_what_a_table_says_besides_its_records_counts_too(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        ledger.record(*to_judging(PLAN, FIRST, parent=BASE))  # a batch that nothing was decided about
    with closing(sqlite3.connect(ledger.path)) as db, db:
        db.execute("UPDATE batches SET parent = 'another'")
    assert problems(ledger.path) == ("the table batches is not what the events make it",)

"""Steps of one batch through the state table, and what is on the branch because of it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from workbench.model.batch import ON_BRANCH, BatchState, advance
from workbench.model.errors import WorkbenchError
from workbench.model.event import BatchStarted, RollbackStarted


@dataclass(frozen=True, slots=True)
class Row:
    """A batch of a run: `batch` is its id, `run` the run's number."""

    run: int
    batch: str
    state: BatchState


def find(db: sqlite3.Connection, run: int, batch: str) -> Row:
    """Return the batch as it stands; one the plan does not have is refused."""
    row = db.execute(
        """SELECT coalesce(b.state, 'planned') FROM runs JOIN plan_batches AS p ON p.plan = runs.plan
           LEFT JOIN batches AS b ON b.run = runs.id AND b.batch = p.batch
           WHERE runs.id = ? AND p.batch = ?""",
        (run, batch),
    ).fetchone()
    if row is None:
        raise WorkbenchError(f"the run's plan has no batch {batch}")
    return Row(run, batch, BatchState(row[0]))


def start(db: sqlite3.Connection, row: Row, event: BatchStarted, ts: str) -> None:
    """Take the batch up, for the first time or again: nothing of an earlier attempt is counted twice."""
    other = db.execute(
        """SELECT batch FROM batches
           WHERE run = ? AND batch != ? AND state IN ('started', 'committed', 'judging', 'keeping')""",
        (row.run, row.batch),
    ).fetchone()
    if other is not None:
        raise WorkbenchError(f"{row.batch} cannot start while {other[0]} is under way")
    advance(row.state, BatchState.STARTED)
    db.execute("DELETE FROM judgements WHERE run = ? AND batch = ?", (row.run, row.batch))
    db.execute("DELETE FROM quarantine WHERE run = ? AND batch = ?", (row.run, row.batch))
    db.execute("DELETE FROM keeps WHERE run = ? AND batch = ? AND NOT on_branch", (row.run, row.batch))
    db.execute(
        "INSERT OR REPLACE INTO batches VALUES (?, ?, ?, 'started', ?, ?, NULL, NULL, NULL, '', ?, NULL)",
        (row.run, row.batch, event.seq, event.parent, event.when, ts),
    )


def step(db: sqlite3.Connection, row: Row, state: BatchState) -> None:
    """Take one legal step."""
    _set(db, row, advance(row.state, state))


def end(db: sqlite3.Connection, row: Row, state: BatchState, ts: str, reason: str = "") -> None:
    """Take the last step of an attempt. What an earlier attempt left on the branch is not forgotten over it."""
    advance(row.state, state)
    _set(db, row, state if state in (BatchState.KEPT, BatchState.SPLIT) else _standing(db, row, state))
    db.execute("UPDATE batches SET ended = ?, reason = ? WHERE run = ? AND batch = ?", (ts, reason, row.run, row.batch))


def first_lost(db: sqlite3.Connection, run: int, rollback: RollbackStarted) -> int:
    """Return from which keep (event number) on a rollback undoes its batches.

    A batch that was tried again for what it had set aside has several keeps. A branch that is moved back loses
    those made on the savepoint it returns to, and after; a revert makes a commit of its own and undoes them all.
    """
    (keep,) = db.execute(
        "SELECT min(event) FROM keeps WHERE run = ? AND parent = ? AND on_branch", (run, rollback.to_commit)
    ).fetchone()
    return int(keep or 0)


def require_whole(db: sqlite3.Connection, run: int, rollback: RollbackStarted) -> None:
    """Refuse a rollback that would take batches off the branch which it does not name."""
    since = first_lost(db, run, rollback)
    rows = db.execute("SELECT DISTINCT batch FROM keeps WHERE run = ? AND on_branch AND event >= ?", (run, since))
    unnamed = sorted({str(batch) for (batch,) in rows} - {*rollback.batches})
    if unnamed and rollback.mode != "revert":
        raise WorkbenchError(f"a rollback to {rollback.to_commit} takes {', '.join(unnamed)} off the branch as well")


def take_off(db: sqlite3.Connection, row: Row, since: int) -> tuple[int, ...]:
    """Note that the batch's keeps from `since` on left the branch; return them."""
    if row.state not in ON_BRANCH:
        raise WorkbenchError(f"{row.batch} is {row.state} and not on the branch")
    lost = db.execute(
        "SELECT event FROM keeps WHERE run = ? AND batch = ? AND on_branch AND event >= ?", (row.run, row.batch, since)
    ).fetchall()
    db.executemany("UPDATE keeps SET on_branch = 0 WHERE run = ? AND event = ?", [(row.run, keep) for (keep,) in lost])
    _set(db, row, _standing(db, row, advance(row.state, BatchState.ROLLED_BACK)))
    return tuple(int(keep) for (keep,) in lost)


def _standing(db: sqlite3.Connection, row: Row, state: BatchState) -> BatchState:
    """Return `state`, unless something of the batch is on the branch all the same."""
    kept = db.execute("SELECT 1 FROM keeps WHERE run = ? AND batch = ? AND on_branch", (row.run, row.batch))
    if kept.fetchone() is None:
        return state
    aside = db.execute("SELECT 1 FROM quarantine WHERE run = ? AND batch = ?", (row.run, row.batch))
    return BatchState.KEPT if aside.fetchone() is None else BatchState.SPLIT


def _set(db: sqlite3.Connection, row: Row, state: BatchState) -> None:
    db.execute("UPDATE batches SET state = ? WHERE run = ? AND batch = ?", (state.value, row.run, row.batch))

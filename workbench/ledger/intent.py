"""What a run had begun and not ended when it stopped: what `resume` finishes or undoes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from workbench.ledger import codec
from workbench.model.batch import BatchState
from workbench.model.event import KeepDecided, LandStarted, RollbackStarted


@dataclass(frozen=True, slots=True)
class BatchIntent:
    """A batch under way: what it was begun with, its pinned candidate, and the decision to keep it if there is one."""

    id: str
    seq: int
    state: BatchState
    parent: str
    when: int
    commit: str | None
    tree: str | None
    decision: KeepDecided | None


@dataclass(frozen=True, slots=True)
class Intent:
    """What a run had begun and not ended when it stopped."""

    batch: BatchIntent | None
    rollback: RollbackStarted | None

    @property
    def moves_the_branch(self) -> bool:
        """Whether it was decided to move the run branch, which may or may not have come to it."""
        return self.rollback is not None or (self.batch is not None and self.batch.decision is not None)


def read(db: sqlite3.Connection, run: int) -> Intent:
    """Return what the run had begun and not ended."""
    row = db.execute(
        """SELECT batch, seq, state, parent, "when", "commit", tree, decision FROM batches
           WHERE run = ? AND state IN ('started', 'committed', 'judging', 'keeping')""",
        (run,),
    ).fetchone()
    begun = db.execute(
        "SELECT started FROM rollbacks WHERE run = ? AND NOT done ORDER BY event DESC", (run,)
    ).fetchone()
    return Intent(
        batch=None if row is None else _batch_intent(row),
        rollback=None if begun is None else codec.loads(RollbackStarted, begun[0]),
    )


def landing(db: sqlite3.Connection) -> LandStarted | None:
    """Return the landing that was begun and not ended, of whichever run."""
    row = db.execute("SELECT started FROM lands WHERE state = 'started'").fetchone()
    return None if row is None else codec.loads(LandStarted, row[0])


def _batch_intent(row: tuple[str, int, str, str, int, str | None, str | None, str | None]) -> BatchIntent:
    batch, seq, state, parent, when, commit, tree, decision = row
    decided = None if decision is None else codec.loads(KeepDecided, decision)
    return BatchIntent(batch, seq, BatchState(state), parent, when, commit, tree, decided)

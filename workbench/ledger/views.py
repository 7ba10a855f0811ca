"""What is known of runs without loading them: which there are, and where they stand.

`status` waits for this file, so it imports little.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from workbench.ledger import codec, database
from workbench.model.errors import UsageError
from workbench.model.run import RunOutcome, SuiteRecord
from workbench.model.violation import Count, Priority, SiteState, Totals


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in one line; `digest` is that of its frozen plan."""

    run: str
    plan: str
    digest: str
    outcome: RunOutcome
    branch: str
    base: str
    head: str
    started: datetime
    finished: datetime | None


def find_run(db: sqlite3.Connection, run: str) -> int:
    """Return the number of a run, or raise UsageError."""
    row = db.execute("SELECT id FROM runs WHERE run = ?", (run,)).fetchone()
    if row is None:
        raise UsageError(f"there is no run {run} in the ledger", hint="`workbench status` shows the latest run")
    return int(row[0])


def summaries(db: sqlite3.Connection, plan: str | None) -> tuple[RunSummary, ...]:
    """Return the runs of one plan's name, or all, oldest first."""
    rows = database.named(
        db,
        """SELECT run, name, digest, outcome, branch, base, head, started, finished
           FROM runs JOIN plans ON plans.id = runs.plan WHERE ?1 IS NULL OR name = ?1 ORDER BY runs.id""",
        (plan,),
    )
    return tuple(
        RunSummary(
            run=row["run"],
            plan=row["name"],
            digest=row["digest"],
            outcome=RunOutcome(row["outcome"]),
            branch=row["branch"],
            base=row["base"],
            head=row["head"],
            started=datetime.fromisoformat(row["started"]),
            finished=moment(row["finished"]),
        )
        for row in rows
    )


def moment(text: str | None) -> datetime | None:
    """Return a stored time, None for one that has not come."""
    return None if text is None else datetime.fromisoformat(text)


def latest_run(db: sqlite3.Connection, plan: str) -> str | None:
    """Return the newest run of a plan's name, or None."""
    row = db.execute(
        "SELECT run FROM runs JOIN plans ON plans.id = runs.plan WHERE name = ? ORDER BY runs.id DESC LIMIT 1", (plan,)
    ).fetchone()
    return None if row is None else str(row[0])


def unfinished_run(db: sqlite3.Connection) -> str | None:
    """Return the newest run that neither ended nor was given up, or None."""
    row = db.execute(
        "SELECT run FROM runs WHERE outcome IN ('running', 'interrupted') ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return None if row is None else str(row[0])


def unfinished_rollback(db: sqlite3.Connection) -> str | None:
    """Return the newest run that had ended, and of which a rollback was begun and not ended, or None."""
    row = db.execute(
        """SELECT runs.run FROM runs JOIN rollbacks ON rollbacks.run = runs.id
           WHERE NOT rollbacks.done AND runs.outcome NOT IN ('running', 'interrupted') ORDER BY runs.id DESC LIMIT 1"""
    ).fetchone()
    return None if row is None else str(row[0])


def totals(db: sqlite3.Connection, run: int) -> Totals:
    """Return the totals as the counts have them: the same as `model.violation.totals` over every site."""
    (rules,) = db.execute(
        "SELECT rules FROM runs JOIN plans ON plans.id = runs.plan WHERE runs.id = ?", (run,)
    ).fetchone()
    cells = db.execute(
        """SELECT text, priority, state, sites FROM counts JOIN names ON names.id = counts.rule
           WHERE run = ? AND sites > 0""",
        (run,),
    ).fetchall()
    every = _Column()
    by_priority: dict[Priority, _Column] = {priority: _Column() for priority in Priority}
    by_rule = {rule: _Column() for rule in sorted({*codec.loads(tuple[str, ...], rules), *(cell[0] for cell in cells)})}
    for rule, priority, state, sites in cells:
        for column in (every, by_priority[Priority(priority)], by_rule[rule]):
            column[SiteState(state)] += sites
    return Totals(
        all=every.count(),
        by_priority={priority: column.count() for priority, column in by_priority.items()},
        by_rule={rule: column.count() for rule, column in by_rule.items()},
    )


class _Column(defaultdict[SiteState, int]):
    """Sites by state, while they are being added up."""

    def __init__(self) -> None:
        super().__init__(int)

    def count(self) -> Count:
        return Count(
            fixed=self[SiteState.FIXED],
            quarantined=self[SiteState.QUARANTINED],
            blocked=self[SiteState.BLOCKED],
            excluded=self[SiteState.EXCLUDED],
            remaining=self[SiteState.OPEN],
        )


def suites(db: sqlite3.Connection, run: int) -> tuple[SuiteRecord, ...]:
    """Return where the command gates stand, in the order they were first measured."""
    rows = db.execute("SELECT record FROM suites WHERE run = ? ORDER BY event", (run,))
    return tuple(codec.loads(SuiteRecord, record) for (record,) in rows)

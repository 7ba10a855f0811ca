"""Moves sites between states and keeps the counts in step, so that totals are always right and never counted."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.model.errors import WorkbenchError
from workbench.model.violation import SiteState

# (rule's number, priority): one line of the counts.
_Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A site's new state, the batch that brought it, and for a fixed one the keep (event number) it is in."""

    fingerprint: str
    state: SiteState
    batch: str
    reason: str = ""
    detail: str = ""
    keep: int | None = None


def count_plan(db: sqlite3.Connection, run: int) -> None:
    """Start a run's counts from its plan."""
    db.execute(
        """INSERT INTO counts SELECT runs.id, rule, priority, state, count(*)
           FROM runs JOIN plans ON plans.id = runs.plan JOIN plan_sites ON site BETWEEN first_site AND last_site
           WHERE runs.id = ? GROUP BY rule, priority, state""",
        (run,),
    )


def change(db: sqlite3.Connection, run: int, changes: Iterable[Change]) -> None:
    """Give sites a new state; one that the run's plan does not have is refused."""
    moved: Counter[tuple[_Line, str]] = Counter()
    for one in changes:
        line, now = _current(db, run, one.fingerprint)
        moved[line, now] -= 1
        moved[line, one.state.value] += 1
        db.execute(
            "INSERT OR REPLACE INTO site_states VALUES (?, ?, ?, ?, ?, ?, ?)",
            (run, one.fingerprint, one.state.value, one.reason, one.detail, one.batch, one.keep),
        )
    _count(db, run, moved)


def forget_unfixed(db: sqlite3.Connection, run: int, batch: str) -> None:
    """Return what a batch blocked or quarantined to the plan's state."""
    _forget(db, run, db.execute(_UNFIXED, (run, batch)).fetchall())


def forget_keep(db: sqlite3.Connection, run: int, batch: str, keep: int) -> None:
    """Return what one keep of a batch fixed to the plan's state."""
    _forget(db, run, db.execute(_KEPT, (run, batch, keep)).fetchall())


_UNFIXED = """SELECT s.fingerprint, p.rule, p.priority, s.state, p.state
    FROM site_states AS s JOIN runs ON runs.id = s.run
    JOIN plan_fingerprints AS f ON f.plan = runs.plan AND f.fingerprint = s.fingerprint
    JOIN plan_sites AS p ON p.site = f.site
    WHERE s.run = ? AND s.batch = ? AND s.keep IS NULL"""
_KEPT = """SELECT s.fingerprint, p.rule, p.priority, s.state, p.state
    FROM site_states AS s JOIN runs ON runs.id = s.run
    JOIN plan_fingerprints AS f ON f.plan = runs.plan AND f.fingerprint = s.fingerprint
    JOIN plan_sites AS p ON p.site = f.site
    WHERE s.run = ? AND s.batch = ? AND s.keep = ?"""


def _forget(db: sqlite3.Connection, run: int, rows: list[tuple[str, int, str, str, str]]) -> None:
    moved: Counter[tuple[_Line, str]] = Counter()
    for _, rule, priority, now, planned in rows:
        moved[(rule, priority), now] -= 1
        moved[(rule, priority), planned] += 1
    db.executemany("DELETE FROM site_states WHERE run = ? AND fingerprint = ?", [(run, row[0]) for row in rows])
    _count(db, run, moved)


def _current(db: sqlite3.Connection, run: int, fingerprint: str) -> tuple[_Line, str]:
    row = db.execute(
        """SELECT p.rule, p.priority, coalesce(s.state, p.state)
           FROM runs JOIN plan_fingerprints AS f ON f.plan = runs.plan
           JOIN plan_sites AS p ON p.site = f.site
           LEFT JOIN site_states AS s ON s.run = runs.id AND s.fingerprint = f.fingerprint
           WHERE runs.id = ? AND f.fingerprint = ?""",
        (run, fingerprint),
    ).fetchone()
    if row is None:
        raise WorkbenchError(f"the run's plan has no site {fingerprint}")
    rule, priority, state = row
    return (rule, priority), state


def _count(db: sqlite3.Connection, run: int, moved: Counter[tuple[_Line, str]]) -> None:
    for ((rule, priority), state), n in moved.items():
        db.execute("INSERT OR IGNORE INTO counts VALUES (?, ?, ?, ?, 0)", (run, rule, priority, state))
        db.execute(
            "UPDATE counts SET sites = sites + ? WHERE run = ? AND rule = ? AND priority = ? AND state = ?",
            (n, run, rule, priority, state),
        )

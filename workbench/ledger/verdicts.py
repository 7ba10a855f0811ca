"""Remembers what gates said of a tree, so that no tree is judged twice and no unreliable verdict is used again."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from workbench.ledger import log
from workbench.model.event import BaselineJudged, GateJudged
from workbench.model.gate import Judgement, Verdict
from workbench.model.run import GateRecord


def remember(db: sqlite3.Connection, run: int, event: int, *, tree: str, key: str, judgement: Judgement) -> None:
    """Count the execution told of by `event`, and keep its verdict for the tree if it finished.

    A pass that turns out a fail on the same tree shows that passes of this gate cannot be trusted: all of
    them go, so that nothing is kept on their word.
    """
    if judgement.cached or judgement.verdict is Verdict.SKIP:
        return
    count(db, run)
    if not (key and judgement.verdict.finished and judgement.report.verdict.finished):
        return
    gate, verdict = judgement.report.gate, judgement.verdict
    if verdict is Verdict.FAIL and _known(db, tree, gate, key) == (Verdict.PASS.value,):
        db.execute("""DELETE FROM verdicts WHERE gate = ? AND "key" = ? AND verdict = 'pass'""", (gate, key))
    db.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?, ?)", (tree, gate, key, verdict.value, event))


def count(db: sqlite3.Connection, run: int) -> None:
    """Count one more run of a gate."""
    db.execute("UPDATE runs SET gate_runs = gate_runs + 1 WHERE id = ?", (run,))


def _known(db: sqlite3.Connection, tree: str, gate: str, key: str) -> tuple[str] | None:
    found: tuple[str] | None = db.execute(
        'SELECT verdict FROM verdicts WHERE tree = ? AND gate = ? AND "key" = ?', (tree, gate, key)
    ).fetchone()
    return found


def cached(db: sqlite3.Connection, tree: str, gate: str, key: str) -> Judgement | None:
    """Return the judgement remembered for a tree, marked as cached, or None."""
    row = db.execute(
        'SELECT event FROM verdicts WHERE tree = ? AND gate = ? AND "key" = ?', (tree, gate, key)
    ).fetchone()
    return None if row is None else replace(judgement_of(db, row[0]), cached=True)


def baselines(db: sqlite3.Connection, run: int) -> dict[str, Judgement]:
    """Return the judgements of the base tree by gate."""
    rows = db.execute("SELECT gate, event FROM baselines WHERE run = ? ORDER BY event", (run,)).fetchall()
    return {gate: judgement_of(db, event) for gate, event in rows}


def judgement_of(db: sqlite3.Connection, event: int) -> Judgement:
    """Return the judgement an event tells of."""
    stored = log.read_one(db, event).event
    assert isinstance(stored, GateJudged | BaselineJudged)
    return stored.judgement


def gate_record(judgement: Judgement) -> GateRecord:
    """Return what a report shows of a judgement."""
    report = judgement.report
    return GateRecord(
        id=report.gate,
        level=report.level,
        verdict=judgement.verdict,
        seconds=0.0 if judgement.cached else report.seconds,
        cached=judgement.cached,
        tests=report.counts,
        reason=judgement.reason or report.reason,
        convicting=judgement.convicting,
        gained=judgement.gained,
        lost=judgement.lost,
        flaky=judgement.flaky,
    )

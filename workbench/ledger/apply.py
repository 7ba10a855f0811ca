"""What each event does to the state tables: one small function per event, all of it replayable."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch

from workbench.ledger import batches, codec, log, sites, verdicts
from workbench.ledger.events import cleaned
from workbench.model import event as events
from workbench.model.batch import BatchState
from workbench.model.errors import WorkbenchError
from workbench.model.event import Event
from workbench.model.run import RunOutcome
from workbench.model.violation import SiteState


@dataclass(frozen=True, slots=True)
class At:
    """Where an event stands: its number and its time (ISO, UTC)."""

    db: sqlite3.Connection
    n: int
    ts: str


@singledispatch
def apply(event: Event, at: At) -> None:
    """Apply an event that was just appended, inside the same transaction; an illegal step raises."""
    raise TypeError(f"event {at.n}: nothing is known of {type(event).__name__}")


def append(db: sqlite3.Connection, ts: str, event: Event, clean: Callable[[str], str]) -> None:
    """Append an event and apply it, inside the caller's transaction; `clean` goes over foreign text first."""
    event = cleaned(event, clean)
    apply(event, At(db, log.write(db, ts, event), ts))


def run_number(db: sqlite3.Connection, run: str) -> int:
    """Return the number of a run; one that never started is refused."""
    row = db.execute("SELECT id FROM runs WHERE run = ?", (run,)).fetchone()
    if row is None:
        raise WorkbenchError(f"the ledger has no run {run}")
    return int(row[0])


def _batch(at: At, run: str, batch: str) -> batches.Row:
    return batches.find(at.db, run_number(at.db, run), batch)


@apply.register
def _(event: events.RunStarted, at: At) -> None:
    plan = at.db.execute("SELECT id FROM plans WHERE digest = ?", (event.digest,)).fetchone()
    if plan is None:
        raise WorkbenchError(f"the ledger has no plan {event.digest}")
    number = at.db.execute(
        """INSERT INTO runs (run, plan, branch, base, base_tree, head, outcome, started, gate_runs)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)""",
        (event.run, plan[0], event.branch, event.base, event.base_tree, event.base, RunOutcome.RUNNING.value, at.ts),
    ).lastrowid
    assert number is not None
    sites.count_plan(at.db, number)


@apply.register
def _(event: events.RunInterrupted, at: At) -> None:
    _outcome(at, event.run, RunOutcome.INTERRUPTED, None)


@apply.register
def _(event: events.RunResumed, at: At) -> None:
    _outcome(at, event.run, RunOutcome.RUNNING, None)


@apply.register
def _(event: events.RunFinished, at: At) -> None:
    _outcome(at, event.run, event.outcome, at.ts)
    _move_head(at, run_number(at.db, event.run), event.head)


def _outcome(at: At, run: str, outcome: RunOutcome, finished: str | None) -> None:
    at.db.execute(
        "UPDATE runs SET outcome = ?, finished = ? WHERE id = ?", (outcome.value, finished, run_number(at.db, run))
    )


def _move_head(at: At, run: int, commit: str) -> None:
    at.db.execute("UPDATE runs SET head = ? WHERE id = ?", (commit, run))


@apply.register
def _(event: events.BatchStarted, at: At) -> None:
    row = _batch(at, event.run, event.batch)
    batches.start(at.db, row, event, at.ts)
    sites.forget_unfixed(at.db, row.run, row.batch)


@apply.register
def _(event: events.BatchCommitted, at: At) -> None:
    row = _batch(at, event.run, event.batch)
    batches.step(at.db, row, BatchState.COMMITTED)
    at.db.execute(
        'UPDATE batches SET "commit" = ?, tree = ? WHERE run = ? AND batch = ?',
        (event.commit, event.tree, row.run, row.batch),
    )


@apply.register
def _(event: events.SitesBlocked, at: At) -> None:
    row = _batch(at, event.run, event.batch)
    sites.change(
        at.db,
        row.run,
        (
            sites.Change(fingerprint, SiteState.BLOCKED, event.batch, reason=code, detail=detail)
            for fingerprint, code, detail in event.sites
        ),
    )


@apply.register
def _(event: events.FileQuarantined, at: At) -> None:
    record = event.record
    row = _batch(at, event.run, record.batch)
    at.db.execute(
        "INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?)",
        (row.run, record.batch, record.path, at.n, codec.dumps(record)),
    )
    sites.change(
        at.db,
        row.run,
        (
            sites.Change(fingerprint, SiteState.QUARANTINED, record.batch, reason=record.gate)
            for fingerprint in record.fingerprints
        ),
    )


@apply.register
def _(event: events.KeepDecided, at: At) -> None:
    row = _batch(at, event.run, event.batch)
    batches.step(at.db, row, BatchState.KEEPING)
    at.db.execute(
        "UPDATE batches SET decision = ? WHERE run = ? AND batch = ?", (codec.dumps(event), row.run, row.batch)
    )


@apply.register
def _(event: events.BatchKept, at: At) -> None:
    row = _batch(at, event.run, event.batch)
    decided = _decision(at, row)
    if decided.commit != event.commit:
        raise WorkbenchError(f"{event.batch} was decided as {decided.commit} and cannot be kept as {event.commit}")
    at.db.execute(
        "INSERT INTO keeps VALUES (?, ?, ?, ?, ?, ?, 1)",
        (row.run, at.n, row.batch, decided.parent, decided.commit, decided.tree),
    )
    batches.end(at.db, row, BatchState.SPLIT if decided.split else BatchState.KEPT, at.ts)
    fixed = (sites.Change(one, SiteState.FIXED, row.batch, keep=at.n) for one in decided.fixed)
    sites.change(at.db, row.run, fixed)
    _move_head(at, row.run, event.commit)


def _decision(at: At, row: batches.Row) -> events.KeepDecided:
    if row.state is not BatchState.KEEPING:
        raise WorkbenchError(f"{row.batch} was never decided to be kept: it is {row.state}")
    found = at.db.execute("SELECT decision FROM batches WHERE run = ? AND batch = ?", (row.run, row.batch))
    return codec.loads(events.KeepDecided, found.fetchone()[0])


@apply.register
def _(event: events.BatchDropped, at: At) -> None:
    batches.end(at.db, _batch(at, event.run, event.batch), event.state, at.ts, event.reason)


@apply.register
def _(event: events.GateStarted, at: At) -> None:
    _judging(at, event.run, event.batch)


@apply.register
def _(event: events.GateJudged, at: At) -> None:
    _judging(at, event.run, event.batch)
    run = run_number(at.db, event.run)
    verdicts.remember(at.db, run, at.n, tree=event.tree, key=event.key, judgement=event.judgement)
    if not event.trial:
        record = codec.dumps(verdicts.gate_record(event.judgement))
        gate = event.judgement.report.gate
        at.db.execute(
            "INSERT OR REPLACE INTO judgements VALUES (?, ?, ?, ?, ?)", (run, event.batch, gate, at.n, record)
        )


@apply.register
def _(event: events.GateUnneeded, at: At) -> None:
    verdicts.count(at.db, run_number(at.db, event.run))


@apply.register
def _(event: events.BaselineJudged, at: At) -> None:
    run = run_number(at.db, event.run)
    verdicts.remember(at.db, run, at.n, tree=event.tree, key=event.key, judgement=event.judgement)
    at.db.execute("INSERT OR REPLACE INTO baselines VALUES (?, ?, ?)", (run, event.judgement.report.gate, at.n))


def _judging(at: At, run: str, batch: str) -> None:
    """Take the batch to JUDGING; gates of a phase or a run belong to no batch."""
    if batch:
        batches.step(at.db, _batch(at, run, batch), BatchState.JUDGING)


@apply.register
def _(event: events.SuiteMeasured, at: At) -> None:
    at.db.execute(
        "INSERT INTO suites VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
        (run_number(at.db, event.run), event.suite.id, at.n, codec.dumps(event.suite)),
    )


@apply.register
def _(event: events.RollbackStarted, at: At) -> None:
    run = run_number(at.db, event.run)
    batches.require_whole(at.db, run, event)
    at.db.execute("INSERT INTO rollbacks VALUES (?, ?, ?, 0)", (run, at.n, codec.dumps(event)))


@apply.register
def _(event: events.RolledBack, at: At) -> None:
    run = run_number(at.db, event.run)
    intent = at.db.execute(
        "SELECT event, started FROM rollbacks WHERE run = ? AND NOT done ORDER BY event DESC LIMIT 1", (run,)
    ).fetchone()
    if intent is None:
        raise WorkbenchError(f"run {event.run} has no rollback under way")
    started = codec.loads(events.RollbackStarted, intent[1])
    since = batches.first_lost(at.db, run, started)
    for batch in started.batches:
        row = batches.find(at.db, run, batch)
        for keep in batches.take_off(at.db, row, since):
            sites.forget_keep(at.db, run, batch, keep)
    at.db.execute("UPDATE rollbacks SET done = 1 WHERE run = ? AND event <= ?", (run, intent[0]))
    _move_head(at, run, event.certificate.to_commit)


@apply.register
def _(event: events.TriggerDecided, at: At) -> None:
    run_number(at.db, event.run)  # the event is all there is to keep


@apply.register
def _(event: events.TriggerFired, at: At) -> None:
    run_number(at.db, event.run)  # as above


@apply.register
def _(event: events.Drilled, at: At) -> None:
    run_number(at.db, event.run)  # a fact that moves nothing


@apply.register
def _(event: events.LandStarted, at: At) -> None:
    run = run_number(at.db, event.run)
    open_one = at.db.execute("SELECT land FROM lands WHERE state = 'started'").fetchone()
    if open_one is not None:
        raise WorkbenchError(f"the landing {open_one[0]} has not ended")
    at.db.execute(
        "INSERT INTO lands VALUES (?, ?, ?, ?, ?, 'started')", (run, at.n, event.land, codec.dumps(event), event.new)
    )


@apply.register
def _(event: events.Landed, at: At) -> None:
    _end_landing(at, event.run, event.land, "landed")


@apply.register
def _(event: events.LandAbandoned, at: At) -> None:
    _end_landing(at, event.run, event.land, "abandoned")


def _end_landing(at: At, run: str, land: str, state: str) -> None:
    ended = at.db.execute(
        "UPDATE lands SET state = ? WHERE run = ? AND land = ? AND state = 'started'",
        (state, run_number(at.db, run), land),
    )
    if ended.rowcount != 1:
        raise WorkbenchError(f"run {run} has no landing {land} under way")

"""What became of a run: its events, its record, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from workbench.model.event import Event
from workbench.model.flips import flips
from workbench.model.run import (
    BatchRecord,
    Drill,
    Parting,
    QuarantineRecord,
    RunRecord,
    TriggerRecord,
    Unfinished,
)
from workbench.model.violation import SiteState, totals
from workbench.report.figures import moment
from workbench.report.objects import (
    SCHEMA,
    Object,
    collision_objects,
    event_object,
    flip_object,
    gate_object,
    suite_object,
    totals_object,
    violation_object,
)


def log_document(run: str, events: Iterable[tuple[datetime, Event]]) -> Object:
    """Return every event of a run, in the order given."""
    return {"schema": SCHEMA, "run": run, "events": [event_object(event, at) for at, event in events]}


def run_document(record: RunRecord) -> Object:
    """Return a run as it stands."""
    blocked = [one for one in record.violations if one.state is SiteState.BLOCKED]
    return {
        "schema": SCHEMA,
        "run": record.run,
        "plan": record.plan,
        "title": record.title,
        "issue": record.issue,
        "digest": record.digest,
        "outcome": str(record.outcome),
        "branch": record.branch,
        "base": record.base,
        "head": record.head,
        "started": moment(record.started),
        "finished": None if record.finished is None else moment(record.finished),
        "batches": [batch_object(batch) for batch in record.batches],
        "quarantined": [quarantine_object(one) for one in record.quarantined],
        "blocked": [violation_object(one) for one in blocked],
        "totals": totals_object(totals(record.violations, record.rules)),
        "gates": [suite_object(suite) for suite in record.suites],
        "drills": [_drill(one) for one in record.drills],
        "flips": [flip_object(one) for one in flips(record)],
        "triggers": [_trigger(one) for one in record.triggers],
        "gate_runs": record.gate_runs,
        "gate_runs_unneeded": record.gate_runs_unneeded,
    }


def batch_object(batch: BatchRecord) -> Object:
    return {
        "id": batch.id,
        "priority": str(batch.priority),
        "state": str(batch.state),
        "commit": batch.commit,
        "rules": list(batch.rules),
        "package": batch.package,
        "files": len(batch.files),
        "paths": list(batch.files),
        "violations": batch.violations,
        "seconds": round(batch.seconds, 3),
        "reason": batch.reason,
        "gates": [gate_object(gate) for gate in batch.gates],
    }


def _trigger(record: TriggerRecord) -> Object:
    return {
        "gate": record.gate,
        "do": record.do,
        "batch": record.batch or None,
        "tests": list(record.tests),
        "taken_off": list(record.taken_off),
        "lessons": record.lessons,
        "tree": record.tree or None,
        "verified": record.verified,
        "gates": [{"id": gate, "verdict": verdict} for gate, verdict in record.gates],
    }


def quarantine_object(record: QuarantineRecord) -> Object:
    return {
        "path": record.path,
        "fingerprints": list(record.fingerprints),
        "gate": record.gate,
        "tests": list(record.tests),
        "evidence": record.evidence,
        "batch": record.batch,
        "with": list(record.with_paths),
        "diff": record.diff,
        "owner": record.owner,
        "reproduce": record.reproduce,
    }


def status_document(
    record: RunRecord, next_command: str, waiting: Unfinished | None = None, parted: Parting | None = None
) -> Object:
    """Return where a plan stands, what waits or has gone on meanwhile, and the command to type next."""
    return {
        "schema": SCHEMA,
        "plan": record.plan,
        "run": record.run,
        "outcome": str(record.outcome),
        "totals": totals_object(totals(record.violations, record.rules)),
        "gates": [suite_object(suite) for suite in record.suites],
        "drills": [_drill(one) for one in record.drills],
        "unfinished": None if waiting is None else asdict(waiting),
        "parted": None if parted is None else parting_object(parted),
        "next": next_command,
    }


def _drill(drill: Drill) -> Object:
    return {
        "phase": drill.phase,
        "batch": drill.batch,
        "commit": drill.commit,
        "forth": {"expected_tree": drill.forth_expected, "actual_tree": drill.forth_actual},
        "back": {"expected_tree": drill.back_expected, "actual_tree": drill.back_actual},
        "verified": drill.verified,
    }


def parting_object(parted: Parting) -> Object:
    """Return how two branches have parted."""
    return {
        "branch": parted.branch,
        "tip": parted.tip,
        "tried": parted.tried,
        "conflicts": collision_objects(parted.collisions),
    }

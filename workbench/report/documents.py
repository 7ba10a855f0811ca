"""The JSON documents of the contract: what scripts read. One function each, every one with its schema number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from workbench.model.errors import Colliding, PlanFileError, Problem, WorkbenchError
from workbench.model.event import Event
from workbench.model.flips import flips
from workbench.model.plan import Batch, Phase, Plan
from workbench.model.run import (
    BatchRecord,
    Certificate,
    Drill,
    Landing,
    Parting,
    QuarantineRecord,
    RunRecord,
    TriggerRecord,
    Unfinished,
)
from workbench.model.violation import Priority, SiteState, Skipped, Violation, totals
from workbench.report.figures import moment
from workbench.report.objects import (
    Object,
    event_object,
    flip_object,
    gate_object,
    skipped_object,
    suite_object,
    totals_object,
    violation_object,
)
from workbench.report.reasons import reason

SCHEMA = 1


def scan_document(
    plan: str,
    commit: str | None,
    violations: Sequence[Violation],
    skipped: Iterable[Skipped],
    rules: Iterable[str] = (),
) -> Object:
    """Return what a scan found; `commit` is None for a working tree; `rules` are counted even at zero."""
    priorities = Counter(one.priority for one in violations)
    names = Counter(one.rule for one in violations)
    return {
        "schema": SCHEMA,
        "plan": plan,
        "commit": commit,
        "violations": [violation_object(one) for one in violations],
        "skipped": [skipped_object(one) for one in skipped],
        "totals": {
            "found": len(violations),
            "by_priority": {str(priority): priorities[priority] for priority in Priority},
            "by_rule": {rule: names[rule] for rule in sorted({*rules, *names})},
        },
    }


def check_document(
    plan: str,
    baseline: str,
    commit: str | None,
    new: Sequence[Violation],
    skipped: Iterable[Skipped],
    known: int,
    gone: int,
    unjudged: int,
) -> Object:
    """Return what the ratchet found; now = new + known, and `gone` and `unjudged` were in the baseline only."""
    return {
        "schema": SCHEMA,
        "plan": plan,
        "baseline": baseline,
        "commit": commit,
        "new": [violation_object(one) for one in new],
        "skipped": [skipped_object(one) for one in skipped],
        "totals": {"now": len(new) + known, "new": len(new), "known": known, "gone": gone, "unjudged": unjudged},
    }


def plan_document(plan: Plan) -> Object:
    """Return a frozen plan."""
    return {
        "schema": SCHEMA,
        "plan": plan.name,
        "title": plan.title,
        "issue": plan.issue,
        "digest": plan.digest,
        "base": {"commit": plan.base_commit, "tree": plan.base_tree},
        "phases": [_phase(phase) for phase in plan.phases],
        "blocked": [violation_object(one) for one in plan.in_state(SiteState.BLOCKED)],
        "excluded": [violation_object(one) for one in plan.in_state(SiteState.EXCLUDED)],
        "totals": totals_object(totals(plan.violations, plan.rules)),
    }


def _phase(phase: Phase) -> Object:
    return {
        "priority": str(phase.priority),
        "violations": sum(len(batch.fingerprints) for batch in phase.batches),
        "batches": [_planned(batch) for batch in phase.batches],
    }


def _planned(batch: Batch) -> Object:
    return {
        "id": batch.id,
        "rules": list(batch.rules),
        "package": batch.package,
        "files": list(batch.files),
        "violations": len(batch.fingerprints),
    }


def batch_document(
    plan: Plan, batch: Batch, gates: Sequence[str], diff: str, record: BatchRecord | None = None
) -> Object:
    """Return one planned batch in full: units, sites, gates, diff, and what a run made of it (null before)."""
    mine = frozenset(batch.fingerprints)
    return {
        "schema": SCHEMA,
        "plan": plan.name,
        "batch": {**_planned(batch), "priority": str(batch.priority), "units": [list(unit) for unit in batch.units]},
        "violations": [violation_object(one) for one in plan.violations if one.fingerprint in mine],
        "gates": list(gates),
        "diff": diff,
        "made": _batch(record) if record is not None else None,
    }


def places_document(
    violations: Sequence[Violation], quarantined: Iterable[QuarantineRecord], diff: str, whys: Mapping[str, str]
) -> Object:
    """Return all that is known of some places: the sites, what set their files aside, and what they become.

    `whys` says, by rule, why it is wanted.
    """
    return {
        "schema": SCHEMA,
        "violations": [
            {
                **violation_object(one),
                "why": whys.get(one.rule, ""),
                "advice": reason(one.reason).advice if one.reason else "",
            }
            for one in violations
        ],
        "quarantined": [_quarantined(one) for one in quarantined],
        "diff": diff,
    }


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
        "batches": [_batch(batch) for batch in record.batches],
        "quarantined": [_quarantined(one) for one in record.quarantined],
        "blocked": [violation_object(one) for one in blocked],
        "totals": totals_object(totals(record.violations, record.rules)),
        "gates": [suite_object(suite) for suite in record.suites],
        "drills": [_drill(one) for one in record.drills],
        "flips": [flip_object(one) for one in flips(record)],
        "triggers": [_trigger(one) for one in record.triggers],
        "gate_runs": record.gate_runs,
    }


def _batch(batch: BatchRecord) -> Object:
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
    }


def _quarantined(record: QuarantineRecord) -> Object:
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
        "parted": None if parted is None else _parting(parted),
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


def _parting(parted: Parting) -> Object:
    return {
        "branch": parted.branch,
        "tip": parted.tip,
        "tried": parted.tried,
        "conflicts": _collisions(parted.collisions),
    }


def _collisions(collisions: Sequence[tuple[str, Sequence[str]]]) -> list[Object]:
    return [{"path": path, "batches": list(batches)} for path, batches in collisions]


def rollback_document(certificate: Certificate) -> Object:
    """Return the proof of a rollback."""
    return {
        "schema": SCHEMA,
        "target": certificate.target,
        "mode": certificate.mode,
        "from": {"commit": certificate.from_commit, "tree": certificate.from_tree},
        "to": {"commit": certificate.to_commit, "tree": certificate.to_tree},
        "expected_tree": certificate.expected_tree,
        "actual_tree": certificate.actual_tree,
        "verified": certificate.verified,
        "batches": list(certificate.batches),
        "checkout": _checkout(certificate),
        "gates": [gate_object(gate) for gate in certificate.gates],
    }


def _checkout(certificate: Certificate) -> Object | None:
    """Return the digests of the user's working tree before and after; None where they were not taken."""
    if certificate.before is None or certificate.after is None:
        return None
    return {
        "before": asdict(certificate.before),
        "after": asdict(certificate.after),
        "untouched": not certificate.touched,
    }


def foreseen_document(target: str, mode: str, going: Iterable[tuple[str, str, Sequence[str]]]) -> Object:
    """Return what a rollback would take off the branch: (batch, why, files); `why` is "" for what was asked for."""
    return {
        "schema": SCHEMA,
        "target": target,
        "mode": mode,
        "dry_run": True,
        "batches": [{"id": name, "why": why, "files": list(files)} for name, why, files in going],
    }


def landing_document(landing: Landing) -> Object:
    """Return what a landing did; `from` and `to` are the same where the branch had it already."""
    return {
        "schema": SCHEMA,
        "plan": landing.plan,
        "run": landing.run,
        "branch": landing.branch,
        "from": landing.from_commit,
        "to": landing.to_commit,
        "files": list(landing.files),
        "landed": True,
        "kept": [{"path": path, "place": place} for path, place in landing.kept],
    }


def error_document(error: WorkbenchError) -> Object:
    """Return an error; a plan file's problems come all at once."""
    told: Object = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "path": error.path,
        "line": error.line,
    }
    if isinstance(error, PlanFileError):
        told["problems"] = [_problem(one) for one in error.problems]
    if isinstance(error, Colliding):
        told["conflicts"] = _collisions(error.collisions)
    return {"schema": SCHEMA, "error": told}


def _problem(problem: Problem) -> Object:
    return {
        "line": problem.line,
        "key": problem.key,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }

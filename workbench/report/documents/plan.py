"""A frozen plan, one of its batches, or some of its places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workbench.model.outlook import Outlook
from workbench.model.plan import Batch, Phase, Plan
from workbench.model.run import (
    BatchRecord,
    QuarantineRecord,
)
from workbench.model.violation import SiteState, Violation, totals
from workbench.report.documents.run import batch_object, parting_object, quarantine_object
from workbench.report.objects import (
    SCHEMA,
    Object,
    totals_object,
    violation_object,
)
from workbench.report.reasons import reason


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


def outlook_object(outlook: Outlook) -> Object:
    """Return what a plan meets, each null where there is nothing to tell."""
    return {
        "target": None if outlook.target is None else parting_object(outlook.target),
        "parted": None if outlook.parted is None else parting_object(outlook.parted),
        "sets_aside": outlook.branch if outlook.makes_room else None,
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
        "made": batch_object(record) if record is not None else None,
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
        "quarantined": [quarantine_object(one) for one in quarantined],
        "diff": diff,
    }

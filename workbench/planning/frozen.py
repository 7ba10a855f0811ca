"""The frozen plan as text: compact, closed against what nobody knows, and sealed by the digest of its content."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from workbench.model.errors import StalePlan, UsageError
from workbench.model.plan import Batch, Phase, Plan
from workbench.model.violation import Place, Priority, SiteState, Violation

_MOST_BYTES = 64 << 20
_AGAIN = "freeze it anew with `workbench plan`"

_PLAIN = {"name", "title", "issue", "path", "source_digest", "digest", "base_commit", "base_tree", "base_rev", "rules"}

_Words = tuple[str, ...]
_Offsets = tuple[int, int, int, int, int, int]
_Site = tuple[str, str, str, str, _Offsets, str, str, str, Priority, SiteState, str, str]
"""A site is a row, its fields in the order of Violation: a hundred thousand of them would repeat every key."""


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Batch(_Closed):
    id: str
    rules: _Words
    package: str
    units: tuple[_Words, ...]
    fingerprints: _Words


class _Phase(_Closed):
    priority: Priority
    batches: tuple[_Batch, ...]


class _Frozen(_Closed):
    format: Literal[1] = 1
    name: str
    title: str
    issue: str
    path: str
    source_digest: str
    digest: str
    base_commit: str
    base_tree: str
    base_rev: str
    rules: _Words
    phases: tuple[_Phase, ...]
    sites: tuple[_Site, ...]


def sealed(plan: Plan) -> Plan:
    """Return the plan with the digest of its content; where its plan file lies is no part of that."""
    text = dumps(replace(plan, path="", digest=""))
    return replace(plan, digest=hashlib.sha256(text.encode("ascii")).hexdigest())


def dumps(plan: Plan) -> str:
    """Return the plan as one line of ASCII JSON."""
    content = {
        "format": 1,
        "name": plan.name,
        "title": plan.title,
        "issue": plan.issue,
        "path": plan.path,
        "source_digest": plan.source_digest,
        "digest": plan.digest,
        "base_commit": plan.base_commit,
        "base_tree": plan.base_tree,
        "base_rev": plan.base_rev,
        "rules": plan.rules,
        "phases": [_phase(one) for one in plan.phases],
        "sites": [_row(one) for one in plan.violations],
    }
    return json.dumps(content, separators=(",", ":"))


def loads(text: str) -> Plan:
    """Return the plan that `dumps` wrote.

    Raises UsageError for a text above 64 MiB, StalePlan for one that is not, or no longer, what `dumps` wrote.
    """
    if len(text) > _MOST_BYTES:
        raise UsageError(f"a frozen plan of more than {_MOST_BYTES >> 20} MiB is not read", hint="cut the plan in two")
    try:
        frozen = _Frozen.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the text"
        raise StalePlan(f"the frozen plan cannot be read: {place}: {first['msg']}", hint=_AGAIN) from None
    plan = Plan(
        **frozen.model_dump(include=_PLAIN),
        phases=tuple(
            Phase(phase.priority, tuple(Batch(priority=phase.priority, **dict(one)) for one in phase.batches))
            for phase in frozen.phases
        ),
        violations=tuple(_violation(row) for row in frozen.sites),
    )
    if sealed(plan).digest != plan.digest:
        raise StalePlan("the frozen plan was changed after it was frozen: its digest does not fit", hint=_AGAIN)
    return plan


def _phase(phase: Phase) -> dict[str, object]:
    return {
        "priority": phase.priority,
        "batches": [
            {
                "id": one.id,
                "rules": one.rules,
                "package": one.package,
                "units": one.units,
                "fingerprints": one.fingerprints,
            }
            for one in phase.batches
        ],
    }


def _row(one: Violation) -> _Site:
    place = one.place
    return (
        one.fingerprint,
        one.rule,
        one.kind,
        one.path,
        (place.start, place.end, place.line, place.column, place.end_line, place.end_column),
        one.scope,
        one.snippet,
        one.message,
        one.priority,
        one.state,
        one.reason,
        one.detail,
    )


def _violation(row: _Site) -> Violation:
    fingerprint, rule, kind, path, place, scope, snippet, message, priority, state, reason, detail = row
    return Violation(
        fingerprint, rule, kind, path, Place(*place), scope, snippet, message, priority, state, reason, detail
    )

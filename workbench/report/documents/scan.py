"""What a scan found, and what the ratchet says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from workbench.model.violation import Priority, Skipped, Violation
from workbench.report.objects import (
    SCHEMA,
    Object,
    skipped_object,
    violation_object,
)


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

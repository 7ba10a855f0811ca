"""What moved a branch, or would: rollbacks and landings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from workbench.model.run import (
    Certificate,
    Landing,
)
from workbench.report.objects import (
    SCHEMA,
    Object,
    gate_object,
)


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
        "unmet": [{"id": gate, "reason": reason} for gate, reason in landing.unmet],
        "locks": list(landing.locks),
    }

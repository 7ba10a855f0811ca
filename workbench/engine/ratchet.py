"""The ratchet: what violates the plan now and did not before, so that a migration never loses ground.

Linters keep such a list by line numbers and go stale with every edit. Here a place is known by its
fingerprint, which survives moved lines, and by its rule, scope and text, which survive a moved file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from workbench.engine.freeze import scan_tree
from workbench.engine.workspace import Workspace
from workbench.model.errors import UsageError
from workbench.model.violation import SiteState, Skipped, Violation


@dataclass(frozen=True, slots=True)
class Ratchet:
    """What a tree is held against and what came of it; excluded places count nowhere.

    now = `new` + `known`; `gone` were in the baseline and are no more; `unjudged` were in it too, in files that
    nobody can judge now.
    """

    plan: str
    baseline: str
    commit: str | None
    new: tuple[Violation, ...]
    known: int
    gone: int
    unjudged: int
    skipped: tuple[Skipped, ...]


class _Known(BaseModel):
    """One violation of a baseline: what a document of `scan` says of it, as far as it is needed here."""

    fingerprint: str
    rule: str
    path: str
    scope: str
    snippet: str
    state: SiteState

    @property
    def shape(self) -> tuple[str, str, str]:
        return self.rule, self.scope, self.snippet


class _Document(BaseModel):
    plan: str
    violations: tuple[_Known, ...]


def check(ws: Workspace, baseline: str, rev: str | None = None) -> Ratchet:
    """Hold a commit, or the working tree when `rev` is None, against a baseline.

    `baseline` is a JSON document of `workbench scan`, if there is a file of that name, else a revision. Raises
    UsageError for a file that is no such document, or one of another plan.
    """
    path = Path(baseline)
    if path.is_file():
        before, named = _read(path, ws.spec.name), baseline
    else:
        scanned = scan_tree(ws, baseline)
        before, named = tuple(map(_known, scanned.violations)), scanned.commit or baseline
    now = scan_tree(ws, rev)
    return _compared(ws.spec.name, named, before, now.violations, commit=now.commit, skipped=now.skipped)


def _compared(
    plan: str,
    baseline: str,
    before: Iterable[_Known],
    now: Iterable[Violation],
    *,
    commit: str | None,
    skipped: tuple[Skipped, ...],
) -> Ratchet:
    wrong = {one.fingerprint: one for one in now if one.state is not SiteState.EXCLUDED}
    left = {one.fingerprint: one for one in before if one.state is not SiteState.EXCLUDED}
    strange = [one for name, one in wrong.items() if name not in left]
    missing = [one for name, one in left.items() if name not in wrong]
    unread = {one.path for one in skipped}
    unjudged = sum(one.path in unread for one in missing)
    moved = Counter(one.shape for one in missing if one.path not in unread)
    new = []
    for one in strange:
        shape = (one.rule, one.scope, one.snippet)
        if moved[shape]:
            moved[shape] -= 1
        else:
            new.append(one)
    known = len(wrong) - len(new)
    return Ratchet(plan, baseline, commit, tuple(new), known, moved.total(), unjudged, skipped)


def _known(one: Violation) -> _Known:
    return _Known.model_construct(
        fingerprint=one.fingerprint, rule=one.rule, path=one.path, scope=one.scope, snippet=one.snippet, state=one.state
    )


def _read(path: Path, plan: str) -> tuple[_Known, ...]:
    try:
        document = _Document.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(
            f"{path} is no document of `workbench scan --json`: {where + ': ' if where else ''}{first['msg']}",
            hint=f"write one with `workbench --json scan {plan} > baseline.json`, or name a revision",
            path=str(path),
        ) from None
    if document.plan != plan:
        raise UsageError(f"{path} is of the plan {document.plan}, not of {plan}", path=str(path))
    return document.violations

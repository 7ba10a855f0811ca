"""Says which kept batches stand on others, so that nobody takes one away from under them unknowingly.

`git revert` finds out by conflict, and only where lines meet. Here the closure is named before anything moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.codemod.left_behind import left_behind
from workbench.engine.workspace import Workspace
from workbench.model.run import BatchRecord
from workbench.repo.encoding import shown
from workbench.repo.history import changed_paths, contents
from workbench.repo.undo import undone

ON_TOP = "was judged on top of it"


@dataclass(frozen=True, slots=True)
class Going:
    """A batch that a rollback takes off the branch; `why` is "" for one that was asked for."""

    batch: BatchRecord
    files: tuple[str, ...]
    why: str


def dependents(ws: Workspace, kept: Sequence[BatchRecord], chosen: Sequence[BatchRecord]) -> tuple[Going, ...]:
    """Return `chosen` and each later batch that depends on one of them, or on one that does, in the kept order.

    A batch depends on an earlier one when it changed lines of it again, when a name would be used unbound in a file of
    both without it, or when one of its rules is declared to come after, or to land together with, one of that batch.
    """
    asked, linked = {one.id for one in chosen}, _linked(ws)
    going: list[Going] = []
    for one in kept:
        files = _files(ws, one)
        if one.id in asked:
            going.append(Going(one, files, ""))
        elif why := _why(ws, one, files, going, linked):
            going.append(Going(one, files, why))
    return tuple(going)


def everything_after(ws: Workspace, kept: Sequence[BatchRecord], chosen: Sequence[BatchRecord]) -> tuple[Going, ...]:
    """Return what a branch loses that moves back to before the first of `chosen`: that, and all that came later."""
    known = {one.batch.id: one for one in dependents(ws, kept, chosen)}
    first = next(number for number, one in enumerate(kept) if one.id == chosen[0].id)
    return tuple(known.get(one.id) or Going(one, _files(ws, one), ON_TOP) for one in kept[first:])


def _files(ws: Workspace, batch: BatchRecord) -> tuple[str, ...]:
    return changed_paths(ws.repo, batch.parent, batch.commit) if batch.parent and batch.commit else batch.files


def _why(
    ws: Workspace,
    one: BatchRecord,
    files: Sequence[str],
    going: Sequence[Going],
    linked: Mapping[str, frozenset[str]],
) -> str:
    for earlier in going:
        for path in sorted({*files} & {*earlier.files}):
            if why := _meeting(ws, earlier.batch, one, path):
                return why
        for rule in one.rules:
            before = sorted(linked.get(rule, frozenset()) & {*earlier.batch.rules})
            if before:
                return f"its rule {rule} is declared to go with {before[0]} of {earlier.batch.id}"
    return ""


def _meeting(ws: Workspace, earlier: BatchRecord, one: BatchRecord, path: str) -> str:
    """Say why `one` depends on what `earlier` did to a file: by its lines, or by a name that would be left unbound."""
    commits = [commit for commit in (earlier.parent, earlier.commit, one.commit) if commit is not None]
    held = contents(ws.repo, path, commits)
    if held is None or len(commits) != len(("before", "after", "now")):
        return f"changed {shown(path)} after {earlier.id}"
    before, after, now = held
    made = undone(before, after, now)
    if made is None:
        return f"changed the same lines of {shown(path)} as {earlier.id}"
    left = sorted(left_behind(made, before, now))
    return f"has {left[0]} in {shown(path)} in common with {earlier.id}" if left else ""


def _linked(ws: Workspace) -> dict[str, frozenset[str]]:
    """Return, for each rule, the other rules it is declared to come after or to land together with."""
    found = {one.id: {*one.after} for one in ws.spec.rules}
    for group in ws.spec.batches.together:
        for rule in group:
            found.setdefault(rule, set()).update(group)
    return {rule: frozenset(others - {rule}) for rule, others in found.items()}

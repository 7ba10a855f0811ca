"""Looks at what one plan needs: its branch, its copies, its programs, and the files it cannot judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.engine.other_plans import compare
from workbench.engine.workspace import Workspace
from workbench.gates.checkup import commands, variables
from workbench.gates.interpreter import find_python
from workbench.model.diagnosis import Diagnosis, note, sound, to_mend
from workbench.model.errors import EnvironmentFailed
from workbench.repo.checkup.files import Sized
from workbench.repo.refs import branch_ref, checked_out_branches, read_ref
from workbench.repo.repository import Repository
from workbench.repo.working_tree import WorkingTreeSources
from workbench.scan.scanner import scan


def for_plan(ws: Workspace, listed: Sequence[Sized]) -> Iterator[Diagnosis]:
    yield _branch(ws)
    yield _copies(ws)
    yield variables(ws.spec, ws.means.environ)
    yield from _commands(ws, {one.leaf.path for one in listed})
    if ws.repo.root is not None:
        yield from _others(ws)
        yield _judged(ws)


def _others(ws: Workspace) -> Iterator[Diagnosis]:
    found = compare(ws, WorkingTreeSources(ws.repo))
    for one in found.problems:
        yield to_mend("other plans", one.message, one.suggestion)
    for told in found.notes:
        yield note("other plans", told)
    if not found.problems and not found.notes:
        yield sound("other plans", "none contradicts this one")


def _branch(ws: Workspace) -> Diagnosis:
    name = f"workbench/{ws.spec.name}"
    ref = branch_ref(name)
    tip = read_ref(ws.repo, ref)
    if ref in checked_out_branches(ws.repo):
        return to_mend("run branch", f"{name} is checked out, and a run moves it", "`git switch` to another branch")
    if tip is None:
        return sound("run branch", f"{name} will be made")
    if _holds_more(ws.repo, tip):
        mend = f"land them, `git branch -D {name}`, or choose another with --branch"
        return note("run branch", f"{name} holds commits that HEAD does not: only its own run goes on there", mend)
    return sound("run branch", f"{name} holds nothing that HEAD does not")


def _holds_more(repo: Repository, tip: str) -> bool:
    return not repo.is_ancestor(tip, repo.resolve("HEAD"))


def _copies(ws: Workspace) -> Diagnosis:
    wanted, root = ws.spec.run.copy_in, ws.repo.root
    missing = [pattern for pattern in wanted if root is None or not any(root.glob(pattern))]
    if missing:
        told = f"{', '.join(missing)}: listed in [run] copy, and nothing matches"
        return to_mend("copies", told, "make them, or take them out of the plan", missing)
    return sound("copies", f"{len(wanted)} listed in [run] copy, all there")


def _commands(ws: Workspace, committed: set[str]) -> Iterator[Diagnosis]:
    def is_there(path: str) -> bool:
        return path in committed or any(Path(path).is_relative_to(one) or Path(path).match(one) for one in copied)

    copied = ws.spec.run.copy_in
    try:
        python = find_python(ws.spec.run, ws.repo.root, ws.means.environ)
    except EnvironmentFailed:
        return  # told already, where the interpreter is looked at
    yield commands(ws.spec, python, ws.means.environ, is_there)


def _judged(ws: Workspace) -> Diagnosis:
    skipped = scan(WorkingTreeSources(ws.repo), ws.spec, ws.rules).skipped
    if skipped:
        kinds = ", ".join(f"{count} {reason}" for reason, count in sorted(Counter(x.reason for x in skipped).items()))
        told = f"{len(skipped)} cannot be judged: {kinds}"
        return note("files", told, "`workbench scan` says why, file by file", [one.path for one in skipped])
    return sound("files", "all in scope can be judged")

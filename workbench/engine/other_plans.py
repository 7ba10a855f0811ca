"""Holds a plan against the other plans of its repository, before anything is edited.

Two plans that undo each other pass every gate, one after the other, for ever. But plans are left lying when they are
done: only one that still finds something in the tree, or stands guard, is taken at its word.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.engine.workspace import Workspace
from workbench.model.errors import PlanFileError, Problem, WorkbenchError
from workbench.model.source import Sources
from workbench.model.violation import SiteState
from workbench.planning.between import Between, Side, between
from workbench.planning.order import rules_of
from workbench.planning.planfile import load, plan_files
from workbench.planning.problems import near_line
from workbench.scan.scanner import scan

_DONE = "; that plan has nothing left to do here"
_GUARD = "; nothing there is wrong so far"
_LATER = "; carry that plan out first, or again afterwards"


@dataclass(frozen=True, slots=True)
class Compared:
    """What the other plans make impossible (`problems`), and what is only worth knowing (`notes`)."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def compare(ws: Workspace, sources: Sources) -> Compared:
    """Compare the plan with every other in `plans/`; whether those are done is seen in `sources`."""
    root = ws.repo.root
    if root is None:
        return Compared()
    ours = Side(_named(ws.spec.path, root), ws.spec, ws.rules)
    problems: list[Problem] = []
    notes: list[str] = []
    for path in plan_files(root):
        if path.resolve() == ws.spec.path.resolve():
            continue
        try:
            theirs = _side(path, root)
        except WorkbenchError as error:
            notes.append(f"{_named(path, root)} was not compared with this plan: {error.message}")
            continue
        for one in between(ours, theirs):
            _judge(one, ours, theirs, sources, problems, notes)
    return Compared(tuple(problems), tuple(notes))


def _judge(one: Between, ours: Side, theirs: Side, sources: Sources, problems: list[Problem], notes: list[str]) -> None:
    """Sort a contradiction: into the problems while the other plan has work left, else into the notes."""
    left = _has_work(theirs, one, sources)
    if left and not one.clash.goes_on:
        key = f"rules[{one.ours[0].id}]"
        line = near_line(key, ours.spec.lines)
        problems.append(Problem(one.told, key, line=line, suggestion="decide which plan is right, and mend the other"))
    elif left:
        notes.append(f"{one.told}{_LATER}")
    elif not one.clash.goes_on:
        notes.append(f"{one.told}{_DONE if any(rule.fixes for rule in one.theirs) else _GUARD}")


def _has_work(theirs: Side, one: Between, sources: Sources) -> bool:
    """Say whether those rules of the other plan still find anything."""
    waiting = (SiteState.OPEN, SiteState.BLOCKED)
    return any(found.state in waiting for found in scan(sources, theirs.spec, one.theirs).violations)


def _side(path: Path, root: Path) -> Side:
    spec = load(path)
    return Side(_named(path, root), spec, rules_of(spec))


def _named(path: Path, root: Path) -> str:
    whole = path.resolve()
    return whole.relative_to(root.resolve()).as_posix() if whole.is_relative_to(root.resolve()) else str(path)


def refuse_clashes(ws: Workspace, sources: Sources) -> tuple[str, ...]:
    """Raise PlanFileError where another plan that is not finished contradicts this one; return what else is to know."""
    found = compare(ws, sources)
    if found.problems:
        raise PlanFileError(str(ws.spec.path), found.problems)
    return found.notes

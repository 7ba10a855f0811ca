"""Holds mocks against what the calls they stand for really became: the name they patch must be there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from workbench.codemod.project import Project
from workbench.codemod.roots import ModuleMap
from workbench.engine.refresh import refreshed
from workbench.model.violation import SiteState, Violation


def following(
    violations: Iterable[Violation], project: Project, roots: ModuleMap, after: Callable[[], Mapping[str, bytes]]
) -> tuple[Violation, ...]:
    """Block the mocks whose module, as rewritten in `after`, has nothing of the name they are to patch.

    `after` is asked only where there are mocks.
    """
    every = tuple(violations)
    mocks = {one.fingerprint: one.reach for one in every if one.reach is not None and one.state is SiteState.OPEN}
    if not mocks:
        return every
    then = refreshed(project, roots, after())
    blocked = {roots.name_of(one.path) for one in every if one.state is SiteState.BLOCKED and one.reach is None}
    held_up = {named[0] for named in blocked if named is not None}  # the mock will be, too, and for that reason
    lost = {one for one, reach in mocks.items() if reach.module not in held_up and then.exists(reach.name) is False}
    return tuple(_lost(one) if one.fingerprint in lost else one for one in every)


def _lost(mock: Violation) -> Violation:
    name = mock.reach.name if mock.reach is not None else ""
    detail = f"there would be no {name}: the module has to call it by another name"
    return replace(mock, state=SiteState.BLOCKED, reason="mock-unclear", detail=detail)

"""Imports that only a mock of the same unit still needed: once the mock names something else, they go too.

A module keeps an import that a test's string names. Where mock and module change in one unit, the module is
rewritten once more, with what the rest of the unit says by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.codemod.project import Project
from workbench.codemod.rewrite import FileRewrite
from workbench.engine.refresh import refreshed
from workbench.engine.transform import Job, Kit, Transformer


def without_leftovers(
    units: Iterable[tuple[str, ...]],
    jobs: Iterable[Job],
    rewrites: Mapping[str, FileRewrite],
    kit: Kit,
    transformer: Transformer,
) -> dict[str, FileRewrite]:
    """Return the rewrites, those made again where the other files of a unit set an import free.

    One that does not mend the same places the second time stays as it was.
    """
    known, found = {one.path: one for one in jobs}, dict(rewrites)
    for unit in units:
        paths = [path for path in unit if path in rewrites and path in known]
        freed = _freed(paths, rewrites, kit) if len(paths) > 1 else set()
        if not freed:
            continue
        others = {path: rewrites[path].after for path in paths if path not in freed}
        then = Kit(kit.rules, refreshed(kit.project, kit.roots, others), kit.roots)
        for again in transformer.apply([known[path] for path in sorted(freed)], then):
            before = rewrites[again.path]
            if isinstance(again, FileRewrite) and (again.fixed, again.blocked) == (before.fixed, before.blocked):
                found[again.path] = again
    return found


def _freed(paths: list[str], rewrites: Mapping[str, FileRewrite], kit: Kit) -> set[str]:
    """Return the files with an import that only others of them needed, and need no more."""
    then = refreshed(kit.project, kit.roots, {path: rewrites[path].after for path in paths})
    modules = {path: named[0] for path in paths if (named := kit.roots.name_of(path)) is not None}
    mine = frozenset(modules.values())
    return {path for path, module in modules.items() if _is_freed(module, mine, kit.project, then)}


def _is_freed(module: str, mine: frozenset[str], project: Project, then: Project) -> bool:
    known = project.facts.get(module)
    names = (f"{module}.{local}" for local in known.imported) if known is not None else ()
    return any(users and users <= mine and not then.users(name) for name in names if (users := project.users(name)))

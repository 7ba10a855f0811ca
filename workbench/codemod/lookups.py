"""Who looks a module-level name up when the program runs: that decides where a mock of it must stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from weakref import WeakKeyDictionary

from workbench.codemod.project import Project

# A run goes through two trees a batch, and those of large repositories are large: no answer keeps one alive.
_LOOKERS: WeakKeyDictionary[Project, dict[str, frozenset[str]]] = WeakKeyDictionary()


def real_name(dotted: str, project: Project) -> str:
    """Return a dotted name with what stands before the last dot followed to the module it means."""
    owner, dot, name = dotted.rpartition(".")
    return f"{project.origin(owner)}{dot}{name}" if owner else dotted


def reads_itself(dotted: str, project: Project) -> bool:
    """Say whether the module of a name reads it as a variable of its own."""
    module, _, name = dotted.rpartition(".")
    known = project.facts.get(module)
    return known is not None and name in known.reads


def lookers(dotted: str, project: Project) -> frozenset[str]:
    """Return the other modules that look a name up in its module: `module.name`, or an import inside a function."""
    known = _LOOKERS.setdefault(project, {})
    if dotted not in known:
        known[dotted] = _found(dotted, project)
    return known[dotted]


def _found(dotted: str, project: Project) -> frozenset[str]:
    module, _, name = dotted.rpartition(".")
    late = (one.name for one in project.facts.values() if dotted in one.reached - one.eager)
    found = {one for one in _looking(project).get(name, ()) if _looks(one, dotted, project)}
    return frozenset(found.union(late) - {module})


def _looks(user: str, dotted: str, project: Project) -> bool:
    module, _, name = dotted.rpartition(".")
    known, last = project.facts[user], module.rpartition(".")[2]
    holders = {pair.partition(".")[0] for pair in known.looks if pair.endswith(f".{name}")}
    if any(project.origin(known.imported[one]) == module for one in holders & known.imported.keys()):
        return True
    # `import a.b` binds `a`; of imports inside functions only the targets are known.
    reached = any(module == one or module.startswith(f"{one}.") for one in known.reached)
    return reached and last in holders and project.origin(known.imported.get(last, module)) == module


@lru_cache(maxsize=4)
def _looking(project: Project) -> Mapping[str, set[str]]:
    """Return by name the modules that look it up in some holder."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in project.facts.values():
        for pair in one.looks:
            found[pair.rpartition(".")[2]].add(one.name)
    return found

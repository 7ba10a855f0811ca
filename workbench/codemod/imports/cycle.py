"""Would one more import at module level close a circle of modules that wait for one another?"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.codemod.project import Project


def closes_cycle(project: Project, importer: str, imported: str) -> bool:
    """Say whether `importer` importing the module `imported` at once makes a circle that is not there yet.

    Only imports at module level count. Two modules that already wait for each other stay as they are: no
    new circle. Packages around `importer` are being imported before it anyway and close nothing.
    """
    if not importer or importer == imported or not project.has_module(imported):
        return False
    return _reaches(project, imported, importer) and not _reaches(project, importer, imported)


def _reaches(project: Project, start: str, goal: str) -> bool:
    around = {goal, *_packages(goal)} - {start}
    seen = {start}
    todo = [start, *(one for one in _packages(start) if one not in around)]
    while todo:
        module = todo.pop()
        for following in (*project.imports_of(module), *_moved_away(project, module)):
            for one in (following, *_packages(following)):
                if one == goal:
                    return True
                if one not in seen and one not in around:
                    seen.add(one)
                    todo.append(one)
    return False


def _moved_away(project: Project, module: str) -> Iterator[str]:
    """Yield what `module` still imports under the name it had before it was moved as a whole."""
    known = project.facts.get(module)
    has = project.has_module
    gone = {old: new for old, new in project.moves.items() if has(new) and not has(old)}
    for target in known.eager if known is not None and gone else ():
        for old, new in gone.items():
            if f"{target}.".startswith(f"{old}."):
                yield project.split(f"{new}{target.removeprefix(old)}")[0]


def _packages(module: str) -> Iterator[str]:
    """Yield the packages around a module, the nearest first."""
    while module := module.rpartition(".")[0]:
        yield module

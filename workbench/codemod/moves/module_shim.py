"""Lets a module that moved go on giving what the new one has, with a warning, as long as somebody asks.

The file at the old place, empty or with nothing but imports from the new module, becomes a `__getattr__` that hands
every question on. Type checkers read a star import instead.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.codemod.detected import first_line
from workbench.codemod.edit import Edit
from workbench.codemod.imports.engine import Imports
from workbench.codemod.key import shortened
from workbench.codemod.moves.module_names import is_under
from workbench.codemod.moves.module_places import ModuleMove
from workbench.codemod.names import ImportedName, Names
from workbench.codemod.project import Project
from workbench.codemod.rule import Rewrite
from workbench.codemod.shim_hook import HOOK, at_end, is_for_types
from workbench.codemod.statements import exports
from workbench.model.violation import Blocked, Site

_CHECKING = "typing.TYPE_CHECKING"
_TEXT = """\
if {checking}:
    from {new} import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        import warnings

        import {new} as module

        if name == "__all__":
            given = getattr(module, name, [one for one in dir(module) if not one.startswith("_")])
        elif name != "__path__" and hasattr(module, name):
            given = getattr(module, name)
        else:
            raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
        warnings.warn("{old} is now {new}", DeprecationWarning, stacklevel=2)
        return given
"""


@dataclass(frozen=True, slots=True)
class ModuleShim:
    """What an old module is to become: it gives what `target` has. `imports` go; `blocked`: why it cannot."""

    target: str
    imports: tuple[ImportedName, ...] = ()
    blocked: Blocked | None = None


def module_shim_fault(move: ModuleMove, project: Project) -> str:
    """Return why a shim makes no sense for the move of a module at all; "" if it does."""
    if not project.has_module(move.old):
        return f"a shim stands in the old module, and the tree has no {move.old}: leave an empty file there"
    if not project.has_module(move.new):
        return "a shim needs the new module in the tree"
    return "a module cannot be the shim of one within it" if is_under(move.new, move.old) else ""


def module_shim(move: ModuleMove, names: Names) -> ModuleShim | None:
    """Return the shim this file shall be; None where it is none of the old module's, or gives what moved already."""
    module, project = names.module, names.project
    if module.path.endswith(".pyi") or not is_under(module.name, move.old) or module_shim_fault(move, project):
        return None
    target = move.target(module.name)
    if not project.has_module(target):
        return ModuleShim(target, blocked=Blocked("not-there", f"there is no {target}"))
    if any(_is_hook(one, module.name, target) or _warns(one) for one in module.tree.body):
        return None
    if names.variables.owner(HOOK, names.index.module) is not None:
        return ModuleShim(target, blocked=Blocked("own-getattr", "the old module has a `__getattr__` of its own"))
    imports = tuple(one for one in names.index.imports if not _is_future(one.statement))
    blocked = next(_unfit(target, names), None)
    return ModuleShim(target, imports, blocked)


def module_shim_site(shim: ModuleShim, names: Names, rule: str) -> Site:
    """Return the site of a shim: the file as a whole."""
    place = first_line(names.module)
    return Site(
        rule=rule,
        place=place,
        scope="",
        key=shortened(f"shim {shim.target}"),
        snippet=names.module.snippet(place.start, place.end),
        message=f"{names.module.name} is to be a shim that gives what {shim.target} has",
        blocked=shim.blocked,
    )


def write_module_shim(shim: ModuleShim, names: Names, site: Site) -> Rewrite:
    """Return the edits that make the shim of the file."""
    module = names.module
    engine = Imports(module, names, names.project)
    for one in shim.imports:
        engine.drop(one)
    head, checking = "", "TYPE_CHECKING"
    if module.tree.body:
        bound = engine.bind(_CHECKING, at=module.tree.body[-1])
        if isinstance(bound, Blocked):
            return Rewrite((), (), ((site, bound),))
        checking = bound.spelling
    else:
        head = "from typing import TYPE_CHECKING\n\n"
    text = head + _TEXT.format(checking=checking, old=module.name, new=shim.target)
    edits: tuple[Edit, ...] = at_end(module, engine.edits(), text)
    return Rewrite(edits, (site,))


def _unfit(target: str, names: Names) -> Iterator[Blocked]:
    """Yield what the old module has beside imports from the new one."""
    project = names.project
    listed = exports(names.module.tree)
    if listed is not None and not listed.complete:
        yield Blocked("dynamic-name", "the old module computes its `__all__`")
    for number, statement in enumerate(names.module.tree.body):
        if not (_is_plain(statement) or (number == 0 and _is_text(statement))):
            told = f"line {statement.lineno} is more than an import from {target}"
            yield Blocked("still-defined", told)
    for one in names.index.imports:
        if _is_future(one.statement):
            continue
        if one.is_star:
            if project.origin(one.spelled) != project.origin(target):
                yield Blocked("still-defined", f"{one.spelled} is not {target}")
        elif project.exists(f"{target}.{one.local}") is False:
            yield Blocked("not-there", f"{target} has no {one.local}")
        elif project.origin(one.bound) != project.origin(f"{target}.{one.local}"):
            yield Blocked("still-defined", f"{one.bound} is not what {target} has as {one.local}")


def _is_plain(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom() | ast.Pass():
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.AnnAssign(target=ast.Name(id="__all__")):
            return True
    return False


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(getattr(statement.value, "value", None), str)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__" and not statement.level


def _warns(statement: ast.stmt) -> bool:
    """Say whether a statement tells at import that the module is deprecated: somebody's own shim."""
    called = statement.value if isinstance(statement, ast.Expr) else None
    names = (part for part in ast.walk(called) if isinstance(part, ast.Name)) if isinstance(called, ast.Call) else ()
    return any(one.id.endswith("DeprecationWarning") for one in names)


def _is_hook(statement: ast.stmt, old: str, target: str) -> bool:
    """Say whether a statement is the very hook that is written here."""
    wanted = ast.parse(_TEXT.format(checking="x", old=old, new=target)).body[0]
    if not isinstance(statement, ast.If) or not isinstance(wanted, ast.If) or not is_for_types(statement.test):
        return False
    return [*map(ast.dump, statement.orelse)] == [*map(ast.dump, wanted.orelse)]

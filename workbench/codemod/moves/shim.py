"""Lets the module that handed a moved symbol on go on giving it, with a warning, as long as somebody asks.

The import that binds the old name becomes a module-level `__getattr__`, which Python asks for names that a module
does not have. Type checkers read the import instead.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from workbench.codemod.definitions.definitions import binding_place
from workbench.codemod.imports.engine import Imports
from workbench.codemod.imports.keep import Keepers
from workbench.codemod.key import shortened
from workbench.codemod.moves.move import Move
from workbench.codemod.names import Binding, ImportedName, Names
from workbench.codemod.project import Project
from workbench.codemod.rule import Rewrite
from workbench.codemod.shim_hook import HOOK, hook_of, is_for_types, with_hook
from workbench.model.violation import Blocked, Place, Site

_CHECKING = "typing.TYPE_CHECKING"


@dataclass(frozen=True, slots=True)
class Shim:
    """Where the old module binds the old name, and the import that does; `blocked` where none is to be written."""

    place: Place
    imported: ImportedName | None
    blocked: Blocked | None


def shim_fault(move: Move, project: Project) -> str:
    """Return why a shim makes no sense for a move at all; "" if it does."""
    (old_module, old_path), (new_module, new_path) = project.split(move.old), project.split(move.new)
    if not old_module or not new_module:
        return "a shim needs the old and the new module in the tree"
    if old_module == new_module:
        return "a shim stands in another module than the symbol, and both names are of one"
    if len(old_path) != 1 or len(new_path) != 1:
        return "a shim gives a module's own names, not those of a class or a module"
    return ""


def shim_of(move: Move, names: Names) -> Shim | None:
    """Return the shim this module shall have; None where it needs none, or has it."""
    module, project = names.module, names.project
    if module.path.endswith(".pyi") or module.name != project.split(move.old)[0] or shim_fault(move, project):
        return None
    bindings = [
        one for one in names.variables.bindings(move.old_name, names.index.module) if not _is_for_types(one, names)
    ]
    if not bindings:
        return None
    imported = bindings[0] if isinstance(bindings[0], ImportedName) else None
    blocked = _unfit(move, names, bindings) or _needed(move, names, bindings)
    return Shim(binding_place(bindings[0], module) or module.place_of(0, 0), imported, blocked)


def shim_site(move: Move, names: Names, shim: Shim, rule: str) -> Site:
    """Return the site of a shim."""
    return Site(
        rule=rule,
        place=shim.place,
        scope="",
        key=shortened(f"shim {names.project.canonical(move.old)}"),
        snippet=names.module.snippet(shim.place.start, shim.place.end),
        message=f"{move.old} is to be a shim that gives {move.new}",
        blocked=shim.blocked,
    )


def write_shim(move: Move, names: Names, shim: Shim, site: Site) -> Rewrite:
    """Return the edits that put the shim in the place of the import."""
    module, imported = names.module, shim.imported
    if imported is None:
        return Rewrite((), (), ((site, shim.blocked or _DEFINED),))
    engine = Imports(module, names, names.project)
    checking = engine.bind(_CHECKING, at=module.tree.body[-1])
    if isinstance(checking, Blocked):
        return Rewrite((), (), ((site, checking),))
    engine.drop(imported)
    return Rewrite(with_hook(move, names, engine.edits(), checking.spelling), (site,))


# ---- what stands in the way

_DEFINED = Blocked("still-defined", "the old module has a definition of its own, which a shim would take away")


def _unfit(move: Move, names: Names, bindings: list[Binding]) -> Blocked | None:
    """Say why what binds the old name is no import of the new one that could become a shim."""
    first = bindings[0]
    if len(bindings) > 1:
        return Blocked("rebound", f"{names.module.name} binds {move.old_name} more than once")
    return _unlike(move, names, first) if isinstance(first, ImportedName) else _DEFINED


def _unlike(move: Move, names: Names, imported: ImportedName) -> Blocked | None:
    project = names.project
    if imported.is_star:
        return Blocked("star-import", "the old module gets the name from a star import")
    if move.old in project.chain(move.new) or project.origin(imported.spelled) != project.origin(move.new):
        return Blocked("still-defined", f"{imported.spelled} is not what {move.new} leads to")
    if imported.statement not in names.module.tree.body:
        return Blocked("conditional-definition", "the import of the new one stands in a block")
    return None


def _needed(move: Move, names: Names, bindings: list[Binding]) -> Blocked | None:
    """Say what needs the old name to be a variable of its module, or `__getattr__` to be something else."""
    module, name = names.module, move.old_name
    hook = hook_of(names)
    known_hook = hook is not None and move.old_name not in hook.cases
    if not known_hook and names.variables.owner(HOOK, names.index.module) is not None:
        return Blocked("own-getattr", "the old module has a `__getattr__` of its own")
    known = names.project.facts.get(module.name)
    if known is not None and known.exports is None and "__all__" in known.defined:
        return Blocked("dynamic-name", "the old module computes its `__all__`")
    if name in (names.project.exported(module.name) or ()):
        for one in names.project.facts.values():
            if module.name in one.stars:
                return Blocked("star-import", f"{one.name} star-imports {module.name}, and would lose the name or warn")
    if any(_is_used_here(move, names, one) for one in bindings if isinstance(one, ImportedName)):
        return Blocked("used-here", f"{module.name} uses {name} itself, and `__getattr__` serves only others")
    return None


def _is_used_here(move: Move, names: Names, imported: ImportedName) -> bool:
    if any(True for _ in names.reads(imported.local, imported.scope)):
        return True
    if any(one.spelled == move.old for one in names.index.imports):
        return True
    wanted = {names.project.canonical(move.old)}
    if any(use.resolved.spelled == move.old for use in names.uses(wanted)):
        return True
    return Keepers(names.module, names, names.project).spelled_in_text(imported.local)


def _is_for_types(binding: Binding, names: Names) -> bool:
    """Say whether a binding stands under `if TYPE_CHECKING`, so that it is none when the program runs."""
    if not isinstance(binding, ImportedName):
        return False
    below: ast.AST = binding.statement
    for above in names.ancestry.above(below):
        if isinstance(above, ast.If) and below in above.body and is_for_types(above.test):
            return True
        below = above
    return False

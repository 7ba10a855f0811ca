"""Every place of one file that must change when a module moves, and what kind of change it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import takewhile
from typing import TypeAlias

from workbench.codemod.imports.standard import standard_module
from workbench.codemod.lookups import real_name
from workbench.codemod.moves.module_names import ModuleString, is_under, module_strings
from workbench.codemod.moves.renaming import Renaming, renaming
from workbench.codemod.names import ImportedName, Names, Read, Scope, ScopeKind, Use
from workbench.codemod.patched import Patched, patched, patches_path
from workbench.codemod.project import Project
from workbench.codemod.quoted import content_start
from workbench.model.violation import Blocked, Place, Reach


@dataclass(frozen=True, slots=True)
class ModuleMove:
    """A module's old and new dotted name; what lies in it moves along."""

    old: str
    new: str

    def target(self, dotted: str) -> str:
        """Return what a name in the old module is called from now on."""
        return f"{self.new}{dotted.removeprefix(self.old)}"

    @property
    def new_name(self) -> str:
        return self.new.rpartition(".")[2]

    @property
    def keeps_top(self) -> bool:
        """Say whether both names start with the same package, so that `import a.b` binds what it bound."""
        return self.old.partition(".")[0] == self.new.partition(".")[0]

    def is_hidden(self, project: Project) -> bool:
        """Say whether the package around the old module uses its name for something else."""
        package, _, last = self.old.rpartition(".")
        known = project.facts.get(package)
        return project.origin(self.old) != self.old or (known is not None and last in known.defined)


class Role(StrEnum):
    MEMBER = "import"
    """An import whose local name stays: `from a.old import x`, `import a.old as o`."""
    NAME = "import name"
    """`from a import old`, whose local name follows the module's where it can."""
    PLAIN = "import path"
    """`import a.old`: uses spell the whole path."""
    PATH = "path"
    """A use that spells the path of a PLAIN import."""
    USE = "use"
    """A use that reaches the module through a package or a star."""
    READ = "read"
    """A use of a NAME import's local name."""
    EXPORT = "export"
    STRING = "string"
    MOCK = "mock"
    """The module's own name where its package's attribute is patched."""


Group: TypeAlias = tuple[int, str]
Thing: TypeAlias = ImportedName | Read | Use | ModuleString | ast.Constant | Patched


@dataclass(frozen=True, slots=True)
class ModuleSpot:
    """One place. `via` is the import that it hangs on, `spelled` the old dotted name it stands for."""

    role: Role
    place: Place
    scope: Scope
    thing: Thing
    spelled: str
    via: ImportedName | None = None
    renaming: Renaming | None = None
    blocked: Blocked | None = None
    reach: Reach | None = None


def module_spots(move: ModuleMove, names: Names, *, strings: bool) -> list[ModuleSpot]:
    """Return the places of one file in source order; those in strings only if asked."""
    found = [*_imports(move, names), *_uses(move, names), *(_in_text(move, names) if strings else ())]
    return sorted(_hung_together(found), key=lambda spot: spot.place)


# ---- imports


def _imports(move: ModuleMove, names: Names) -> Iterator[ModuleSpot]:
    hidden = move.is_hidden(names.project)
    modules = [one for one in names.index.imports if one.spelled == move.old and not one.is_star]
    for one in names.index.imports:
        if not is_under(one.spelled, move.old) or (hidden and one.spelled == move.old and not _means_module(one)):
            continue
        place = names.module.place(one.alias)
        spot = ModuleSpot(Role.MEMBER, place, one.scope, one, one.spelled, blocked=_missing(one, move, names))
        if is_path(one, move):
            doubt = Blocked("alternatives", f"{move.old} is also something else in its package") if hidden else None
            yield replace(spot, role=Role.PLAIN, blocked=spot.blocked or doubt)
        elif one.spelled == move.old and one.local != move.new_name and one.alias.asname is None and not one.is_star:
            yield from _renamed(spot, one, move, names, modules)
        else:
            yield spot


def is_path(one: ImportedName, move: ModuleMove) -> bool:
    """Say whether uses spell all of an import's path: `import a.old` and, if the new name has no dot, `import old`."""
    return one.is_module and one.alias.asname is None and ("." in one.spelled or "." not in move.new)


def _means_module(one: ImportedName) -> bool:
    """Say whether an import surely means the module, even if the package gave its name away."""
    return one.is_module or one.is_star


def _renamed(
    spot: ModuleSpot, one: ImportedName, move: ModuleMove, names: Names, modules: list[ImportedName]
) -> Iterator[ModuleSpot]:
    """Yield `from a import old` with what must follow if its local name changes too."""
    change = renaming(names, one, to=move.new, moving=modules)
    yield replace(spot, role=Role.NAME, renaming=change)
    for read in change.reads if change is not None else ():
        yield ModuleSpot(Role.READ, names.module.place(read.node), read.scope, read, move.old, via=one)
    for item in change.exported if change is not None else ():
        start = names.module.offset(item.lineno, content_start(names.module, item) or item.col_offset)
        place = names.module.place_of(start, start + len(one.local.encode(names.module.codec)))
        yield ModuleSpot(Role.EXPORT, place, names.index.module, item, move.old, via=one)


def _missing(one: ImportedName, move: ModuleMove, names: Names) -> Blocked | None:
    """Return why an import cannot come from the new module: it has nothing of that name."""
    project, target = names.project, move.target(one.spelled)
    if one.is_star:
        return _star(one, target, project)
    known = project.split(target)[0] or standard_module(target)
    no_module = one.is_module and bool(known) and known != target
    if no_module or project.exists(target) is False:
        return Blocked("not-there", f"there is no {target}")
    if not project.has_module(target) or (one.is_module and one.alias.asname is None):
        return None
    reads = names.reads(one.local, one.scope)
    read = (_member(names, read.node) for read in reads if one in read.bindings)
    return _absent((name for name in read if name), target, project)


def _star(one: ImportedName, target: str, project: Project) -> Blocked | None:
    """A star may come from the new module if that brings all the old one brought, or is all there is."""
    old, new = project.exported(one.spelled), project.exported(target)
    if one.spelled not in project.modules:
        return None
    if old is None or new is None:
        return Blocked("star-import", f"what {one.spelled} or {target} brings cannot be known")
    return _absent(sorted(old - new), target, project)


def _absent(members: Iterable[str], module: str, project: Project) -> Blocked | None:
    for name in members:
        if project.exists(f"{module}.{name}") is False:
            return Blocked("not-there", f"{module} has no {name}")
    return None


def _member(names: Names, node: ast.AST) -> str:
    """Return what is read off an expression; "" if nothing is."""
    around = names.ancestry.parent(node)
    return around.attr if isinstance(around, ast.Attribute) else ""


# ---- uses


def _uses(move: ModuleMove, names: Names) -> Iterator[ModuleSpot]:
    """Yield the uses that spell more than a local name an import binds to the module itself."""
    project = names.project
    if move.is_hidden(project):
        return
    for use in names.uses({project.canonical(move.old)}):
        origin = use.resolved.origin
        if origin is None or use.resolved.spelled != move.old:
            continue
        plain = is_path(origin, move)
        if plain and is_under(origin.spelled, move.old) and _has_run(origin, use):
            role = Role.PATH
        elif plain or origin.is_star or origin.bound != move.old:
            role = Role.USE
        else:
            continue
        member = _member(names, use.node)
        blocked = _doubt(use) or _absent([member] if member else [], move.new, project)
        yield ModuleSpot(role, use.place, use.scope, use, move.old, via=origin, blocked=blocked)


def _has_run(imported: ImportedName, use: Use) -> bool:
    """Say whether an import comes before a use: it stands above, or the use waits in a function for its call."""
    if imported.statement.lineno <= use.node.lineno:
        return True
    between = takewhile(lambda scope: scope is not imported.scope, use.scope.outward())
    return any(scope.kind in (ScopeKind.FUNCTION, ScopeKind.LAMBDA) for scope in between)


_WHY = {
    "rebound": "the name is assigned again, and either value may reach this place",
    "alternatives": "different imports may reach this place",
    "star-import": "a star import of unknown content may bring the name",
}


def _doubt(use: Use) -> Blocked | None:
    if not use.resolved.certain:
        return Blocked(use.resolved.reason, _WHY[use.resolved.reason])
    return None if use.exact else Blocked("dynamic-name", "the name is not spelled out here as it is")


def _hung_together(found: list[ModuleSpot]) -> Iterator[ModuleSpot]:
    """Yield the spots, each place once; those that hang on one another are blocked together.

    All imports of one scope that bind the same `a`, or `old`, are one with the uses of that variable.
    """
    found = list({(spot.role, spot.place): spot for spot in reversed(found)}.values())
    blocked: dict[Group, Blocked] = {}
    for spot in found:
        key = group_of(spot)
        if key is not None and spot.blocked is not None:
            blocked.setdefault(key, spot.blocked)
    for spot in found:
        key = group_of(spot)
        yield spot if key is None or key not in blocked else replace(spot, blocked=spot.blocked or blocked[key])


def group_of(spot: ModuleSpot) -> Group | None:
    """Return what names the places that can only change together with this one; None if it stands alone."""
    imported = spot.thing if isinstance(spot.thing, ImportedName) else spot.via
    if imported is None or spot.role in (Role.MEMBER, Role.USE):
        return None
    return id(imported.scope), imported.local


# ---- strings


def _in_text(move: ModuleMove, names: Names) -> Iterator[ModuleSpot]:
    """Yield the strings that spell the module, and the names by which its package's attribute is patched."""
    yield from _strings(move, names)
    for one in patched(names, {move.old.rpartition(".")[2]}):
        if one.owner is not None and real_name(one.spelled, names.project.at_base) == move.old:
            apart = move.old.rpartition(".")[0] != move.new.rpartition(".")[0]
            blocked = Blocked("mock-unclear", f"what is patched from now on is {move.new}") if apart else None
            doubt = None if one.exact else Blocked("dynamic-name", "the text is not spelled out in one literal")
            reach = _reach(move, names)
            yield ModuleSpot(Role.MOCK, one.place, one.scope, one, move.old, blocked=blocked or doubt, reach=reach)


def _reach(move: ModuleMove, names: Names) -> Reach:
    """Return what a mock in the module stands in the way of: the modules this file works with that look into it."""
    project = names.project.at_base
    here = {project.split(one.spelled)[0] for one in names.index.imports} - {names.module.name}
    known = [one for name in here if (one := project.facts.get(name)) is not None]
    late = (one for one in known if any(is_under(target, move.old) for target in one.reached - one.eager))
    users = {one.name for one in (*late, *(one for one in known if move.old in one.reached))}
    return Reach(move.old, move.new, is_home=True, users=tuple(sorted(users)))


def _strings(move: ModuleMove, names: Names) -> Iterator[ModuleSpot]:
    for one in module_strings(names, lambda dotted: dotted == move.old):
        target = move.target(one.text)
        if "." not in move.old and names.project.exists(target) is not True:
            continue  # `old.txt`: a word with a dot may be anything
        blocked = None if one.exact else Blocked("dynamic-name", "the text is not spelled out in one literal")
        if _is_top_import(one, names):
            blocked = Blocked("dynamic-name", "`__import__` of a dotted name returns its first package")
        elif names.project.exists(target) is False:
            blocked = Blocked("not-there", f"there is no {target}")
        reach = _reach(move, names) if patches_path(one.node, names) else None
        yield ModuleSpot(Role.STRING, one.place, one.scope, one, one.text, blocked=blocked, reach=reach)


def _is_top_import(one: ModuleString, names: Names) -> bool:
    around = names.ancestry.parent(one.node)
    if not isinstance(around, ast.Call) or "." not in one.text or len(around.args) > 3:
        return False
    plain = not any(word.arg == "fromlist" for word in around.keywords)
    return plain and isinstance(around.func, ast.Name) and around.func.id == "__import__"

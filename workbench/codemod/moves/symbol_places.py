"""Every place of one file that must change when a symbol moves, and what kind of change it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.codemod.moves.renaming import Renaming, renaming, stays_outside
from workbench.codemod.names import ImportedName, Names, Read, Scope, StringUse, Use
from workbench.codemod.project import Project
from workbench.model.violation import Blocked, Place


@dataclass(frozen=True, slots=True)
class Move:
    """A symbol's old and new dotted name."""

    old: str
    new: str

    @property
    def old_name(self) -> str:
        return self.old.rpartition(".")[2]

    @property
    def new_name(self) -> str:
        return self.new.rpartition(".")[2]

    @property
    def stays_in_module(self) -> bool:
        return self.old.rpartition(".")[0] == self.new.rpartition(".")[0]

    def is_old(self, spelled: str, project: Project) -> bool:
        """Say whether a spelling reaches the old name without passing through the new one, now or at the plan's base.

        A re-export that moved already no longer leads to the old name; who was planned to be turned away from
        it still is.
        """
        chains = (project.chain(spelled), project.at_base.chain(spelled))
        return any(self.old in chain and self.new not in chain[: chain.index(self.old)] for chain in chains)

    def is_of_module(self, project: Project) -> bool:
        """Say whether the old name is a module, and not something that its package imports under that name."""
        return project.has_module(self.old) and project.chain(self.old) == (self.old,)

    def is_module_in(self, names: Names) -> bool:
        """Say whether imports of a file take the old name for a module, whatever the tree knows of it."""
        inside = f"{self.old}."
        every = names.index.imports
        whole = any(one.spelled == self.old and (one.is_module or one.is_star) for one in every)
        return whole or any(one.spelled.startswith(inside) for one in every)

    def is_home(self, module: str, project: Project) -> bool:
        """Say whether a module is where the symbol lives or will live."""
        homes = {one for name in (self.old, self.new) for one in (project.split(name)[0], name.rpartition(".")[0])}
        return bool(module) and module in homes


class Role(StrEnum):
    IMPORT = "import"
    READ = "read"
    """A use whose local name changes with its import."""
    USE = "use"
    """A use that reaches the symbol through a module or a star."""
    EXPORT = "export"
    STRING = "string"


@dataclass(frozen=True, slots=True)
class Spot:
    """One place. `via` is the import that a read or an export hangs on, or a use comes through.

    `text` is the new text of a string.
    """

    role: Role
    place: Place
    scope: Scope
    thing: ImportedName | Read | Use | StringUse
    via: ImportedName | None = None
    renaming: Renaming | None = None
    text: str = ""
    blocked: Blocked | None = None


def spots(move: Move, names: Names, *, strings: bool) -> Iterator[Spot]:
    """Yield the places of one file; its dotted strings only if asked."""
    project = names.project
    wanted = frozenset({project.canonical(move.old)})
    found = [one for one in names.imported(wanted) if move.is_old(one.spelled, project) and not one.is_star]
    moving = frozenset(found)
    moved: set[int] = set()
    exported: dict[int, ImportedName] = {}
    for imported in found:
        change = None
        if imported.local != move.new_name:
            change = renaming(names, imported, to=move.new, moving=moving)
        place = names.module.place(imported.alias)
        yield Spot(Role.IMPORT, place, imported.at, imported, renaming=change)
        if change is not None:
            for read in change.reads:
                if id(read.node) not in moved:
                    moved.add(id(read.node))
                    yield Spot(Role.READ, names.module.place(read.node), read.scope, read, imported)
            exported |= {id(item): imported for item in change.exported}
    yield from _uses(move, names, wanted)
    for use in names.strings(wanted):
        if use.exported and id(use.node) in exported:
            yield Spot(Role.EXPORT, use.place, use.scope, use, exported[id(use.node)])
        elif strings and not use.exported:
            yield from _string(move, use, project)


def _uses(move: Move, names: Names, wanted: frozenset[str]) -> Iterator[Spot]:
    """Uses of a local name hang on its import; here are those through a module or a star."""
    for use in names.uses(wanted):
        resolved = use.resolved
        origin = resolved.origin
        if origin is None or not move.is_old(resolved.spelled, names.project):
            continue
        if origin.is_star or origin.spelled != resolved.spelled:
            yield Spot(Role.USE, use.place, use.scope, use, origin, blocked=_doubt(use, move))


def _doubt(use: Use, move: Move) -> Blocked | None:
    resolved = use.resolved
    hides = resolved.origin is not None and resolved.origin.is_star and move.old_name == move.new_name
    if hides and not move.stays_in_module:
        return Blocked("star-import", "the star import would go on bringing the old one under this name")
    if not resolved.certain:
        return Blocked(resolved.reason, _WHY[resolved.reason])
    if not use.exact:
        return Blocked("dynamic-name", "the annotation's text is not spelled out in one literal")
    return None


_WHY = {
    "rebound": "the name is assigned again, and either value may reach this place",
    "alternatives": "different imports may reach this place",
    "star-import": "a star import of unknown content may bring the name",
}


def _string(move: Move, use: StringUse, project: Project) -> Iterator[Spot]:
    text = _new_text(move, use.spelled, project)
    if text:
        blocked = None if use.exact else Blocked("dynamic-name", "the text is not spelled out in one literal")
        yield Spot(Role.STRING, use.place, use.scope, use, text=text, blocked=blocked)


def _new_text(move: Move, spelled: str, project: Project) -> str:
    """Return what a string must say instead; "" if it stays right.

    A string that names another module's import (`patch("app.user.old")`) follows that import's local name.
    """
    if spelled == move.old:
        return move.new
    if not move.is_old(spelled, project):
        return ""
    module, rest = project.split(spelled)
    known = project.facts.get(module)
    if known is None or not rest or move.is_home(module, project):
        return ""
    target = known.imported.get(rest[0], "")
    follows = target.rpartition(".")[2] == rest[0] != move.new_name
    if not follows or stays_outside(project, module, rest[0], move.new):
        return ""
    return ".".join([module, move.new_name, *rest[1:]])

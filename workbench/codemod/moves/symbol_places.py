"""Every place of one file that must change when a symbol moves, and what kind of change it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from workbench.codemod.lookups import real_name
from workbench.codemod.moves.move import Move
from workbench.codemod.moves.renaming import Renaming, renaming
from workbench.codemod.moves.symbol_mocks import Mocked, followed, mocked
from workbench.codemod.names import ImportedName, Names, Read, Scope, StringUse, Use
from workbench.codemod.project import Project
from workbench.model.violation import Blocked, Place, Reach


class Role(StrEnum):
    IMPORT = "import"
    READ = "read"
    """A use whose local name changes with its import."""
    USE = "use"
    """A use that reaches the symbol through a module or a star."""
    EXPORT = "export"
    STRING = "string"
    MOCK = "mock"
    """What takes the place of the symbol in a test: an attribute that is patched, or that a mock of its module has."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One place. `via` is the import that a read or an export hangs on, or a use comes through.

    `text` is the new text of a string or of a mock's name; `reach` tells whose code a mock stands in the way of.
    """

    role: Role
    place: Place
    scope: Scope
    thing: ImportedName | Read | Use | StringUse | Mocked
    via: ImportedName | None = None
    renaming: Renaming | None = None
    text: str = ""
    blocked: Blocked | None = None
    reach: Reach | None = None


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
    mocks = {one.place: one for one in (mocked(move, names) if strings else ())}
    yield from _uses(move, names, wanted, frozenset(one.stays for one in mocks.values()))
    for use in names.strings(wanted):
        if use.exported and id(use.node) in exported:
            yield Spot(Role.EXPORT, use.place, use.scope, use, exported[id(use.node)])
        elif strings and not use.exported and use.place not in mocks:
            yield from _string(move, use, project)
    yield from _mocks(mocks.values())


def _mocks(every: Iterable[Mocked]) -> Iterator[Spot]:
    for one in every:
        if one.blocked is not None or one.changes:
            role = Role.STRING if one.is_path else Role.MOCK
            yield Spot(role, one.place, one.scope, one, text=one.text, blocked=one.blocked, reach=one.reach)


def _uses(move: Move, names: Names, wanted: frozenset[str], mocks: frozenset[str]) -> Iterator[Spot]:
    """Uses of a local name hang on its import; here are those through a module or a star.

    One that reads what a mock of this file goes on standing for must go on reading that.
    """
    for use in names.uses(wanted):
        resolved = use.resolved
        origin = resolved.origin
        if origin is None or not move.is_old(resolved.spelled, names.project):
            continue
        if origin.is_star or origin.spelled != resolved.spelled:
            doubt = _MOCKED if real_name(resolved.spelled, names.project.at_base) in mocks else _doubt(use, move)
            yield Spot(Role.USE, use.place, use.scope, use, origin, blocked=doubt)


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


_MOCKED = Blocked("mock-unclear", "this file puts a mock there, which this may be meant to read")
_WHY = {
    "rebound": "the name is assigned again, and either value may reach this place",
    "alternatives": "different imports may reach this place",
    "star-import": "a star import of unknown content may bring the name",
}


def _string(move: Move, use: StringUse, project: Project) -> Iterator[Spot]:
    text = followed(move, use.spelled, project)
    if text:
        blocked = None if use.exact else Blocked("dynamic-name", "the text is not spelled out in one literal")
        yield Spot(Role.STRING, use.place, use.scope, use, text=text, blocked=blocked)

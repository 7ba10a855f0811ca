"""One definition too many: who defines a name again, how that differs, and who gets it by which path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from workbench.codemod.definitions.agreement import differences
from workbench.codemod.definitions.interfaces import Interface
from workbench.codemod.find import applies
from workbench.codemod.moves.move import Move
from workbench.codemod.moves.symbol_mocks import Mocked
from workbench.codemod.moves.symbol_places import Spot, spots
from workbench.codemod.names import ImportedName, Names, StringUse, Use
from workbench.codemod.project import Project
from workbench.codemod.rule import Parameters


@dataclass(frozen=True, eq=False)
class Canon:
    """A canonical definition in a tree: `path` is the dotted name to use, `origin` where it is defined."""

    path: str
    project: Project
    parameters: Parameters

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def origin(self) -> str:
        return self.project.origin(self.path)

    @property
    def home(self) -> str:
        return self.project.split(self.origin)[0]

    @property
    def interface(self) -> Interface | None:
        """What the canonical definition offers; None if it is no class or function that can be read."""
        return interface_of(self.origin, self.project)

    def differences(self, other: Interface | None) -> tuple[str, ...]:
        """Say how another definition differs from the canonical one; empty if it may stand in for it."""
        canonical = self.interface
        if other is None or canonical is None:
            return ("the two cannot be compared",)
        return differences(self.origin, other, canonical, self.project.origin)

    def duplicates(self) -> frozenset[str]:
        """Return the dotted names of all other definitions of the name that the rule looks at."""
        known = (one for one in self.project.facts.values() if self.name in one.interfaces)
        judged = (one for one in known if one.name != self.home and applies(self.parameters, one.path))
        return frozenset(f"{one.name}.{self.name}" for one in judged)

    # ---- paths

    @cached_property
    def _anywhere(self) -> Parameters:
        return self.parameters.model_copy(update={"paths": ()})

    def is_right(self, dotted: str) -> bool:
        """Say whether a path may stay: the canonical one, those through the packages around it, allowed modules."""
        holder = dotted.rpartition(".")[0]
        homes = (self.home, self.path.rpartition(".")[0])
        if any(home == holder or home.startswith(f"{holder}.") for home in homes):
            return True
        known = self.project.facts.get(holder)
        return known is not None and not applies(self._anywhere, known.path)

    def is_wrong(self, spelled: str, ends: frozenset[str]) -> bool:
        """Say whether a spelling of the name leads to one of `ends`, but not by a path that may stay."""
        same = spelled.rpartition(".")[2] == self.name
        return same and self.project.origin(spelled) in ends and not self.is_right(spelled)


@lru_cache(maxsize=8)
def canon(path: str, project: Project, parameters: Parameters) -> tuple[Canon, frozenset[str]]:
    """Return a canonical definition and its duplicates, looked up once for all files."""
    found = Canon(path, project, parameters)
    return found, found.duplicates()


def wrong_paths(known: Canon, duplicates: frozenset[str], names: Names) -> dict[str, list[Spot]]:
    """Return what must change in a file that gets the name by a wrong path, by that path.

    Uses of what a star import brings are left out: the module it comes from is mended itself.
    """
    ends = duplicates | {known.origin}
    wanted = {known.project.canonical(one) for one in ends}
    spelled = {one.spelled for one in names.index.imports if not one.is_star}
    spelled.update(use.resolved.spelled for use in names.uses(wanted))
    spelled.update(one.spelled for one in names.strings(wanted))
    paths = sorted(one for one in spelled if known.is_wrong(one, ends))
    return {path: list(_spots(Move(path, known.path), names, known)) for path in paths}


def _spots(move: Move, names: Names, known: Canon) -> Iterator[Spot]:
    if move.is_home(names.module.name, names.project):
        return
    for spot in spots(move, names, strings=known.parameters.strings != "ignore"):
        match spot.thing:
            case ImportedName(spelled=spelled) | StringUse(spelled=spelled) | Mocked(spelled=spelled):
                pass
            case Use(resolved=resolved):
                spelled = "" if spot.via is not None and spot.via.is_star else resolved.spelled
            case _:
                continue
        if spelled == move.old:
            yield spot


def interface_of(dotted: str, project: Project) -> Interface | None:
    """Return what a module-level definition of the tree offers; None where there is none, or none that was read."""
    module, _, name = dotted.rpartition(".")
    known = project.facts.get(module)
    return known.interfaces.get(name) if known is not None else None

"""A symbol that lives elsewhere, or is called otherwise: every import and every use follows.

`from` is turned into `to` wherever a file reaches it: `from m import old`, with or without `as`, `import m`
and `m.old`, relative imports, inside functions, `try` and `if TYPE_CHECKING`, quoted annotations, type
comments, `__all__`, and, with `strings = "rewrite"`, dotted names in strings such as those of `mock.patch`.
Where the module stays the same and only the name changes, just the name is edited.

Left alone: the module that defines the symbol, and the module of `to`. What already goes through `to` is
no site, even if `to` is only another path to the same definition.

Re-exports. A package that imports the symbol for others (`from .old_mod import old` in `__init__`) is a
site like any other. Files that reach the symbol through such a re-export are turned straight to `to`.
The local name an import binds changes with it (`from m import new`, and the uses below) only if nobody
needs the old one: if another module imports it from here, star-imports it, spells it in a string
(`patch("here.old")`), or mentions it as an attribute of this module, if it is bound in a class, bound again
in a way that cannot be renamed along, or if the new name is taken, the import says `new as old`. Then
nothing else in the file changes, and no string that names `here.old` has to. An item of `__all__` follows
the local name. An assignment that stands in for a failed import (`except ImportError: old = None`) is
renamed together with the import.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import Field

from workbench.codemod.key import shortened
from workbench.codemod.names import Names, names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Parameters, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.codemod.symbol_moves import carry_out
from workbench.codemod.symbol_places import Move, Role, Spot, spots
from workbench.model.violation import Site

_NAME = r"^[^\W\d]\w*(\.[^\W\d]\w*)+$"


class MoveSymbolParameters(Parameters):
    """`from` and `to`: dotted names of one symbol, before and after."""

    from_: str = Field(alias="from", pattern=_NAME)
    to: str = Field(pattern=_NAME)


class MoveSymbol(Rule[MoveSymbolParameters]):
    kind: ClassVar[str] = "move-symbol"
    summary: ClassVar[str] = "A symbol lives elsewhere or has another name: every import and use follows."
    Parameters = MoveSymbolParameters
    defaults: ClassVar[dict[str, object]] = {"from": "shop.old_mod.old", "to": "shop.new_mod.new"}

    def targets(self) -> tuple[str, ...]:
        return (self._move.old, self._move.new)

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ((self._move.old, self._move.new),)

    def needles(self) -> frozenset[str]:
        return frozenset({self._move.old.rpartition(".")[2]})

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        yield from (site for _, site in self._found(module, project))

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        wanted = [(spot, site) for spot, site in self._found(module, project) if site in sites]
        return carry_out(self._move, names_of(module, project), wanted)

    @property
    def _move(self) -> Move:
        return Move(self.parameters.from_, self.parameters.to)

    def _found(self, module: Module, project: Project) -> list[tuple[Spot, Site]]:
        if self._move.is_home(module.name, project):
            return []
        names = names_of(module, project)
        found = spots(self._move, names, strings=self.parameters.strings != "ignore")
        pairs = [(spot, self._site(spot, names)) for spot in found]
        return sorted(pairs, key=lambda pair: pair[1].place)

    def _site(self, spot: Spot, names: Names) -> Site:
        role = Role.USE if spot.role is Role.READ else spot.role
        move, place = self._move, spot.place
        reported = spot.role is Role.STRING and self.parameters.strings == "report"
        return Site(
            rule=self.id,
            place=place,
            scope=spot.scope.qualname,
            key=shortened(f"{role} {names.project.canonical(move.old)}"),
            snippet=names.module.snippet(place.start, place.end),
            message=f"{move.old} is now {move.new}",
            blocked=spot.blocked,
            excluded="string" if reported else "",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before="from shop.old_mod import old\n\nvalue = old(1)\n",
            after="from shop.new_mod import new\n\nvalue = new(1)\n",
            why="the import comes from the new module, and the uses follow the new name",
        ),
    )

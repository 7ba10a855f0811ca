"""Carries out the move of a module in one file: byte edits for paths, the import engine for the rest."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.codemod.edit import Edit
from workbench.codemod.imports.engine import Imports
from workbench.codemod.imports.goal import written
from workbench.codemod.imports.standard import standard_module
from workbench.codemod.imports.text import with_module
from workbench.codemod.moves.module_places import Group, ModuleMove, ModuleSpot, Role, group_of
from workbench.codemod.names import ImportedName, Names, Use
from workbench.codemod.rule import Rewrite
from workbench.model.violation import Blocked, Site

_ALONE = Blocked("overlap", "what it hangs together with is not part of this change")


def carry_out(
    move: ModuleMove, names: Names, wanted: Sequence[tuple[ModuleSpot, Site]], every: Sequence[ModuleSpot]
) -> Rewrite:
    """Return the edits that mend the wanted places among `every` place of the file that could be mended."""
    spots = [spot for spot, _ in wanted]
    here = Counter(map(group_of, spots))
    torn = {group for group, count in Counter(map(group_of, every)).items() if group and here[group] != count}
    refused = dict.fromkeys(torn, _ALONE)
    while True:
        carrying = _Carrying(move, names, Imports(names.module, names, names.project), refused)
        carrying.run(spots)
        if carrying.torn.keys() <= refused.keys():
            break
        refused |= carrying.torn  # something of the group was planned already: begin again without it
    outcome = [(site, carrying.blocked_by(spot)) for spot, site in wanted]
    return Rewrite(
        edits=carrying.edits(),
        fixed=tuple(site for site, blocked in outcome if blocked is None),
        blocked=tuple((site, blocked) for site, blocked in outcome if blocked is not None),
    )


@dataclass(slots=True)
class _Carrying:
    """One attempt; `refused` are the groups that cannot be mended, `torn` those this attempt could not."""

    move: ModuleMove
    names: Names
    engine: Imports
    refused: Mapping[Group, Blocked]
    torn: dict[Group, Blocked] = field(default_factory=dict)
    _edits: list[Edit] = field(default_factory=list)
    _blocked: dict[int, Blocked] = field(default_factory=dict)
    """By identity of what stands there."""
    _moved: dict[int, str] = field(default_factory=dict)
    """By identity of the import: the new spelling of what it binds."""
    _paths: set[tuple[int, int]] = field(default_factory=set)
    """Where the uses that change start."""

    def run(self, spots: Sequence[ModuleSpot]) -> None:
        ready = [spot for spot in spots if group_of(spot) not in self.refused]
        self._paths = {_start(spot.thing.node) for spot in ready if isinstance(spot.thing, Use)}
        for spot in ready:
            if isinstance(spot.thing, ImportedName):
                self._import(spot, spot.thing)
        for spot in ready:
            self._follow(spot)
        self._use([spot for spot in ready if spot.role is Role.USE])

    def edits(self) -> tuple[Edit, ...]:
        return (*self._edits, *self.engine.edits())

    def blocked_by(self, spot: ModuleSpot) -> Blocked | None:
        """Return why a place was not mended after all."""
        group = group_of(spot)
        if group is not None:
            return self.refused.get(group)
        return self._blocked.get(id(spot.thing))

    # ---- imports

    def _import(self, spot: ModuleSpot, imported: ImportedName) -> None:
        target, group = self.move.target(imported.spelled), group_of(spot)
        if imported.is_star:
            self._star(imported, target)
            return
        spelling = self._brought(spot, imported, target)
        if isinstance(spelling, str) and spot.role is Role.PLAIN and not self.move.keeps_top:
            spelling = self._keep_top(imported) or spelling
        if isinstance(spelling, str):
            self._moved[id(imported)] = spelling
            if spot.renaming is not None and spelling != imported.local:
                for one in spot.renaming.fallbacks:
                    self._edit(*self.names.module.span(one), spelling)
        elif group is None:
            self._blocked[id(imported)] = spelling
        else:
            self.torn[group] = spelling

    def _brought(self, spot: ModuleSpot, imported: ImportedName, target: str) -> str | Blocked:
        """Make an import come from the new module; return how the module, or what it bound, is now spelled."""
        if spot.role is Role.PLAIN and self._is_spare(imported, target):
            self.engine.drop(imported)
            return self.move.new
        renamed = spot.role is Role.NAME and spot.renaming is not None
        moved = self.engine.move(imported, target, local=self.move.new_name if renamed else imported.local)
        if isinstance(moved, Blocked):
            return moved
        return self.move.new if spot.role is Role.PLAIN else moved.spelling

    def _star(self, imported: ImportedName, target: str) -> None:
        """Write another module into `from a.old import *`, whatever else stands on its lines."""
        module = self.names.module
        start, end = module.span(imported.statement)
        text = module.source[start:end].decode(module.codec)
        self._edit(start, end, with_module(text, written(target, module, imported)))

    def _is_spare(self, imported: ImportedName, target: str) -> bool:
        """Say whether another `import` in the same block, not later than any use, brings the new module already."""
        block = self.names.ancestry.block
        reads = [read.node.lineno for read in self.names.reads(imported.local, imported.scope)]
        return any(
            one.is_module
            and one.spelled == target
            and one.alias.asname is None
            and block(one.statement) == block(imported.statement)
            and all(line > one.statement.lineno for line in reads)
            for one in self.names.index.imports
        )

    def _keep_top(self, imported: ImportedName) -> Blocked | None:
        """See to it that other uses of the old top package still find it, by imports of what they spell."""
        for read in self.names.reads(imported.local, imported.scope):
            if imported not in read.bindings or _start(read.node) in self._paths:
                continue
            module = self.names.project.split(self._spelled(read.node))[0] or imported.local
            bound = self.engine.bind(module, at=read.node, like=imported)
            if isinstance(bound, Blocked):
                return bound
        return None

    def _spelled(self, node: ast.Name) -> str:
        parts = [node.id]
        for outer in self.names.ancestry.above(node):
            if not isinstance(outer, ast.Attribute):
                break
            parts.append(outer.attr)
        return ".".join(parts)

    # ---- what follows

    def _follow(self, spot: ModuleSpot) -> None:
        """Change what hangs on an import, once its new spelling is known, and strings."""
        if spot.role is Role.STRING:
            self._edit(spot.place.start, spot.place.end, self.move.new)
        elif spot.role is Role.MOCK:
            self._edit(spot.place.start, spot.place.end, self.move.new_name)
        elif spot.role in (Role.PATH, Role.READ, Role.EXPORT) and id(spot.via) in self._moved:
            self._edit(spot.place.start, spot.place.end, self._moved[id(spot.via)])

    def _use(self, spots: Sequence[ModuleSpot]) -> None:
        """Mend uses through a package or a star, and take away imports that nobody needs any more."""
        replaced, quoted = Counter[int](), Counter[int]()
        for spot in spots:
            if not isinstance(spot.thing, Use) or spot.via is None:
                continue
            end, module = self._reached(spot)
            bound = self.engine.bind(module, at=spot.thing.node, like=self._like(spot.via, spot.thing.node))
            if isinstance(bound, Blocked):
                self._blocked[id(spot.thing)] = bound
                continue
            self._edit(spot.place.start, end, bound.spelling)
            (quoted if spot.thing.quoted else replaced)[id(spot.via)] += 1
        for imported in {id(spot.via): spot.via for spot in spots if spot.via is not None}.values():
            if id(imported) not in self._moved:
                left = len(self.engine.uses_of(imported)) - replaced[id(imported)]
                self.engine.drop_unused(imported, left, quoted_gone=quoted[id(imported)])

    def _reached(self, spot: ModuleSpot) -> tuple[int, str]:
        """Return the module a use comes to, and where its name ends: a package may not bring what lies in it.

        In the tree what the old package brought the new one is taken to bring too; the standard library is known.
        """
        end, module = spot.place.end, self.move.new
        for outer in self.names.ancestry.above(spot.thing.node) if isinstance(spot.thing, Use) else ():
            if (
                not isinstance(outer, ast.Attribute)
                or standard_module(f"{module}.{outer.attr}") != f"{module}.{outer.attr}"
            ):
                break
            end, module = self.names.module.span(outer)[1], f"{module}.{outer.attr}"
        return end, module

    def _like(self, via: ImportedName, node: ast.expr) -> ImportedName | None:
        """Return the import of the package beside which one of the module will serve a use, not one below it."""
        if via.is_star:
            return None
        same = [
            one for one in via.scope.bindings[via.local] if isinstance(one, ImportedName) and one.bound == via.bound
        ]
        above = [one for one in same if one.statement.lineno < node.lineno]
        heads = [one for one in above if self.names.ancestry.parent(one.statement) is self.names.module.tree]
        return via if not above or (via in above and not heads) else next(iter([*heads, *above]))

    def _edit(self, start: int, end: int, text: str) -> None:
        self._edits.append(Edit(start, end, text.encode(self.names.module.codec)))


def _start(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset

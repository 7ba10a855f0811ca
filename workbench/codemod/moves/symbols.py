"""Carries out the move of a symbol in one file: byte edits for names, the import engine for the rest."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.codemod.edit import Edit
from workbench.codemod.imports.engine import Bound, Imports
from workbench.codemod.moves.move import Move
from workbench.codemod.moves.renaming import is_bound_to
from workbench.codemod.moves.symbol_mocks import Mocked
from workbench.codemod.moves.symbol_places import Role, Spot
from workbench.codemod.names import ImportedName, Names, Use
from workbench.codemod.patched import within
from workbench.codemod.quoted import content_start
from workbench.codemod.rule import Rewrite
from workbench.codemod.scopes import Scope
from workbench.model.violation import Blocked, Site

_SPLIT = Blocked("dynamic-name", "the text is not spelled out in one literal")
_ALONE = Blocked("overlap", "the import it comes through is not part of this change")


def carry_out(move: Move, names: Names, wanted: Sequence[tuple[Spot, Site]], engine: Imports | None = None) -> Rewrite:
    """Return the edits that mend the wanted places.

    `engine` collects the imports of several changes of one file; its edits are then for the caller to add.
    """
    carrying = _Carrying(move, names, _engine=engine)
    carrying.run([spot for spot, _ in wanted])
    outcome = [(site, carrying.blocked_by(spot)) for spot, site in wanted]
    return Rewrite(
        edits=carrying.edits() if engine is None else carrying.own_edits(),
        fixed=tuple(site for site, blocked in outcome if blocked is None),
        blocked=tuple((site, blocked) for site, blocked in outcome if blocked is not None),
    )


@dataclass(slots=True)
class _Carrying:
    move: Move
    names: Names
    _edits: list[Edit] = field(default_factory=list)
    _blocked: dict[int, Blocked] = field(default_factory=dict)
    """By identity of the spot, or of the import it hangs on."""
    _moved: dict[int, str] = field(default_factory=dict)
    """By identity of the import: the new spelling of what it binds."""
    _engine: Imports | None = None
    _mocks: bool = False
    """Whether the symbol is mocked here, so that its uses must go through its module."""

    def run(self, spots: Sequence[Spot]) -> None:
        self._mocks = any(isinstance(spot.thing, Mocked) for spot in spots)
        by_hand = all(self._is_plain(spot) for spot in spots)
        for spot in spots:
            if spot.role is Role.IMPORT and isinstance(spot.thing, ImportedName):
                self._import(spot, spot.thing, by_hand=by_hand)
        replaced, quoted = Counter[int](), Counter[int]()
        for spot in spots:
            if isinstance(spot.thing, Use) and self._use(spot, spot.thing):
                (quoted if spot.thing.quoted else replaced)[id(spot.via)] += 1
            if spot.role is Role.STRING and spot.blocked is None:
                self._edits.append(self._edit(spot.place.start, spot.place.end, spot.text))
            if spot.role is Role.MOCK and isinstance(spot.thing, Mocked):
                replaced[id(self._mock(spot, spot.thing))] += 1
        origins = {id(one): one for one in self.names.index.imports}
        for key in (replaced | quoted).keys() & origins.keys():
            left = len(self.engine.uses_of(origins[key])) - replaced[key]
            self.engine.drop_unused(origins[key], left, quoted_gone=quoted[key])

    @property
    def engine(self) -> Imports:
        if self._engine is None:
            self._engine = Imports(self.names.module, self.names, self.names.project)
        return self._engine

    def own_edits(self) -> tuple[Edit, ...]:
        return tuple(self._edits)

    def edits(self) -> tuple[Edit, ...]:
        planned = self._engine.edits() if self._engine is not None else ()
        return (*self._edits, *planned)

    def blocked_by(self, spot: Spot) -> Blocked | None:
        """Return why a place was not mended after all."""
        if spot.role in (Role.READ, Role.EXPORT):
            known = self._blocked.get(id(spot.via))
            return known or (None if id(spot.via) in self._moved else _ALONE)
        if spot.role is Role.IMPORT:
            return self._blocked.get(id(spot.thing))
        return self._blocked.get(id(spot))

    # ---- what only needs a name edited

    def _is_plain(self, spot: Spot) -> bool:
        """Say whether a place needs no more than another name in the same import or attribute."""
        if isinstance(spot.thing, ImportedName | Use) and not self._at(spot.thing).spells(self.move.new_name):
            return False
        if isinstance(spot.thing, ImportedName):
            bound = is_bound_to(self.names, self.move.new, spot.thing.scope)
            return not bound and self._stays(spot.thing.spelled)
        if isinstance(spot.thing, Use):
            return self._keeps_its_path(spot.thing)
        return not (isinstance(spot.thing, Mocked) and spot.thing.module)

    def _stays(self, spelled: str) -> bool:
        return self.move.stays_in_module and spelled == self.move.old

    def _at(self, thing: ImportedName | Use) -> Scope:
        return thing.at if isinstance(thing, ImportedName) else thing.scope

    def _keeps_its_path(self, use: Use) -> bool:
        origin = use.resolved.origin
        if origin is None or not self._stays(use.resolved.spelled) or not use.scope.spells(self.move.new_name):
            return False
        return not origin.is_star or self._star_brings_the_new(origin, use)

    def _star_brings_the_new(self, star: ImportedName, use: Use) -> bool:
        name = self.move.new_name
        owner = self.names.variables.owner(name, use.scope)
        return owner is star.scope and self.names.variables.bindings(name, owner) == (star,)

    # ---- the places

    def _import(self, spot: Spot, imported: ImportedName, *, by_hand: bool) -> None:
        if by_hand:
            self._moved[id(imported)] = self._rename_alias(spot, imported)
            self._follow(spot, imported, self._moved[id(imported)])
            return
        moved = self.engine.move(imported, self.move.new, local=self._local(spot, imported))
        if isinstance(moved, Blocked):
            self._blocked[id(imported)] = moved
            return
        self._moved[id(imported)] = moved.spelling
        self._follow(spot, imported, moved.spelling)

    def _local(self, spot: Spot, imported: ImportedName) -> str | None:
        """Return the local name the import shall bind; None where only a path can spell the new name."""
        _, path = self.names.project.split(self.move.new)
        if len(path) > 1:
            return None
        renamed = spot.renaming is not None and imported.alias.asname is None
        return self.move.new_name if renamed else imported.local

    def _follow(self, spot: Spot, imported: ImportedName, spelling: str) -> None:
        """Change all that hangs on an import's local name, asked for or not: one is wrong without the other."""
        module, known = self.names.module, spot.renaming
        if spelling == imported.local:
            return
        if known is None:  # not expected to change: the new name is a path inside what is imported
            reads = [one for one in self.names.reads(imported.local, imported.scope) if imported in one.bindings]
            self._edits += [self._edit(*module.span(one.node), spelling) for one in reads]
            return
        nodes = [*(one.node for one in known.reads), *known.fallbacks]
        self._edits += [self._edit(*module.span(one), spelling) for one in nodes]
        for item in known.exported:
            column = content_start(module, item) or 0
            start = module.offset(item.lineno, column)
            end = module.offset(item.lineno, column + len(imported.local.encode()))
            self._edits.append(self._edit(start, end, spelling))

    def _rename_alias(self, spot: Spot, imported: ImportedName) -> str:
        """Edit `old` in `from m import old`; return the local name from now on."""
        alias, new = imported.alias, self.move.new_name
        start, end = self.names.module.span(alias)
        name_end = start + len(alias.name.encode(self.names.module.codec))
        keeps = alias.asname is None and spot.renaming is None and alias.name != new
        text = f"{new} as {alias.name}" if keeps else new
        whole = alias.asname == new and b"#" not in self.names.module.source[start:end]
        self._edits.append(self._edit(start, end if whole else name_end, text))
        return alias.name if keeps else alias.asname or new

    def _use(self, spot: Spot, use: Use) -> bool:
        """Mend a use through a module or a star; return whether it no longer needs that import."""
        start, end = self.names.module.span(use.node)
        if self._keeps_its_path(use):
            last = use.node.attr if isinstance(use.node, ast.Attribute) else use.node.id
            length = len(last.encode(self.names.module.codec))
            self._edits.append(self._edit(end - length, end, self.move.new_name))
            return False
        origin = use.resolved.origin
        like = None if origin is None or origin.is_star else origin
        mark = self.engine.mark()
        bound = self.engine.bind(self.move.new, at=use.node, like=like)
        if (
            self._mocks
            and isinstance(bound, Bound)
            and "." not in bound.spelling
            and isinstance(use.node, ast.Attribute)
        ):
            self.engine.undo(mark)
            bound = Blocked(
                "mock-unclear", f"as {bound.spelling}, it would no longer read the mock this file puts there"
            )
        if isinstance(bound, Blocked):
            self._blocked[id(spot)] = bound
            return False
        self._edits.append(self._edit(start, end, bound.spelling))
        return bound.through is not origin

    def _mock(self, spot: Spot, mock: Mocked) -> ImportedName | None:
        """Mend a name that is patched, with the module beside it; return the import that this one no longer needs."""
        released, module = None, self.names.module
        if isinstance(mock.owner, ast.Constant) and mock.module:
            place, exact = within(mock.owner, self.names)
            if not exact:
                self._blocked[id(spot)] = _SPLIT
                return None
            self._edits.append(self._edit(place.start, place.end, mock.module))
        elif mock.owner is not None and mock.module:
            resolved = self.names.resolve(mock.owner)
            released = resolved.origin if resolved is not None else None
            bound = self._module(mock.module, mock.owner, released)
            if isinstance(bound, Blocked):
                self._blocked[id(spot)] = bound
                return None
            self._edits.append(self._edit(*module.span(mock.owner), bound.spelling))
            released = None if bound.through is released else released
        if mock.text:
            self._edits.append(self._edit(spot.place.start, spot.place.end, mock.text))
        return released

    def _module(self, module: str, owner: ast.expr, like: ImportedName | None) -> Bound | Blocked:
        """Spell the new module, the way the uses beside it reach the symbol."""
        mark, end = self.engine.mark(), f".{self.move.new_name}"
        bound = self.engine.bind(self.move.new, at=owner, like=like)
        if isinstance(bound, Bound) and bound.spelling.endswith(end) and self.move.new == f"{module}{end}":
            return Bound(bound.spelling.removesuffix(end), bound.through)
        self.engine.undo(mark)
        return self.engine.bind(module, at=owner, like=like)

    def _edit(self, start: int, end: int, text: str) -> Edit:
        return Edit(start, end, text.encode(self.names.module.codec))

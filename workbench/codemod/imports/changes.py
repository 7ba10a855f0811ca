"""Keeps what is to become of each import, until it is written down."""

from __future__ import annotations

import ast
import sys
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from workbench.codemod.ancestry import Ancestry
from workbench.codemod.imports.section import Wish
from workbench.codemod.imports.text import Member
from workbench.codemod.statements import Importing


@dataclass(slots=True)
class Wanted:
    """One alias to be imported, and the nodes that will read it.

    `beside`: the statement in whose block it goes; None for the head of the file. `inside`: the function
    at whose top it goes. `until`: the index of the top-level statement that already needs it.
    """

    wish: Wish
    member: Member
    until: int
    beside: Importing | None = None
    inside: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    like: Importing | None = None
    uses: list[ast.AST] = field(default_factory=list)

    @property
    def place(self) -> Hashable:
        """What two aliases of one new statement have in common."""
        return self.wish, bool(self.member.asname), id(self.beside), id(self.inside)


@dataclass(slots=True)
class Fate:
    """What becomes of one statement's aliases, by their index."""

    node: Importing
    dropped: set[int] = field(default_factory=set)
    moved: dict[int, tuple[Wish, Member]] = field(default_factory=dict)
    added: list[Member] = field(default_factory=list)
    until: int = sys.maxsize
    uses: list[ast.AST] = field(default_factory=list)

    @property
    def emptied(self) -> bool:
        return len(self.dropped | self.moved.keys()) == len(self.node.names)


class Changes:
    """The changes to the imports of one module."""

    def __init__(self, ancestry: Ancestry) -> None:
        self._ancestry = ancestry
        self._numbers = {id(one): n for n, one in enumerate(ancestry.tree.body)}
        self.fates: dict[int, Fate] = {}
        """By identity of the statement."""
        self.wanted: list[Wanted] = []

    def want(self, one: Wanted) -> None:
        """Add an alias."""
        self.wanted.append(one)

    def forget(self, one: Wanted) -> None:
        """Take an alias back: one of the last that were added."""
        at = next(n for n in range(len(self.wanted) - 1, -1, -1) if self.wanted[n] is one)
        del self.wanted[at]

    def wants_beside(self, node: ast.stmt) -> bool:
        """Say whether an alias is to be added in the block of `node`, below the head of the file."""
        block = self._ancestry.block(node)
        return any(one.beside is not None and self._ancestry.block(one.beside) == block for one in self.wanted)

    def drop(self, node: Importing, alias: ast.alias) -> None:
        """Take one alias away."""
        self._fate(node).dropped.add(_index(node, alias))

    def move(
        self, node: Importing, alias: ast.alias, wish: Wish, member: Member, *, until: int, uses: Sequence[ast.AST]
    ) -> None:
        """Make one alias come from elsewhere; `until` and `uses` as in Wanted."""
        fate = self._fate(node)
        fate.moved[_index(node, alias)] = (wish, member)
        fate.until = min(fate.until, until)
        fate.uses += uses

    def touched(self, node: Importing, alias: ast.alias) -> bool:
        """Say whether an alias is already dropped or moved."""
        fate = self.fates.get(id(node))
        return fate is not None and _index(node, alias) in fate.dropped | fate.moved.keys()

    def top_index(self, node: ast.AST) -> int:
        """Return the index of the top-level statement `node` stands in."""
        found = (self._numbers.get(id(one)) for one in self._ancestry.trail(node))
        return next((n for n in found if n is not None), self.length)

    @property
    def length(self) -> int:
        """How many top-level statements there are."""
        return len(self._ancestry.tree.body)

    def _fate(self, node: Importing) -> Fate:
        return self.fates.setdefault(id(node), Fate(node))


def _index(node: Importing, alias: ast.alias) -> int:
    return next(n for n, one in enumerate(node.names) if one is alias)

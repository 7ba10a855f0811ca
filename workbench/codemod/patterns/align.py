"""Which call or attribute of the new code is made from which of the old, so that its layout can stay.

A guess may be poor but never wrong: whatever is written is parsed again and held against what was meant.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.codemod.fragments import form
from workbench.codemod.patterns.match import Found, Item, in_order
from workbench.codemod.patterns.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Met:
    """A node of the match pattern and the code it met."""

    wanted: ast.AST
    node: ast.AST


@dataclass(slots=True)
class Alignment:
    """Pairs nodes of a rewrite pattern with nodes of the match pattern, each at most once."""

    rewrite: Pattern
    found: Found

    def pairs(self) -> dict[int, Met]:
        """Return the pairs, by the identity of the rewrite's node; inner ones are settled first."""
        left = [Met(wanted, node) for wanted, node in self.found.pairs if isinstance(wanted, ast.Attribute | ast.Call)]
        aligned: dict[int, Met] = {}
        for node in _inside_out(self.rewrite.root):
            if isinstance(node, ast.Attribute | ast.Call) and not self.rewrite.dotted(node):
                best = max(left, key=lambda met: self._likeness(node, met, aligned), default=None)
                if best is not None and self._likeness(node, best, aligned) > 0:
                    aligned[id(node)] = best
                    left.remove(best)
        return aligned

    def _likeness(self, node: ast.AST, met: Met, aligned: dict[int, Met]) -> int:
        if isinstance(node, ast.Attribute) and isinstance(met.wanted, ast.Attribute):
            return int(self.same(node.value, met.wanted.value, aligned))
        if isinstance(node, ast.Call) and isinstance(met.wanted, ast.Call):
            both = 100 * self.same(node.func, met.wanted.func, aligned)
            theirs = values(met.wanted)
            shared = sum(any(self.same(mine, other, aligned) for other in theirs) for mine in values(node))
            return both + shared + (not theirs and not values(node))
        return 0

    def same(self, mine: ast.AST, other: ast.AST, aligned: dict[int, Met]) -> bool:
        """Say whether a part of the rewrite is a part of the match pattern, or is made from it."""
        met = aligned.get(id(mine))
        return form(mine) == form(other) or (met is not None and met.wanted is other)


def counterparts(
    call: ast.Call, wanted: ast.Call, aligned: Mapping[int, Met], match: Pattern, rewrite: Pattern
) -> dict[int, Item]:
    """Return which argument of a call of the match pattern each argument of a new call is, or is made from.

    By the identity of the new call's arguments. The same value comes first, then one made from the same
    call or attribute, then one that holds the variable that was the old value.
    """
    left = list(in_order([*wanted.args, *wanted.keywords]))
    found: dict[int, Item] = {}
    for likeness in (3, 2, 1):
        for item in in_order([*call.args, *call.keywords]):
            fitting = (one for one in left if _may_be(item, one, match, rewrite))
            old = next((one for one in fitting if _likeness(item, one, aligned, match) == likeness), None)
            if old is not None and id(item) not in found:
                found[id(item)] = old
                left.remove(old)
    return found


def _may_be(item: Item, old: Item, match: Pattern, rewrite: Pattern) -> bool:
    """Say whether an argument may stand in the place of another: a positional one in that of no keyword."""
    if rewrite.listed(item) or match.listed(old):
        return rewrite.listed(item) == match.listed(old)
    stars = [isinstance(one, ast.keyword) and one.arg is None for one in (item, old)]
    return stars[0] == stars[1] and (isinstance(item, ast.keyword) or not isinstance(old, ast.keyword))


def _likeness(item: Item, old: Item, aligned: Mapping[int, Met], match: Pattern) -> int:
    """Return 3 for the same value, 2 for one made from the same part, 1 for one that holds the old variable."""
    value, was = value_of(item), value_of(old)
    if form(value) == form(was):
        return 3
    met = aligned.get(id(value))
    if met is not None and met.wanted is was:
        return 2
    return int(match.variable(was) is not None and any(form(one) == form(was) for one in ast.walk(value)))


def value_of(item: Item) -> ast.expr:
    """Return the value of an argument."""
    return item.value if isinstance(item, ast.keyword) else item


def values(call: ast.Call) -> list[ast.expr]:
    """Return the values of all arguments."""
    return [*call.args, *(one.value for one in call.keywords)]


def _inside_out(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield from _inside_out(child)
    yield node

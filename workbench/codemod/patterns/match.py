"""Finds a pattern in a tree: the same expression, whatever its layout, with the same thing under every `$X`.

Names are compared by what they mean: a dotted name of the pattern matches however the file imported it, and
never where something else is called so. Keyword arguments match in any order.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.codemod.fragments import form
from workbench.codemod.names import Names, Resolved, Scope
from workbench.codemod.patterns.pattern import Pattern, chain

Item = ast.expr | ast.keyword

_SILENT = frozenset({"ctx", "kind", "type_comment"})


@dataclass(frozen=True, slots=True)
class Found:
    """What a match bound.

    `ones`: the expressions under each `$X`, in the order of the pattern. `many`: the arguments under each
    `$...XS`, in source order. `pairs`: every expression of the pattern with what it met in the code.
    `doubt` is a reason code where a name of the pattern may be something else.
    """

    ones: Mapping[str, tuple[ast.expr, ...]] = field(default_factory=dict)
    many: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)
    pairs: tuple[tuple[ast.AST, ast.AST], ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A place where a pattern matches.

    `above` is what stands around `node`, the nearest first. In a quoted annotation `literal` is the text
    that holds the match; the nodes are read out of it, and carry the places they have in the file.
    """

    node: ast.expr
    found: Found
    scope: Scope
    above: tuple[ast.AST, ...]
    literal: ast.Constant | None = None

    @property
    def at(self) -> ast.expr:
        """A node of the file's own tree at the place."""
        return self.literal or self.node

    @property
    def in_text(self) -> bool:
        """Say whether the match stands inside an f-string or a quoted annotation."""
        return self.literal is not None or any(isinstance(one, ast.JoinedStr) for one in self.above)

    def meaning(self, node: ast.expr, names: Names) -> Resolved | None:
        """Return what a dotted name of the match means."""
        return meaning(node, names, self.scope if self.literal is not None else None)


@dataclass(frozen=True, slots=True)
class Matcher:
    """Compares code with one pattern. Without `names` it compares names as they are spelled."""

    pattern: Pattern
    names: Names | None
    scope: Scope | None = None
    """For code that is read out of a text: the scope the text stands in."""

    def match(self, node: ast.expr) -> Found | None:
        """Return what the pattern binds at a node; None where it does not match."""
        return self._node(self.pattern.root, node, Found())

    def _node(self, wanted: ast.AST, node: ast.AST, found: Found) -> Found | None:
        variable = self.pattern.variable(wanted)
        if variable is not None:
            return self._bind(variable, wanted, node, found)
        dotted = self.pattern.dotted(wanted)
        if dotted is not None:
            return self._dotted(dotted, wanted, node, found)
        if type(wanted) is not type(node) or (self.pattern.is_builtin(wanted) and not self._is_builtin(node)):
            return None
        after: Found | None = replace(found, pairs=(*found.pairs, (wanted, node)))
        for name in wanted._fields:
            if after is None:
                return None
            if name not in _SILENT and not (isinstance(wanted, ast.Call) and name == "keywords"):
                after = self._field(wanted, node, name, after)
        return after

    def _field(self, wanted: ast.AST, node: ast.AST, name: str, found: Found) -> Found | None:
        theirs, mine = getattr(wanted, name, None), getattr(node, name, None)
        if isinstance(wanted, ast.Call) and isinstance(node, ast.Call) and name == "args":
            return self._arguments(wanted, node, found)
        if isinstance(theirs, list) and isinstance(mine, list):
            return next(self._sequence(theirs, mine, found), None)
        if isinstance(theirs, ast.AST) and isinstance(mine, ast.AST):
            return self._node(theirs, mine, found)
        return found if type(theirs) is type(mine) and theirs == mine else None

    def _bind(self, variable: str, wanted: ast.AST, node: ast.AST, found: Found) -> Found | None:
        if not isinstance(node, ast.expr) or isinstance(node, ast.Starred | ast.Slice):
            return None
        known = found.ones.get(variable, ())
        if known and form(known[0]) != form(node):
            return None
        ones = {**found.ones, variable: (*known, node)}
        return replace(found, ones=ones, pairs=(*found.pairs, (wanted, node)))

    # ---- names

    def _dotted(self, dotted: str, wanted: ast.AST, node: ast.AST, found: Found) -> Found | None:
        if not isinstance(node, ast.Name | ast.Attribute) or (isinstance(node, ast.Name) and _is_bound(node)):
            return None
        if self.names is None:
            return replace(found, pairs=(*found.pairs, (wanted, node))) if chain(node) == dotted else None
        resolved = meaning(node, self.names, self.scope)
        if resolved is None or self.names.project.canonical(dotted) not in resolved.may:
            return None
        doubt = found.doubt or ("" if resolved.certain else resolved.reason)
        return replace(found, doubt=doubt, pairs=(*found.pairs, (wanted, node)))

    def _is_builtin(self, node: ast.AST) -> bool:
        if self.names is None or not isinstance(node, ast.Name):
            return isinstance(node, ast.Name)
        return self.names.variables.owner(node.id, self.scope or self.names.scope_of(node)) is None

    # ---- lists

    def _arguments(self, wanted: ast.Call, call: ast.Call, found: Found) -> Found | None:
        """Match the arguments: the positional ones in order, keywords by name, the rest under the last list."""
        for after in self._sequence(wanted.args, call.args, found):
            done = self._keywords(wanted, call, after)
            if done is not None:
                return done
        return None

    def _keywords(self, wanted: ast.Call, call: ast.Call, found: Found) -> Found | None:
        left = list(call.keywords)
        after: Found | None = found
        for keyword in wanted.keywords:
            met = next((one for one in left if one.arg == keyword.arg), None)
            if met is None or after is None:
                return None
            left.remove(met)
            after = self._node(keyword.value, met.value, replace(after, pairs=(*after.pairs, (keyword, met))))
        lists = [one for item in wanted.args if (one := self.pattern.listed(item))]
        if after is None or (left and not lists):
            return None
        if not left:
            return after
        return replace(after, many={**after.many, lists[-1]: in_order([*after.many[lists[-1]], *left])})

    def _sequence(
        self, wanted: Sequence[ast.AST | None], nodes: Sequence[ast.AST | None], found: Found
    ) -> Iterator[Found]:
        """Yield the ways to match items one by one, lists taking as many as they can first."""
        if not wanted:
            if not nodes:
                yield found
            return
        first, *rest = wanted
        name = self.pattern.listed(first) if first is not None else None
        if name is not None:
            yield from self._list(name, rest, nodes, found)
        elif nodes:
            after = self._item(first, nodes[0], found)
            if after is not None:
                yield from self._sequence(rest, nodes[1:], after)

    def _item(self, wanted: ast.AST | None, node: ast.AST | None, found: Found) -> Found | None:
        """Match one item; the missing key of a `**` in a dictionary only matches another."""
        if wanted is None or node is None:
            return found if wanted is node else None
        return self._node(wanted, node, found)

    def _list(
        self, name: str, rest: Sequence[ast.AST | None], nodes: Sequence[ast.AST | None], found: Found
    ) -> Iterator[Found]:
        for count in range(len(nodes), -1, -1):
            taken = tuple(one for one in nodes[:count] if isinstance(one, ast.expr))
            yield from self._sequence(rest, nodes[count:], replace(found, many={**found.many, name: taken}))


def meaning(node: ast.expr, names: Names, scope: Scope | None) -> Resolved | None:
    """Return what a dotted name means; `scope` is given where it is read out of a text."""
    if scope is None:
        return names.resolve(node)
    first, *rest = chain(node).split(".")
    return names.variables.resolve(first, tuple(rest), scope, None) if first else None


def in_order(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return arguments in source order."""
    return tuple(sorted(items, key=lambda one: (one.lineno, one.col_offset)))


def _is_bound(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)

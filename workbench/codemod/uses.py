"""The places where names stand: expressions, reads of a variable, dotted names in text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.codemod.scopes import Binding, Scope
from workbench.codemod.variables import Resolved
from workbench.model.violation import Place


@dataclass(frozen=True, slots=True)
class Use:
    """An expression (`Name` or `Attribute`) that denotes a wanted name.

    In a quoted annotation or a type comment (`quoted`) the node is parsed from the text and carries the
    place it has in the file, so that spans work as for any other. `exact` is False where the text is not
    spelled out as it is (escapes, joined literals, odd Unicode forms); the place may then be the literal's.
    """

    node: ast.Name | ast.Attribute
    place: Place
    scope: Scope
    resolved: Resolved
    quoted: bool = False
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Read:
    """A read of one variable, and the bindings that may be in force there."""

    node: ast.Name
    scope: Scope
    bindings: tuple[Binding, ...]
    quoted: bool = False
    exact: bool = True


@dataclass(frozen=True, slots=True)
class StringUse:
    """A dotted name in a string literal, or an item of `__all__` (`exported`).

    `place` is the part of the literal that spells the name, without the quotes (the whole literal if not
    `exact`); `spelled` is that part's dotted name (for `__all__`, what the item stands for), `qualified`
    its canonical form.
    """

    node: ast.Constant
    place: Place
    scope: Scope
    spelled: str
    qualified: str
    exported: bool = False
    exact: bool = True


Spot = tuple[ast.Name | ast.Attribute, Scope, bool, bool]
"""A name or attribute, its scope, whether it is quoted, whether its place is exact."""


def split(node: ast.expr) -> tuple[ast.Name, tuple[str, ...]] | None:
    """Take a dotted name apart: its first name, and the attributes; None for other expressions."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node, tuple(reversed(parts))) if isinstance(node, ast.Name) else None


def inner_parts(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the expressions a dotted name starts with."""
    while isinstance(node, ast.Attribute):
        node = node.value
        yield node


def named_in(expression: ast.expr, words: frozenset[str], scope: Scope, exact: bool) -> Iterator[Spot]:
    """Yield the names and attributes of a quoted expression that end in one of `words`."""
    for node in ast.walk(expression):
        if (isinstance(node, ast.Name) and node.id in words) or (
            isinstance(node, ast.Attribute) and node.attr in words
        ):
            yield node, scope, True, exact

"""Is a name surely bound when a place is reached? The one question rules and imports ask of the flow."""

from __future__ import annotations

import ast
from enum import StrEnum
from functools import lru_cache

from workbench.codemod.reaching import Reaching
from workbench.codemod.scopes import Binding, ImportedName, Scope, ScopeKind

_FLOWING = frozenset({ScopeKind.MODULE, ScopeKind.CLASS, ScopeKind.FUNCTION})


class Standing(StrEnum):
    """How sure a binding is at a place."""

    BOUND = "bound"
    MAYBE = "maybe-unbound"
    LATER = "bound-after-use"
    ABSENT = "absent"


def standing(name: str, scope: Scope, at: ast.AST) -> Standing:
    """Say whether `name`, as a variable of `scope`, is bound whenever `at` (inside `scope`) is evaluated.

    A place inside a nested function is judged where that function is defined. A `with` block counts as
    one that runs to its end, unless it is entered through something called `suppress` or `raises`.
    """
    bindings = scope.bindings.get(name, [])
    if not bindings:
        return Standing.ABSENT
    if scope.kind not in _FLOWING:  # the variables of a lambda or a comprehension are there before its parts
        return Standing.BOUND
    if _follows(bindings, scope, at) or None not in _flow(name, scope).at(at):
        return Standing.BOUND
    later = all(_start(one) > _start(at) for one in bindings)
    return Standing.LATER if later else Standing.MAYBE


def _follows(bindings: list[Binding], scope: Scope, at: ast.AST) -> bool:
    """Say whether `at` comes after an import that runs whenever the scope does: most do, and need no more thought."""
    statement = bindings[0].statement if len(bindings) == 1 and isinstance(bindings[0], ImportedName) else None
    body = getattr(scope.node, "body", [])
    return statement is not None and statement.lineno < _start(at)[0] and any(one is statement for one in body)


def bound_at_end(name: str, scope: Scope) -> bool:
    """Say whether `name` is surely bound once the whole body of `scope` has run."""
    bindings = scope.bindings.get(name, [])
    return bool(bindings) and None not in _flow(name, scope).end


@lru_cache(maxsize=64)
def _flow(name: str, scope: Scope) -> Reaching:
    """Return the flow of one variable, with an answer for every place of its scope."""
    return Reaching(name, scope, scope.bindings.get(name, []), everywhere=True)


def _start(node: Binding) -> tuple[int, int]:
    located = node.alias if isinstance(node, ImportedName) else node
    return getattr(located, "lineno", 0), getattr(located, "col_offset", 0)

"""Is a name surely bound when a place is reached? Definite assignment, one name and one scope at a time."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from enum import StrEnum

from workbench.codemod.names import Names
from workbench.codemod.scopes import Binding, ImportedName, Scope

State = bool | None
"""Bound, not surely bound, or (None) never reached."""

# What may stop an exception inside its block: what follows may then run with half of the block done.
_SWALLOWERS = ("suppress", "raises", "Raises")


class Standing(StrEnum):
    """How sure a binding is at a place."""

    BOUND = "bound"
    MAYBE = "maybe-unbound"
    LATER = "bound-after-use"
    ABSENT = "absent"


def standing(name: str, scope: Scope, at: ast.AST, names: Names) -> Standing:
    """Say whether `name`, as a variable of `scope`, is bound whenever `at` (inside `scope`) is evaluated.

    A place inside a nested function is judged where that function is defined. A `with` block counts as
    one that runs to its end, unless what it enters is called something like `suppress` or `raises`.
    """
    bindings = scope.bindings.get(name, [])
    if not bindings:
        return Standing.ABSENT
    given = any(isinstance(one, ast.arg) for one in bindings)
    body = getattr(scope.node, "body", None)
    if not isinstance(body, list):  # a lambda, or a comprehension: its variables are there before its parts
        return Standing.BOUND
    flow = _Flow(name, frozenset(id(node) for node in names.ancestry.trail(at)))
    flow.block(body, given)
    if flow.found is not False:
        return Standing.BOUND
    later = all(_start(one) > _start(at) for one in bindings)
    return Standing.LATER if later else Standing.MAYBE


def bound_at_end(name: str, scope: Scope) -> bool:
    """Say whether `name` is surely bound once the whole body of `scope` has run."""
    body = getattr(scope.node, "body", None)
    return isinstance(body, list) and _Flow(name, frozenset()).block(body, False) is not False


def _start(node: Binding) -> tuple[int, int]:
    located = node.alias if isinstance(node, ImportedName) else node
    return getattr(located, "lineno", 0), getattr(located, "col_offset", 0)


def bound_by(node: ast.AST) -> frozenset[str]:
    """Return the names that `node` alone (not its parts) binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            return frozenset({name})
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return frozenset({name})
        case ast.Import(names=aliases):
            return frozenset(one.asname or one.name.partition(".")[0] for one in aliases)
        case ast.ImportFrom(names=aliases):
            return frozenset(one.asname or one.name for one in aliases)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return frozenset({name})
        case ast.MatchMapping(rest=str(name)):
            return frozenset({name})
    return frozenset()


class _Flow:
    """Walks one scope's statements in the order they run, and remembers the state where the place stands."""

    def __init__(self, name: str, trail: frozenset[int]) -> None:
        self._name = name
        self._trail = trail
        self._breaks: list[list[State]] = []
        self.found: State = None

    def block(self, statements: Sequence[ast.stmt], state: State) -> State:
        for statement in statements:
            if id(statement) in self._trail:
                self.found = state
            state = self._after(statement, state)
        return state

    def _after(self, node: ast.stmt, state: State) -> State:
        """Return the state after `node`; compound statements look inside themselves."""
        match node:
            case ast.Return() | ast.Raise() | ast.Continue():
                return None
            case ast.Break():
                self._breaks[-1].append(state)
                return None
            case ast.If():
                return _either(self.block(node.body, state), self.block(node.orelse, state))
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(node, state)
            case ast.With() | ast.AsyncWith():
                return self._with(node, state)
            case ast.Try() | ast.TryStar():
                return self._try(node, state)
            case ast.Match():
                return self._match(node, state)
            case ast.Delete():
                return False if self._deletes([node]) and state else state
        return True if state is not None and self._binds(node) else state

    def _binds(self, node: ast.stmt) -> bool:
        """Whether a simple statement always binds the name; walrus expressions may not run, so they do not count."""
        match node:
            case ast.Assign(targets=targets):
                return any(self._target(target) for target in targets)
            case ast.AnnAssign(target=target, value=ast.expr()):
                return self._target(target)
        return self._name in bound_by(node)

    def _target(self, target: ast.AST | None) -> bool:
        return target is not None and any(self._name in bound_by(one) for one in ast.walk(target))

    def _deletes(self, statements: Sequence[ast.stmt]) -> bool:
        nodes = [node for statement in statements for node in ast.walk(statement)]
        return any(
            (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del) and node.id == self._name)
            or (isinstance(node, ast.ExceptHandler) and node.name == self._name)
            for node in nodes
        )

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, state: State) -> State:
        if state and self._deletes(node.body):
            state = False
        bound = not isinstance(node, ast.While) and self._target(node.target)
        endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value
        self._breaks.append([])
        self.block(node.body, True if bound and state is not None else state)
        breaks = self._breaks.pop()
        out = self.block(node.orelse, None if endless else state)
        for one in breaks:
            out = _either(out, one)
        return out

    def _with(self, node: ast.With | ast.AsyncWith, state: State) -> State:
        before = state
        for item in node.items:
            if id(item) in self._trail:
                self.found = state
            if state is not None and self._target(item.optional_vars):
                state = True
        inside = self.block(node.body, state)
        swallows = any(word in ast.unparse(item.context_expr) for item in node.items for word in _SWALLOWERS)
        return _either(inside, False if before is False else before) if swallows else inside

    def _try(self, node: ast.Try | ast.TryStar, state: State) -> State:
        partly = False if state and self._deletes(node.body) else state
        out = self.block(node.orelse, self.block(node.body, state))
        for handler in node.handlers:
            mine = handler.name == self._name
            ended = self.block(handler.body, True if mine and partly is not None else partly)
            out = _either(out, False if mine and ended else ended)
        if not node.finalbody:
            return out
        result = self.block(node.finalbody, out)
        self.block(node.finalbody, partly)
        return result

    def _match(self, node: ast.Match, state: State) -> State:
        out: State = None
        complete = False
        for case in node.cases:
            bound = self._target(case.pattern) and not isinstance(case.pattern, ast.MatchOr)
            out = _either(out, self.block(case.body, True if bound and state is not None else state))
            complete |= case.guard is None and _irrefutable(case.pattern)
        return out if complete else _either(out, state)


def _either(one: State, other: State) -> State:
    if one is None:
        return other
    return one if other is None else one and other


def _irrefutable(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None

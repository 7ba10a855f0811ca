"""What the walk does at the nodes that make scopes, bind names or hold strings: one function to a kind."""

# every visit takes the same four things

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.codemod.grammar import TYPE_ALIASES
from workbench.codemod.scopes import ImportedName, Scope, ScopeKind

if TYPE_CHECKING:
    from workbench.codemod.walk import Walk

Stack = list[ast.AST]
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

# Calls whose string arguments are annotations: the positions that are, and the keywords.
_QUOTING: dict[str, tuple[slice, frozenset[str]]] = {
    "cast": (slice(0, 1), frozenset({"typ"})),
    "assert_type": (slice(1, 2), frozenset({"typ"})),
    "TypeVar": (slice(1, None), frozenset({"bound", "default"})),
    "NewType": (slice(1, 2), frozenset({"tp"})),
    "ForwardRef": (slice(0, 1), frozenset({"arg"})),
}


def _function(walk: Walk, node: _Function, scope: Scope, stack: Stack) -> None:
    scope.bind(node.name, node)
    stack += reversed(node.decorator_list)
    around = walk.type_parameters(node, scope)
    inner = Scope(ScopeKind.FUNCTION, node, around, node.name)
    outside = [*_parameters(walk, node.args, around, inner), *walk.annotation(node.returns, around)]
    _elsewhere(walk, outside, around, scope, stack)
    walk.inside(inner, node.body)


def _parameters(walk: Walk, args: ast.arguments, around: Scope, inner: Scope) -> list[ast.AST]:
    """Bind the parameters in `inner`; return the annotations and defaults, which belong to `around`."""
    outside: list[ast.AST] = [one for one in (*args.defaults, *args.kw_defaults) if one is not None]
    for one in (*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg):
        if one is not None:
            inner.bind(one.arg, one)
            outside += walk.annotation(one.annotation, around)
    return outside


def _elsewhere(walk: Walk, nodes: list[ast.AST], around: Scope, scope: Scope, stack: Stack) -> None:
    """Walk nodes in `around`, which is `scope` itself unless there are type parameters."""
    if around is scope:
        stack += reversed(nodes)
    else:
        walk.more(around, nodes)


def _lambda(walk: Walk, node: ast.Lambda, scope: Scope, stack: Stack) -> None:
    inner = Scope(ScopeKind.LAMBDA, node, scope)
    stack += reversed(_parameters(walk, node.args, scope, inner))
    walk.inside(inner, [node.body])


def _class(walk: Walk, node: ast.ClassDef, scope: Scope, stack: Stack) -> None:
    scope.bind(node.name, node)
    stack += reversed(node.decorator_list)
    around = walk.type_parameters(node, scope)
    _elsewhere(walk, [*node.bases, *node.keywords], around, scope, stack)
    walk.inside(Scope(ScopeKind.CLASS, node, around, node.name), node.body)


def _comprehension(walk: Walk, node: _Comprehension, scope: Scope, stack: Stack) -> None:
    """Only the first iterable is evaluated outside."""
    first, *others = node.generators
    stack.append(first.iter)
    parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    inside: list[ast.AST] = [*parts, first.target, *first.ifs, *others]
    walk.inside(Scope(ScopeKind.COMPREHENSION, node, scope), inside)


def _walrus(walk: Walk, node: ast.NamedExpr, scope: Scope, stack: Stack) -> None:
    """A walrus in a comprehension binds in the function around it."""
    holder = next(one for one in scope.outward() if one.kind is not ScopeKind.COMPREHENSION)
    holder.bind(node.target.id, node.target)
    stack.append(node.value)


def _import(walk: Walk, node: ast.Import | ast.ImportFrom, scope: Scope, stack: Stack) -> None:
    walk.imports(node, scope)


def _global(walk: Walk, node: ast.Global, scope: Scope, stack: Stack) -> None:
    scope.declared_global |= frozenset(map(scope.mangled, node.names))


def _nonlocal(walk: Walk, node: ast.Nonlocal, scope: Scope, stack: Stack) -> None:
    scope.declared_nonlocal |= frozenset(map(scope.mangled, node.names))


def _handler(walk: Walk, node: ast.ExceptHandler, scope: Scope, stack: Stack) -> None:
    if node.name is not None:
        scope.bind(node.name, node)
    stack += reversed(node.body)
    if node.type is not None:
        stack.append(node.type)


def _capture(walk: Walk, node: ast.MatchAs | ast.MatchStar, scope: Scope, stack: Stack) -> None:
    if node.name is not None:
        scope.bind(node.name, node)
    if isinstance(node, ast.MatchAs) and node.pattern is not None:
        stack.append(node.pattern)


def _mapping(walk: Walk, node: ast.MatchMapping, scope: Scope, stack: Stack) -> None:
    if node.rest is not None:
        scope.bind(node.rest, node)
    stack += [*reversed(node.patterns), *reversed(node.keys)]


def _nothing(walk: Walk, node: ast.AST, scope: Scope, stack: Stack) -> None:
    pass


def _annotated(walk: Walk, node: ast.AnnAssign, scope: Scope, stack: Stack) -> None:
    if node.value is not None:
        stack.append(node.value)
    stack += reversed(walk.annotation(node.annotation, scope))
    if node.value is None and isinstance(node.target, ast.Name):
        if node.simple:  # `(x): int` declares nothing
            scope.bind(node.target.id, node)
    else:
        stack.append(node.target)


def _call(walk: Walk, node: ast.Call, scope: Scope, stack: Stack) -> None:
    called = getattr(node.func, "attr", getattr(node.func, "id", None))
    quoting = _QUOTING.get(called) if called is not None else None
    if quoting is None:
        stack += node.keywords[::-1]
        stack += node.args[::-1]
    else:
        places, keywords = quoting
        types = {id(one) for one in node.args[places]}
        types |= {id(one.value) for one in node.keywords if one.arg in keywords}
        values = [*node.args, *(one.value for one in node.keywords)]
        for one in reversed(values):
            stack += reversed(walk.annotation(one, scope) if id(one) in types else [one])
    stack.append(node.func)


def _fstring(walk: Walk, node: ast.JoinedStr, scope: Scope, stack: Stack) -> None:
    stack += [one for one in reversed(node.values) if not isinstance(one, ast.Constant)]


def _expression(walk: Walk, node: ast.Expr, scope: Scope, stack: Stack) -> None:
    """A string that stands alone is a docstring or a comment."""
    if not isinstance(node.value, ast.Constant):
        stack.append(node.value)


def _dict(walk: Walk, node: ast.Dict, scope: Scope, stack: Stack) -> None:
    stack += reversed(node.values)
    stack += [one for one in reversed(node.keys) if one is not None]


def _type_alias(walk: Walk, node: ast.AST, scope: Scope, stack: Stack) -> None:
    """`type X[T] = ...` of Python 3.12."""
    parts = dict(ast.iter_fields(node))
    stack.append(parts["name"])
    around = walk.type_parameters(node, scope)
    _elsewhere(walk, [*walk.annotation(parts["value"], around)], around, scope, stack)


def hand_over(scope: Scope) -> dict[ImportedName, ImportedName]:
    """Give the bindings of global and nonlocal names to the scope that has the variable; return what imports became."""
    handed = {}
    for name in scope.declared_global | scope.declared_nonlocal:
        owner = scope.holder(name)
        for node in scope.bindings.pop(name, ()) if owner is not scope else ():
            given = replace(node, scope=owner) if isinstance(node, ImportedName) else node
            if isinstance(node, ImportedName) and isinstance(given, ImportedName):
                handed[node] = given
            owner.bind(name, given)
    return handed


VISITS: dict[type[ast.AST], Callable[..., None]] = {
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _lambda,
    ast.ClassDef: _class,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.NamedExpr: _walrus,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.ExceptHandler: _handler,
    ast.MatchAs: _capture,
    ast.MatchStar: _capture,
    ast.MatchMapping: _mapping,
    ast.MatchSingleton: _nothing,
    ast.AnnAssign: _annotated,
    ast.Call: _call,
    ast.JoinedStr: _fstring,
    ast.Expr: _expression,
    ast.Dict: _dict,
}
_NEWER: dict[str, Callable[..., None]] = {"TemplateStr": _fstring}
VISITS |= dict.fromkeys(TYPE_ALIASES, _type_alias)
VISITS |= {getattr(ast, name): visit for name, visit in _NEWER.items() if hasattr(ast, name)}

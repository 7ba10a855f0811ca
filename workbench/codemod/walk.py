"""One walk over a tree: every name, attribute, string and import, each with the scope it stands in.

The walk only sorts things into drawers under their last identifier. What a name means is worked out
later, for the few that matter.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.codemod.scopes import ImportedName, Scope, ScopeKind
from workbench.codemod.statements import imported_names

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


@dataclass(eq=False, slots=True)
class Index:
    """What one walk found; drawers are in no particular order.

    `quoted` are the strings that stand where an annotation stands; `strings` all others that are whole
    literals and no docstrings.
    """

    module: Scope
    names: dict[str, list[tuple[ast.Name, Scope]]]
    attributes: dict[str, list[tuple[ast.Attribute, Scope]]]
    imports: list[ImportedName]
    strings: list[tuple[ast.Constant, Scope]]
    quoted: list[tuple[ast.Constant, Scope]]
    scopes: list[Scope]


def index(tree: ast.Module, package: str) -> Index:
    """Walk a tree once; `package` is what its relative imports start from."""
    walk = _Walk(tree, package)
    walk.run()
    return walk.found


class _Walk:
    """A queue of (scope, nodes); the nodes of a scope are taken in source order."""

    def __init__(self, tree: ast.Module, package: str) -> None:
        self._package = package
        module = Scope(ScopeKind.MODULE, tree)
        self.found = Index(module, defaultdict(list), defaultdict(list), [], [], [], [module])
        self._todo: list[tuple[Scope, Sequence[ast.AST]]] = [(module, tree.body)]
        self._fields: dict[type[ast.AST], tuple[str, ...]] = {}

    def run(self) -> None:
        while self._todo:
            scope, nodes = self._todo.pop()
            self._drain(scope, [*reversed(nodes)])
        for scope in self.found.scopes:
            if scope.declared_global or scope.declared_nonlocal:
                _hand_over(scope)

    def _drain(self, scope: Scope, stack: list[ast.AST]) -> None:
        names, attributes, strings = self.found.names, self.found.attributes, self.found.strings
        special, fields, pop, push = _SPECIAL, self._fields, stack.pop, stack.append
        while stack:
            node = pop()
            if type(node) is ast.Name:
                if type(node.ctx) is ast.Load:
                    names[node.id].append((node, scope))
                else:
                    scope.bind(node.id, node)
            elif type(node) is ast.Attribute:
                attributes[node.attr].append((node, scope))
                push(node.value)
            elif type(node) is ast.Constant:
                if type(node.value) is str:
                    strings.append((node, scope))
            elif (handle := special.get(type(node))) is not None:
                handle(self, node, scope, stack)
            else:
                known = fields.get(type(node))
                for name in self._learn(type(node)) if known is None else known:
                    value = getattr(node, name)
                    if type(value) is list:
                        stack += value[::-1]
                    elif value is not None:
                        push(value)

    def _learn(self, kind: type[ast.AST]) -> tuple[str, ...]:
        """Remember the fields of a kind that can hold statements or expressions, last first."""
        fields = tuple(name for name in reversed(kind._fields) if name not in _BARREN)
        self._fields[kind] = fields
        return fields

    def inside(self, scope: Scope, nodes: Sequence[ast.AST]) -> None:
        """Leave the nodes of a nested scope for later."""
        self.found.scopes.append(scope)
        self.more(scope, nodes)

    def more(self, scope: Scope, nodes: Sequence[ast.AST]) -> None:
        """Leave more nodes of a known scope for later."""
        self._todo.append((scope, nodes))

    def type_parameters(self, node: ast.AST, scope: Scope, name: str) -> Scope:
        """Return the scope in which the rest of a generic definition stands."""
        parameters: list[ast.AST] = getattr(node, "type_params", [])
        if not parameters:
            return scope
        inner = Scope(ScopeKind.TYPE_PARAMETERS, node, scope)
        for one in parameters:
            inner.bind(getattr(one, "name", name), one)
        bounds = [getattr(one, part, None) for one in parameters for part in ("bound", "default_value")]
        self.inside(inner, [one for one in bounds if one is not None])
        return inner

    def annotation(self, node: ast.expr | None, scope: Scope) -> list[ast.expr]:
        """Put the strings of an annotation into their drawer; return what is left to walk."""
        if node is None:
            return []
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                self.found.quoted.append((node, scope))
            return []
        if isinstance(node, ast.Subscript):
            last = getattr(node.value, "attr", getattr(node.value, "id", ""))
            if last == "Literal":
                return [node.value]
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            quoted = inner[:1] if last == "Annotated" else inner
            rest = inner[1:] if last == "Annotated" else []
            walked = [part for one in quoted for part in self.annotation(one, scope)]
            return [node.value, *walked, *rest]
        if isinstance(node, ast.BinOp):
            return [*self.annotation(node.left, scope), *self.annotation(node.right, scope)]
        if isinstance(node, ast.List | ast.Tuple):
            return [part for one in node.elts for part in self.annotation(one, scope)]
        return [node]

    def imports(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias, local, spelled in imported_names(node, self._package):
            full = alias.name if isinstance(node, ast.Import) else spelled
            one = ImportedName(node, alias, scope, local, spelled, full)
            self.found.imports.append(one)
            scope.bind(local, one)


Stack = list[ast.AST]
_BARREN = frozenset(
    {"ctx", "op", "ops", "id", "attr", "name", "type_comment", "conversion", "simple", "is_async", "kwd_attrs"}
)


def _function(walk: _Walk, node: _Function, scope: Scope, stack: Stack) -> None:
    scope.bind(node.name, node)
    stack += reversed(node.decorator_list)
    around = walk.type_parameters(node, scope, node.name)
    inner = Scope(ScopeKind.FUNCTION, node, around, node.name)
    outside = [*_parameters(walk, node.args, around, inner), *walk.annotation(node.returns, around)]
    _elsewhere(walk, outside, around, scope, stack)
    walk.inside(inner, node.body)


def _parameters(walk: _Walk, args: ast.arguments, around: Scope, inner: Scope) -> list[ast.AST]:
    """Bind the parameters in `inner`; return the annotations and defaults, which belong to `around`."""
    outside: list[ast.AST] = [one for one in (*args.defaults, *args.kw_defaults) if one is not None]
    for one in (*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg):
        if one is not None:
            inner.bind(one.arg, one)
            outside += walk.annotation(one.annotation, around)
    return outside


def _elsewhere(walk: _Walk, nodes: list[ast.AST], around: Scope, scope: Scope, stack: Stack) -> None:
    """Walk nodes in `around`, which is `scope` itself unless there are type parameters."""
    if around is scope:
        stack += reversed(nodes)
    else:
        walk.more(around, nodes)


def _lambda(walk: _Walk, node: ast.Lambda, scope: Scope, stack: Stack) -> None:
    inner = Scope(ScopeKind.LAMBDA, node, scope)
    stack += reversed(_parameters(walk, node.args, scope, inner))
    walk.inside(inner, [node.body])


def _class(walk: _Walk, node: ast.ClassDef, scope: Scope, stack: Stack) -> None:
    scope.bind(node.name, node)
    stack += reversed(node.decorator_list)
    around = walk.type_parameters(node, scope, node.name)
    _elsewhere(walk, [*node.bases, *node.keywords], around, scope, stack)
    walk.inside(Scope(ScopeKind.CLASS, node, around, node.name), node.body)


def _comprehension(walk: _Walk, node: _Comprehension, scope: Scope, stack: Stack) -> None:
    """Only the first iterable is evaluated outside."""
    first, *others = node.generators
    stack.append(first.iter)
    parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    inside: list[ast.AST] = [*parts, first.target, *first.ifs, *others]
    walk.inside(Scope(ScopeKind.COMPREHENSION, node, scope), inside)


def _walrus(walk: _Walk, node: ast.NamedExpr, scope: Scope, stack: Stack) -> None:
    """A walrus in a comprehension binds in the function around it."""
    holder = next(one for one in scope.outward() if one.kind is not ScopeKind.COMPREHENSION)
    holder.bind(node.target.id, node.target)
    stack.append(node.value)


def _import(walk: _Walk, node: ast.Import | ast.ImportFrom, scope: Scope, stack: Stack) -> None:
    walk.imports(node, scope)


def _global(walk: _Walk, node: ast.Global, scope: Scope, stack: Stack) -> None:
    scope.declared_global |= frozenset(node.names)


def _nonlocal(walk: _Walk, node: ast.Nonlocal, scope: Scope, stack: Stack) -> None:
    scope.declared_nonlocal |= frozenset(node.names)


def _handler(walk: _Walk, node: ast.ExceptHandler, scope: Scope, stack: Stack) -> None:
    if node.name is not None:
        scope.bind(node.name, node)
    stack += reversed(node.body)
    if node.type is not None:
        stack.append(node.type)


def _capture(walk: _Walk, node: ast.MatchAs | ast.MatchStar, scope: Scope, stack: Stack) -> None:
    if node.name is not None:
        scope.bind(node.name, node)
    if isinstance(node, ast.MatchAs) and node.pattern is not None:
        stack.append(node.pattern)


def _mapping(walk: _Walk, node: ast.MatchMapping, scope: Scope, stack: Stack) -> None:
    if node.rest is not None:
        scope.bind(node.rest, node)
    stack += [*reversed(node.patterns), *reversed(node.keys)]


def _nothing(walk: _Walk, node: ast.AST, scope: Scope, stack: Stack) -> None:
    pass


def _annotated(walk: _Walk, node: ast.AnnAssign, scope: Scope, stack: Stack) -> None:
    if node.value is not None:
        stack.append(node.value)
    stack += reversed(walk.annotation(node.annotation, scope))
    stack.append(node.target)


def _call(walk: _Walk, node: ast.Call, scope: Scope, stack: Stack) -> None:
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


def _fstring(walk: _Walk, node: ast.JoinedStr, scope: Scope, stack: Stack) -> None:
    stack += [one for one in reversed(node.values) if not isinstance(one, ast.Constant)]


def _expression(walk: _Walk, node: ast.Expr, scope: Scope, stack: Stack) -> None:
    """A string that stands alone is a docstring or a comment."""
    if not isinstance(node.value, ast.Constant):
        stack.append(node.value)


def _dict(walk: _Walk, node: ast.Dict, scope: Scope, stack: Stack) -> None:
    stack += reversed(node.values)
    stack += [one for one in reversed(node.keys) if one is not None]


def _type_alias(walk: _Walk, node: ast.AST, scope: Scope, stack: Stack) -> None:
    """`type X[T] = ...` of Python 3.12."""
    name, value = getattr(node, "name"), getattr(node, "value")
    stack.append(name)
    around = walk.type_parameters(node, scope, name.id)
    _elsewhere(walk, [*walk.annotation(value, around)], around, scope, stack)


def _hand_over(scope: Scope) -> None:
    """Give the bindings of global and nonlocal names to the scope that owns the variable."""
    for name in scope.declared_global:
        for node in scope.bindings.pop(name, ()):
            scope.module.bind(name, node)
    for name in scope.declared_nonlocal:
        nodes = scope.bindings.pop(name, ())
        owner = scope.parent.lookup(name) if scope.parent is not None else None
        for node in nodes if owner is not None else ():
            owner.bind(name, node)


_SPECIAL: dict[type[ast.AST], Callable[..., None]] = {
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
if hasattr(ast, "TypeAlias"):
    _SPECIAL[ast.TypeAlias] = _type_alias

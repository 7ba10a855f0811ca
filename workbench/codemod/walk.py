"""One walk over a tree: every name, attribute, string and import, each with the scope it stands in.

The walk only sorts things into drawers under their last identifier. What a name means is worked out
later, for the few that matter.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.codemod.scopes import ImportedName, Scope, ScopeKind
from workbench.codemod.statements import imported_names
from workbench.codemod.visits import VISITS, hand_over

# Fields that hold neither statements nor expressions.
_BARREN = frozenset(
    {"arg", "attr", "conversion", "ctx", "id", "is_async", "kwd_attrs", "name", "op", "ops", "simple", "str"}
    | {"type_comment"}
)

# Special forms, and how many of the things in their brackets are annotations.
_SPECIAL = {"Literal": 0, "Annotated": 1}


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
    walk = Walk(tree, package)
    walk.run()
    return walk.found


class Walk:
    """A queue of (scope, nodes); the nodes of a scope are taken in source order."""

    def __init__(self, tree: ast.Module, package: str) -> None:
        self._package = package
        module = Scope(ScopeKind.MODULE, tree)
        self.found = Index(module, defaultdict(list), defaultdict(list), [], [], [], [module])
        self._todo: list[tuple[Scope, Sequence[ast.AST]]] = [(module, tree.body)]
        self._fields: dict[type[ast.AST], tuple[str, ...]] = {}
        self._typing: dict[str, str] = {}
        """What the file calls the special forms whose brackets hold other strings than annotations."""

    def run(self) -> None:
        while self._todo:
            scope, nodes = self._todo.pop()
            self._drain(scope, [*reversed(nodes)])
        handed: dict[ImportedName, ImportedName] = {}
        for scope in self.found.scopes:
            if scope.declared_global or scope.declared_nonlocal:
                handed |= hand_over(scope)
        if handed:
            self.found.imports = [handed.get(one, one) for one in self.found.imports]

    def _drain(self, scope: Scope, stack: list[ast.AST]) -> None:  # noqa: C901  # the one hot loop
        names, attributes, strings = self.found.names, self.found.attributes, self.found.strings
        special, fields, pop, push = VISITS, self._fields, stack.pop, stack.append
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

    def type_parameters(self, node: ast.AST, scope: Scope) -> Scope:
        """Return the scope in which the rest of a generic definition stands."""
        parameters: list[ast.AST] = getattr(node, "type_params", [])
        if not parameters:
            return scope
        inner = Scope(ScopeKind.TYPE_PARAMETERS, node, scope)
        for one in parameters:
            inner.bind(str(getattr(one, "name", "")), one)
        bounds = [getattr(one, part, None) for one in parameters for part in ("bound", "default_value")]
        self.inside(inner, [one for one in bounds if one is not None])
        return inner

    def annotation(self, node: ast.expr | None, scope: Scope) -> list[ast.expr]:
        """Put the strings of an annotation into their drawer; return what is left to walk."""
        if node is None or isinstance(node, ast.Constant):
            if node is not None and isinstance(node.value, str):
                self.found.quoted.append((node, scope))
            return []
        if isinstance(node, ast.Subscript):
            return [node.value, *self._subscript(node, scope)]
        if isinstance(node, ast.BinOp):
            return [*self.annotation(node.left, scope), *self.annotation(node.right, scope)]
        if isinstance(node, ast.List | ast.Tuple):
            return [part for one in node.elts for part in self.annotation(one, scope)]
        return [node]

    def _subscript(self, node: ast.Subscript, scope: Scope) -> list[ast.expr]:
        last = getattr(node.value, "attr", getattr(node.value, "id", ""))
        last = self._typing.get(last, last)
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        quoted = _SPECIAL.get(last, len(inner))
        rest = inner[quoted:] if last != "Literal" else []
        return [*(part for one in inner[:quoted] for part in self.annotation(one, scope)), *rest]

    def imports(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias, local, spelled in imported_names(node, self._package):
            base, dot, last = spelled.rpartition(".")
            bound = spelled if isinstance(node, ast.Import) else f"{base}{dot}{scope.mangled(last)}"
            full = alias.name if isinstance(node, ast.Import) else bound
            one = ImportedName(node, alias, scope, scope, local, bound, full)
            self.found.imports.append(one)
            scope.bind(local, one)
            if last in _SPECIAL:
                self._typing[local] = last

"""Which calls of a file call one imported name: a second opinion, by Python's own scopes and nothing of workbench."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)

Bound = Mapping[str, str]
"""Dotted name by local name; "" for a local name that is something else."""


def calls(tree: ast.Module, dotted: str) -> Iterator[ast.Call]:
    """Yield the calls of `dotted`, however the scope they stand in has imported it."""
    yield from _calls(tree, dotted, {})


def _calls(scope: ast.AST, dotted: str, outer: Bound) -> Iterator[ast.Call]:
    inside = [*_inside(scope)]
    bound = {**outer, **dict(_bindings(scope, inside))}
    passed_on = outer if isinstance(scope, ast.ClassDef) else bound
    for node in inside:
        if isinstance(node, ast.Call) and _spelled(node.func, bound) == dotted:
            yield node
        if isinstance(node, _SCOPES):
            yield from _calls(node, dotted, passed_on)


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a scope; of the scopes in it only themselves."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, _SCOPES):
            yield from _inside(node)


def _bindings(scope: ast.AST, inside: list[ast.AST]) -> Iterator[tuple[str, str]]:
    if isinstance(scope, _FUNCTIONS):
        yield from ((one.arg, "") for one in ast.walk(scope.args) if isinstance(one, ast.arg))
    for node in inside:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, ""
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, ""
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((one.asname or one.name, f"{node.module}.{one.name}") for one in node.names)
        elif isinstance(node, ast.Import):
            yield from ((one.asname, one.name) if one.asname else (one.name.split(".")[0],) * 2 for one in node.names)


def _spelled(node: ast.expr, bound: Bound) -> str:
    if isinstance(node, ast.Name):
        return bound.get(node.id, "")
    if isinstance(node, ast.Attribute) and (base := _spelled(node.value, bound)):
        return f"{base}.{node.attr}"
    return ""

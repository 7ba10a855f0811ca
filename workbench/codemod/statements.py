"""Small readings of statements that several parts share: blocks, absolute import names, `__all__`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

Importing = ast.Import | ast.ImportFrom
_BLOCKS = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.TryStar,
    ast.Match,
)
COMPOUND = (*_BLOCKS, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the statement lists nested directly in a statement, in source order."""
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        value = getattr(statement, name, None)
        if not isinstance(value, list) or not value:
            continue
        if name in ("handlers", "cases"):
            yield from (one.body for one in value)
        else:
            yield value


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements in source order, those of nested blocks included, but not of functions and classes."""
    stack = body[::-1]
    while stack:
        statement = stack.pop()
        yield statement
        if isinstance(statement, _BLOCKS):
            inner = [one for block in blocks(statement) for one in block]
            stack.extend(reversed(inner))


def absolute_base(statement: ast.ImportFrom, package: str) -> str | None:
    """Return the absolute dotted module a `from` import reads; None when it leaves the top package."""
    if not statement.level:
        return statement.module or None
    parts = package.split(".") if package else []
    if statement.level > len(parts):
        return None
    base = parts[: len(parts) - statement.level + 1]
    return ".".join([*base, statement.module] if statement.module else base)


def imported_names(statement: Importing, package: str) -> Iterator[tuple[ast.alias, str, str]]:
    """Yield (alias, local name it binds, absolute dotted name it binds to); a star's local name is "*".

    `import a.b` binds `a` to the module `a`. A relative import beyond the top package keeps its dots.
    """
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            first = alias.name.partition(".")[0]
            yield (alias, alias.asname, alias.name) if alias.asname else (alias, first, first)
        return
    base = absolute_base(statement, package) or "." * statement.level + (statement.module or "")
    for alias in statement.names:
        if alias.name == "*":
            yield alias, "*", base
        else:
            yield alias, alias.asname or alias.name, f"{base}.{alias.name}"


def asks_script(test: ast.expr) -> bool:
    """Say whether a test is `__name__ == "__main__"`: what it guards does not run when the module is imported."""
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
        case ast.Compare(left=ast.Constant(value="__main__"), ops=[ast.Eq()], comparators=[ast.Name(id="__name__")]):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Exports:
    """The string items of `__all__` as written; `complete` when nothing else is in it."""

    items: tuple[ast.Constant, ...]
    complete: bool


def exports(tree: ast.Module) -> Exports | None:
    """Read `__all__`: assignments, `+=`, `+`, `.append`, `.extend`, `.remove`; None where there is none."""
    items: list[ast.Constant] = []
    complete, seen = True, False
    for statement in statements(tree.body):
        value = _all_value(statement)
        if value is None:
            continue
        seen = True
        found, whole = _items(value)
        items += found
        complete = complete and whole
    return Exports(tuple(items), complete) if seen else None


def _all_value(statement: ast.stmt) -> ast.expr | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
            return value
        case ast.AnnAssign(target=ast.Name(id="__all__"), value=value):
            return value
        case ast.AugAssign(target=ast.Name(id="__all__"), value=value):
            return value
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="__all__")) as func) as call):
            known = func.attr in ("append", "extend") and len(call.args) == 1
            return call.args[0] if known else ast.Constant(None)
    return None


def _items(value: ast.expr) -> tuple[list[ast.Constant], bool]:
    match value:
        case ast.Constant(value=str()):
            return [value], True
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            parts = [_items(one) for one in elements]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [_items(left), _items(right)]
        case ast.Name(id="__all__"):
            return [], True
        case _:
            return [], False
    return [one for found, _ in parts for one in found], all(whole for _, whole in parts)

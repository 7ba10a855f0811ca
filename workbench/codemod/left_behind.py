"""Says which names a text uses that it does not bind any more, though texts it was made of did."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def left_behind(made: bytes, *of: bytes) -> frozenset[str]:
    """Return names that `made` uses and one of the texts `of` binds, and that `made` itself binds nowhere.

    `import a.b` binds `a` and `a.b`. Nothing is said of a text that does not parse.
    """
    try:
        trees = [ast.parse(one) for one in (made, *of)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    bound, *were = ({*_bound(one)} for one in trees)
    return frozenset((set().union(*were) - bound) & {*_used(trees[0])})


def _bound(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for one in names:
                    yield one.asname or one.name.partition(".")[0]
                    yield one.asname or one.name
            case ast.ImportFrom(names=names):
                yield from (one.asname or one.name for one in names)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name


def _used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)

"""What one module offers others, read from its statements: small, picklable, enough for `Project`."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workbench.codemod.signatures import Signature, signatures
from workbench.codemod.source import Module
from workbench.codemod.statements import Importing, exports, imported_names, statements


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """A module as importers see it.

    `defined`: names bound at module level by anything but an import (a name bound both ways is here).
    `imported`: local name -> absolute dotted name, for names only imports bind, all to one thing.
    `stars`: modules it star-imports. `exports`: the items of `__all__`, None where there is none or
    it is computed. `dynamic`: it has a module-level `__getattr__`. `eager`: modules its import
    statements outside functions and `TYPE_CHECKING` name. `reached`: every absolute dotted name any
    of its import statements name, at any depth.
    """

    name: str
    path: str
    is_package: bool = False
    defined: frozenset[str] = frozenset()
    imported: Mapping[str, str] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    exports: tuple[str, ...] | None = None
    dynamic: bool = False
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    eager: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()


def facts(module: Module, *, with_signatures: bool = True) -> ModuleFacts:
    """Read the facts of a module, with the bodies of module-level `if`, `try`, `with` and loops.

    Raises Unparsable.
    """
    body = module.tree.body
    imports: dict[str, set[str]] = defaultdict(set)
    stars: list[str] = []
    defined: set[str] = set()
    for statement in statements(body):
        if isinstance(statement, Importing):
            for _, local, target in imported_names(statement, module.package):
                if local == "*":
                    stars.append(target)
                else:
                    imports[local].add(target)
        else:
            defined.update(_bound(statement))
    contested = {local for local, targets in imports.items() if len(targets) > 1}
    defined |= contested
    listed = exports(module.tree)
    return ModuleFacts(
        name=module.name,
        path=module.path,
        is_package=module.is_package,
        defined=frozenset(defined),
        imported={a: b for a, (b, *_) in imports.items() if a not in defined},
        stars=tuple(dict.fromkeys(stars)),
        exports=_exported(listed.items) if listed is not None and listed.complete else None,
        dynamic="__getattr__" in defined,
        signatures=dict(signatures(body)) if with_signatures else {},
        eager=frozenset(_named(body, module.package, deep=False)),
        reached=frozenset(_named(body, module.package, deep=True)),
    )


def _exported(items: tuple[ast.Constant, ...]) -> tuple[str, ...]:
    return tuple(item.value for item in items if isinstance(item.value, str))


def _named(body: list[ast.stmt], package: str, *, deep: bool) -> Iterator[str]:
    for statement in statements(body, deep=deep):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            yield from (target for _, _, target in imported_names(statement, package))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names a module-level statement binds itself, nested blocks left out."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.AnnAssign(value=None):
            pass
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.Expr() | ast.Delete():
            yield from _stored(statement)
        case ast.For(target=target) | ast.AsyncFor(target=target):
            yield from _stored(target)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            yield from (name for item in items for name in _stored(item))
        case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
            yield from (handler.name for handler in handlers if handler.name)
        case ast.If(test=test) | ast.While(test=test):
            yield from _stored(test)
        case ast.Match(cases=cases):
            yield from (name for case in cases for name in _stored(case.pattern))


def _stored(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name

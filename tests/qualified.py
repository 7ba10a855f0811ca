"""Our resolver beside LibCST's `QualifiedNameProvider`: what imports mean wherever a name or dotted name is read.

They are equal, or the difference has one of the reasons below; each says what LibCST does otherwise than Python.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider, QualifiedNameProvider, QualifiedNameSource

from workbench.codemod.names import Binding, ImportedName, Names, Scope, ScopeKind
from workbench.codemod.project import Project
from workbench.codemod.source import Module
from workbench.codemod.uses import split

Span = tuple[int, int, int, int]
"""First line and column, last line and column, as both engines count: lines from 1, columns from 0."""
Meaning = frozenset[str]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass
class Comparison:
    """How many names agree, how many differ for which reason, and those that nothing explains."""

    equal: int = 0
    imported: int = 0
    """Of the equal ones, those that an import brings."""
    explained: Counter[str] = field(default_factory=Counter)
    open: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Read:
    """A name or dotted name that is read; `holders` are the scopes around it that bind its first part."""

    node: ast.Name | ast.Attribute
    first: ast.Name
    scope: Scope
    owner: Scope | None
    bindings: tuple[Binding, ...]
    holders: tuple[Scope, ...]

    @property
    def every(self) -> list[Binding]:
        return [one for holder in self.holders for one in holder.bindings[self.scope.mangled(self.first.id)]]


def _line(binding: Binding) -> int:
    node = binding.statement if isinstance(binding, ImportedName) else binding
    return int(getattr(node, "lineno", 0))


def _bound_later(read: _Read) -> bool:
    return any(_line(one) >= read.first.lineno for one in read.every)


def _in_class(read: _Read) -> bool:
    return any(holder.kind is ScopeKind.CLASS for holder in read.holders)


REASONS: dict[str, Callable[[_Read], bool]] = {
    "LibCST takes an outer variable where the scope's own is bound further down": _bound_later,
    "a class body, whose names change their meaning on the way": _in_class,
}


def compare(source: str, into: Comparison) -> None:
    """Compare all reads of one file."""
    names = Names(Module("m.py", source.encode(), "m"), Project())
    theirs = _libcst_s(source)
    for read in _reads(names):
        span = (read.node.lineno, read.node.col_offset, read.node.end_lineno or 0, read.node.end_col_offset or 0)
        ours = _ours(read)
        if ours == theirs.get(span, frozenset()):
            into.equal += 1
            into.imported += bool(ours)
            continue
        reason = next((why for why, holds in REASONS.items() if holds(read)), None)
        if reason is None:
            into.open.append(f"line {span[0]}: {ast.unparse(read.node)}: {set(ours)} and {set(theirs.get(span, ()))}")
        else:
            into.explained[reason] += 1


def plain_sources(paths: Iterable[Path], largest: int = 1 << 20) -> list[Path]:
    """Return the files whose columns both engines count alike: bytes are characters, and lines end in one way."""
    small = [one for one in paths if one.stat().st_size <= largest]
    return [one for one in small if (text := one.read_bytes()).isascii() and not {*b"\r\f"} & {*text}]


def _reads(names: Names) -> Iterator[_Read]:
    spots = [
        spot for found in (names.index.names, names.index.attributes) for every in found.values() for spot in every
    ]
    for node, scope in spots:
        parts = split(node)
        if parts is None or not isinstance(node.ctx, ast.Load):
            continue
        name = scope.mangled(parts[0].id)
        owner = names.variables.owner(parts[0].id, scope)
        bindings = names.variables.bindings(name, owner) if owner is not None else ()
        holders = tuple(one for one in scope.outward() if name in one.bindings)
        yield _Read(node, parts[0], scope, owner, bindings, holders)


def _ours(read: _Read) -> Meaning:
    rest = (split(read.node) or (None, ()))[1]
    imports = (one for one in read.bindings if isinstance(one, ImportedName) and not one.is_star)
    return frozenset(".".join((one.bound, *rest)).lstrip(".") for one in imports)


class _Visitor(cst.CSTVisitor):
    def __init__(self, wrapper: MetadataWrapper) -> None:
        super().__init__()
        self._names = wrapper.resolve(QualifiedNameProvider)
        self._places = wrapper.resolve(PositionProvider)
        self.found: dict[Span, Meaning] = {}

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Name | cst.Attribute):
            known = self._names.get(node, ())
            known = known() if callable(known) else known
            imported = frozenset(one.name.lstrip(".") for one in known if one.source is QualifiedNameSource.IMPORT)
            if imported:
                place = self._places[node]
                self.found[place.start.line, place.start.column, place.end.line, place.end.column] = imported
        return True


def _libcst_s(source: str) -> dict[Span, Meaning]:
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    visitor = _Visitor(wrapper)
    wrapper.module.visit(visitor)
    return visitor.found

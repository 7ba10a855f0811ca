"""Which types an annotation allows, as canonical dotted names, as far as its file says so."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.codemod.names import Names
from workbench.codemod.quoted import annotation

Types = frozenset[str]
"""Canonical dotted names; those of builtins begin with `builtins.`. None, the value, is left out."""

NONE: Types = frozenset()
CLASS: Types = frozenset({"builtins.type"})
"""What a class, or a function, is itself."""

_OPEN = frozenset({"typing.Any", "typing_extensions.Any", "builtins.object"})
_UNIONS = frozenset({"typing.Union", "typing.Optional"})
_WRAPPERS = frozenset({"typing.Annotated", "typing.Final", "typing.ClassVar", "typing_extensions.Annotated"})
_CLASS_OF = frozenset({"typing.Type", "builtins.type"})


@dataclass(frozen=True, slots=True)
class Annotations:
    """Reads the annotations of one file."""

    names: Names

    def types(self, node: ast.expr) -> Types | None:
        """Return the types an annotation allows; None where it is open."""
        match node:
            case ast.Constant(value=None):
                return NONE
            case ast.Constant(value=str()):
                parsed = annotation(self.names.module, node)
                return self.types(parsed.expression) if parsed is not None else None
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return joined(map(self.types, (left, right)))
            case ast.Subscript(value=value, slice=inner):
                return self._generic(self.dotted(value), inner)
        dotted = self.dotted(node)
        return None if dotted is None or dotted in _OPEN or self._is_variable(dotted) else frozenset({dotted})

    def dotted(self, node: ast.expr) -> str | None:
        """Return the canonical name of a class or function; builtins with their module."""
        resolved = self.names.resolve(node) if isinstance(node, ast.Name | ast.Attribute) else None
        if resolved is not None:
            return resolved.qualified if resolved.certain else None
        if not isinstance(node, ast.Name):
            return None
        unbound = self.names.scope_of(node).lookup(node.id) is None
        return f"builtins.{node.id}" if unbound and hasattr(builtins, node.id) else None

    def _generic(self, dotted: str | None, inner: ast.expr) -> Types | None:
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if dotted in _UNIONS:
            return joined(map(self.types, parts))
        if dotted in _WRAPPERS:
            return self.types(parts[0])
        if dotted in _CLASS_OF:
            return CLASS
        return frozenset({dotted}) if dotted is not None and dotted not in _OPEN else None

    def _is_variable(self, dotted: str) -> bool:
        """Say whether a name of this file is assigned, not defined as a class: a TypeVar, or an alias."""
        module = f"{self.names.module.name}."
        local = dotted.removeprefix(module) if dotted.startswith(module) else ""
        bindings = self.names.index.module.bindings.get(local, ())
        return bool(bindings) and not any(isinstance(one, ast.ClassDef) for one in bindings)


def joined(every: Iterable[Types | None]) -> Types | None:
    """Join the answers; one that is open makes all open."""
    together: Types = NONE
    for one in every:
        if one is None:
            return None
        together |= one
    return together

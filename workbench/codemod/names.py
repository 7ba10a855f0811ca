"""What the names of one file mean: the one resolver every rule asks."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from workbench.codemod.project import Project
from workbench.codemod.scopes import Binding, ImportedName, Scope, ScopeKind
from workbench.codemod.source import Module
from workbench.codemod.walk import Index, index
from workbench.model.violation import Place

__all__ = ["Binding", "ImportedName", "Names", "Resolved", "Scope", "ScopeKind", "StringUse", "Use"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an expression means at its place.

    `spelled` is the absolute dotted name as this file imported (or defined) it, `qualified` its canonical
    form. `certain` is False where another binding of the name may reach the place; `reason` then says
    which kind: `rebound` (an ordinary assignment) or `alternatives` (imports of different things).
    `origin` is the import it comes through, None for the module's own definitions. `bindings` are all
    the bindings that may reach the place, fallbacks included.
    """

    qualified: str
    spelled: str
    certain: bool
    origin: ImportedName | None
    reason: str = ""
    bindings: tuple[Binding, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """An expression (`Name` or `Attribute`) that denotes a wanted name.

    In a quoted annotation or a type comment (`quoted`) the node is parsed from the text and placed where
    it stands in the file, so that spans work as for any other.
    """

    node: ast.expr
    place: Place
    scope: Scope
    resolved: Resolved
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class StringUse:
    """A dotted name in a string literal, or an item of `__all__` (`exported`).

    `place` is the part of the literal that spells the name, without the quotes; `spelled` that part's
    dotted name, `qualified` its canonical form.
    """

    node: ast.Constant
    place: Place
    scope: Scope
    spelled: str
    qualified: str
    exported: bool = False


class Names:
    """The names of one module. Cheap to make; the tree is walked when the first question comes."""

    def __init__(self, module: Module, project: Project) -> None:
        self.module = module
        self.project = project

    @cached_property
    def index(self) -> Index:
        """Everything one walk over the tree found. Raises Unparsable."""
        return index(self.module.tree, self.module.package)

    def resolve(self, expression: ast.expr) -> Resolved | None:
        """Return what an expression of this module means; None for anything but dotted names of modules."""
        parts: list[str] = []
        node = expression
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        return self._resolve(node.id, tuple(reversed(parts)), self.scope_of(node))

    def uses(self, names: Collection[str]) -> Iterator[Use]:
        """Yield every expression that denotes one of the canonical `names`, the outermost, in source order."""
        raise NotImplementedError

    def imported(self, names: Collection[str]) -> Iterator[ImportedName]:
        """Yield every import alias that names one of the canonical `names`, and stars that bring one."""
        raise NotImplementedError

    def strings(self, names: Collection[str]) -> Iterator[StringUse]:
        """Yield the places in string literals that spell one of the canonical `names`."""
        raise NotImplementedError

    def scope_of(self, node: ast.AST) -> Scope:
        """Return the scope in which a node of this module is evaluated."""
        raise NotImplementedError

    def free_names_at(self, node: ast.AST) -> frozenset[str]:
        """Return the names a new binding at `node` must not take: bound or read in a scope visible there."""
        raise NotImplementedError

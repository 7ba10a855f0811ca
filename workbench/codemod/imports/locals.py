"""Which local names serve at a place, and which are still free to take."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from itertools import pairwise

from workbench.codemod.flow import Standing, bound_at_end, standing
from workbench.codemod.names import ImportedName, Names
from workbench.codemod.project import Project
from workbench.codemod.scopes import Scope, ScopeKind
from workbench.codemod.source import Module
from workbench.codemod.statements import asks_script

_LATER = (ScopeKind.FUNCTION, ScopeKind.LAMBDA)


class Locals:
    """Questions about the local names of one module."""

    def __init__(self, module: Module, names: Names, project: Project) -> None:
        self._module = module
        self._names = names
        self._project = project
        self._ancestry = names.ancestry
        self._vacated: set[tuple[str, int]] = set()
        """Local names, with the identity of their scope, that an import gives up together with all its reads."""

    def serves(self, imported: ImportedName, at: ast.AST) -> bool:
        """Say whether the local name of `imported` surely means that import where `at` is evaluated."""
        scope = self._names.scope_of(at)
        if scope.lookup(imported.local) is not imported.scope:
            return False
        for one in imported.scope.bindings[imported.local]:
            if not isinstance(one, ImportedName) or one.bound != imported.bound:
                return False
        if self.typing_only(at):
            return True
        if standing(imported.local, imported.scope, at) is Standing.BOUND:
            return True
        return self._runs_later(scope) and self._at_end(imported)

    def _at_end(self, imported: ImportedName) -> bool:
        return imported.scope.kind is ScopeKind.MODULE and bound_at_end(imported.local, imported.scope)

    def _runs_later(self, scope: Scope) -> bool:
        return any(one.kind in _LATER for one in scope.outward())

    def eager(self, at: ast.AST) -> bool:
        """Say whether `at` is evaluated while the module is being imported."""
        return not self._runs_later(self._names.scope_of(at))

    def free(self, local: str, scope: Scope, uses: Iterable[ast.AST]) -> bool:
        """Say whether `local` can be bound in `scope` and then means that at every one of `uses`.

        Not free: bound there already, shadowed on the way to a use, or read anywhere below `scope` as a
        builtin or an outer variable, which the new binding would capture.
        """
        vacated = (local, id(scope)) in self._vacated
        if (
            (local in scope.bindings and not vacated)
            or local in scope.declared_global
            or local in scope.declared_nonlocal
        ):
            return False
        if scope.kind is ScopeKind.MODULE and self._is_submodule(local):
            return False
        if any(self._between(self._names.scope_of(use).lookup(local), scope) for use in uses):
            return False
        return not any(
            scope in (inside := tuple(reader.outward()))
            and not (vacated and reader.lookup(local) is scope)
            and not self._nested(reader.lookup(local), inside, scope)
            for _, reader in self._names.index.names.get(local, ())
        )

    def vacate(self, imported: ImportedName) -> None:
        """Take the name of an import for free from now on, for a caller who changes all that reads it."""
        self._vacated.add((imported.local, id(imported.scope)))

    def _is_submodule(self, local: str) -> bool:
        return self._module.is_package and self._project.has_module(f"{self._module.name}.{local}")

    def _between(self, owner: Scope | None, scope: Scope) -> bool:
        """Say whether a name found in `owner` hides one bound in `scope`."""
        return owner is not None and owner is not scope and scope in tuple(owner.outward())

    def _nested(self, owner: Scope | None, inside: tuple[Scope, ...], scope: Scope) -> bool:
        """Say whether a read is answered by a scope below `scope`, and so not captured."""
        return owner is not None and owner in inside[: inside.index(scope)]

    def typing_only(self, at: ast.AST) -> bool:
        """Say whether `at` is an annotation that is never evaluated, so that a typing-only import will do.

        A node that is not in the tree was read out of a quoted annotation or a type comment.
        """
        if self._ancestry.parent(at) is None and not isinstance(at, ast.Module):
            return True
        trail = self._ancestry.trail(at)
        for inner, outer in pairwise(trail):
            if inner in (getattr(outer, "annotation", None), getattr(outer, "returns", None)):
                return self._postponed or isinstance(inner, ast.Constant)
        return False

    @property
    def _postponed(self) -> bool:
        return any(
            isinstance(one, ast.ImportFrom)
            and one.module == "__future__"
            and any(alias.name == "annotations" for alias in one.names)
            for one in self._module.tree.body
        )

    def is_typing_block(self, statement: ast.stmt) -> bool:
        """Say whether a statement stands under `if TYPE_CHECKING:`."""
        return self._stands_under(statement, _asks_typing)

    def is_script_block(self, statement: ast.stmt) -> bool:
        """Say whether a statement stands under `if __name__ == "__main__":`."""
        return self._stands_under(statement, asks_script)

    def _stands_under(self, statement: ast.stmt, asks: Callable[[ast.expr], bool]) -> bool:
        return any(
            isinstance(outer, ast.If) and asks(outer.test) and any(one is inner for one in outer.body)
            for inner, outer in pairwise(self._ancestry.trail(statement))
        )


def _asks_typing(test: ast.expr) -> bool:
    return getattr(test, "attr", getattr(test, "id", "")) == "TYPE_CHECKING"

"""Scopes and what binds names in them, by Python's own rules; `walk` fills them in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from workbench.codemod.statements import Importing


class ScopeKind(StrEnum):
    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    LAMBDA = "lambda"
    COMPREHENSION = "comprehension"
    TYPE_PARAMETERS = "type parameters"


@dataclass(eq=False, slots=True)
class Scope:
    """A scope; `bindings` maps a name to what binds it, in the order of the source.

    A binding is what stands in the tree: `Name` (assignment, loop, `with`, `del`), a definition, `arg`,
    `ExceptHandler`, a match capture, a type parameter, or an ImportedName. A name declared global or
    nonlocal has its bindings in that other scope. `private` is the class whose name mangles `__names` here.
    """

    kind: ScopeKind
    node: ast.AST
    parent: Scope | None = None
    name: str = ""
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    declared_global: frozenset[str] = frozenset()
    declared_nonlocal: frozenset[str] = frozenset()
    private: str = field(init=False)

    def __post_init__(self) -> None:
        inherited = self.parent.private if self.parent is not None else ""
        self.private = self.name if self.kind is ScopeKind.CLASS else inherited

    def mangled(self, name: str) -> str:
        """Return what Python makes of a name or attribute written here: private names carry their class."""
        if not self.private or not name.startswith("__") or name.endswith("__"):
            return name
        owner = self.private.lstrip("_")
        return f"_{owner}{name}" if owner else name

    def spells(self, dotted: str) -> bool:
        """Say whether a dotted name written here means just that: in a class, Python renames private names."""
        return "__" not in dotted or all(self.mangled(part) == part for part in dotted.split("."))

    @property
    def qualname(self) -> str:
        """The dotted names of the definitions around, without `<locals>`; "" for the module."""
        outer = self.parent.qualname if self.parent is not None else ""
        return f"{outer}.{self.name}" if outer and self.name else outer or self.name

    @property
    def module(self) -> Scope:
        """The scope of the whole file."""
        return self.parent.module if self.parent is not None else self

    def bind(self, name: str, node: Binding) -> None:
        """Note that `node` binds `name` here."""
        if name.startswith("__"):
            name = self.mangled(name)
        self.bindings.setdefault(name, []).append(node)

    def holder(self, name: str) -> Scope:
        """Return the scope whose variable a binding of `name` here makes: another one after `global`, `nonlocal`."""
        if name in self.declared_global:
            return self.module
        if name not in self.declared_nonlocal:
            return self
        outer = (one for one in self.outward() if one is not self and one.kind is not ScopeKind.CLASS)
        return next((one for one in outer if name in one.bindings), self)

    def outward(self) -> Iterator[Scope]:
        """Yield this scope and those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def lookup(self, name: str) -> Scope | None:
        """Return the scope whose variable `name` means here; None for builtins and unknowns."""
        visible = True
        name = self.mangled(name) if name.startswith("__") else name
        for scope in self.outward():
            if name in scope.declared_global:
                module = scope.module
                return module if name in module.bindings else None
            if name in scope.bindings and (visible or scope.kind is not ScopeKind.CLASS):
                return scope
            visible = visible and scope.kind is ScopeKind.TYPE_PARAMETERS
        return None


@dataclass(frozen=True, eq=False, slots=True)
class ImportedName:
    """One alias of one import statement.

    `local` is the name it binds ("*" for a star), `bound` the absolute dotted name that local stands
    for, `spelled` the absolute dotted name the alias names (they differ for `import a.b`: `a`, `a.b`). `scope`
    is the one whose variable it binds, `at` the one the statement stands in (they differ after `global`).
    """

    statement: Importing
    alias: ast.alias
    scope: Scope
    at: Scope
    local: str
    bound: str
    spelled: str

    @property
    def is_star(self) -> bool:
        return self.local == "*"

    @property
    def is_module(self) -> bool:
        """True for `import a.b` and `import a.b as z`; a submodule imported with `from` does not count."""
        return isinstance(self.statement, ast.Import)


Binding = ast.AST | ImportedName

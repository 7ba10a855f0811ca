"""What one variable of one scope holds where it is read: its bindings, and what they come to together."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from workbench.codemod.project import Project
from workbench.codemod.reaching import Reaching
from workbench.codemod.scopes import Binding, ImportedName, Scope, ScopeKind
from workbench.codemod.source import Module
from workbench.codemod.walk import Index

_FLOWING = frozenset({ScopeKind.MODULE, ScopeKind.CLASS, ScopeKind.FUNCTION})


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an expression means at its place.

    `spelled` is the absolute dotted name as this file imported (or defined) it, `qualified` its canonical
    form. `origin` is the import it comes through, None for the module's own definitions. `certain` is
    False where something else may reach the place too; `reason` then says what: `rebound` (an ordinary
    assignment), `alternatives` (imports of different things, or a definition that stands in) or
    `star-import` (a star of unknown content). `may` holds every canonical name it may mean.
    """

    qualified: str
    spelled: str
    certain: bool
    origin: ImportedName | None
    reason: str = ""
    may: tuple[str, ...] = ()


class Variables:
    """The variables of one module."""

    def __init__(self, module: Module, project: Project, found: Index) -> None:
        self._module, self._project, self._index = module, project, found
        self._stars = [one for one in found.imports if one.is_star]
        self._reaching: dict[tuple[int, str], Reaching] = {}

    def owner(self, name: str, scope: Scope) -> Scope | None:
        """Return the scope whose variable a read of `name` in `scope` means; None for builtins and unknowns."""
        found = scope.lookup(name)
        if found is None and self._stars and self.star_bindings(name):
            return scope.module
        return found

    def bindings(self, name: str, owner: Scope) -> tuple[Binding, ...]:
        """Return everything that binds the variable, stars that bring it included."""
        stars = self.star_bindings(name) if owner.kind is ScopeKind.MODULE and self._stars else ()
        return (*owner.bindings.get(name, ()), *stars)

    def star_bindings(self, name: str) -> tuple[ImportedName, ...]:
        """Return the star imports that bring `name`, or may."""
        found = []
        for star in self._stars:
            brought = self._project.exported(star.spelled)
            unknown = brought is None and not name.startswith("_") and not hasattr(builtins, name)
            if unknown or name in (brought or ()):
                found.append(star)
        return tuple(found)

    def reaching(self, name: str, owner: Scope) -> Reaching:
        """Return the flow of one variable of a module, class or function."""
        key = (id(owner), name)
        if key not in self._reaching:
            every = self.bindings(name, owner)
            self._reaching[key] = Reaching(name, owner, every, doubtful=[one for one in every if self._is_open(one)])
        return self._reaching[key]

    def _is_open(self, binding: Binding) -> bool:
        """Say whether a binding is a star import of unknown content."""
        return isinstance(binding, ImportedName) and binding.is_star and self._project.exported(binding.spelled) is None

    def in_force(self, name: str, owner: Scope, at: ast.AST | None) -> tuple[Binding, ...]:
        """Return the bindings that may be in force where `at` reads the variable (anywhere, for None).

        Where the variable of a class body may not be bound yet, the read may go to the module's: then that one's
        bindings are among them.
        """
        every = self.bindings(name, owner)
        contested = len(every) > 1 and owner.kind in _FLOWING and not _same_import(every)
        if at is None or not (contested or (every and owner.kind is ScopeKind.CLASS)):
            return every
        state = self.reaching(name, owner).at(at)
        found = tuple(one for one in every if one in state)
        if owner.kind is ScopeKind.CLASS and None in state:
            return (*found, *self.in_force(name, owner.module, at))
        return found if found or owner.kind is ScopeKind.CLASS else every

    def resolve(
        self,
        name: str,
        rest: tuple[str, ...],
        scope: Scope,
        at: ast.AST | None,
        wanted: Collection[str] = (),
    ) -> Resolved | None:
        """Return what `name.rest` means in `scope`; None for locals, builtins and unknowns.

        Where several imports may be meant, one that leads to a `wanted` canonical name goes before the others.
        """
        name, rest = scope.mangled(name), tuple(map(scope.mangled, rest))
        owner = self.owner(name, scope)
        if owner is None:
            return None
        bindings = self.in_force(name, owner, at)
        if owner.kind is ScopeKind.CLASS and not any(one in self.bindings(name, owner) for one in bindings):
            owner = owner.module
        imports = [one for one in bindings if isinstance(one, ImportedName)]
        if not imports:
            return self._own(name, rest, owner) if bindings else None
        spelled = {one: ".".join([_bound(one, name), *rest]) for one in imports}
        leading = [one for one in imports if self._project.canonical(spelled[one]) in wanted]
        origin = max(leading or imports, key=lambda one: self._nearness(one, spelled[one]))
        reason, may = self._judged(name, owner, bindings, spelled)
        if owner.kind is ScopeKind.MODULE and any(map(self._is_open, imports)) and len(imports) < len(bindings):
            own = self._own(name, rest, owner)
            may = (*may, *(own.may if own is not None else ()))
        qualified = self._project.canonical(spelled[origin])
        return Resolved(qualified, spelled[origin], not reason, origin, reason, tuple(dict.fromkeys(may)))

    def _own(self, name: str, rest: tuple[str, ...], owner: Scope) -> Resolved | None:
        if owner.kind is not ScopeKind.MODULE or not self._module.name:
            return None
        spelled = ".".join([self._module.name, name, *rest])
        qualified = self._project.canonical(spelled)
        return Resolved(qualified, spelled, True, None, may=(qualified,))

    def _nearness(self, imported: ImportedName, spelled: str) -> tuple[bool, int]:
        """Rank imports that may be meant; the first of equals wins."""
        return not self._is_open(imported), _closeness(imported, spelled)

    def _judged(
        self, name: str, owner: Scope, bindings: Collection[Binding], spelled: Mapping[ImportedName, str]
    ) -> tuple[str, tuple[str, ...]]:
        """Return the reason for doubt, if any, and the canonical names that the imports may mean."""
        may = tuple(dict.fromkeys(map(self._project.canonical, spelled.values())))
        reason = "alternatives" if len(may) > 1 else ""
        if any(map(self._is_open, spelled)):
            reason = "star-import"
        others = [one for one in bindings if not isinstance(one, ImportedName)]
        if others:
            reason = self._weigh(name, owner, spelled, others) or reason
        return reason, may

    def _weigh(self, name: str, owner: Scope, imports: Collection[ImportedName], others: Collection[Binding]) -> str:
        """Say what other bindings make of an import: "", `alternatives` or `rebound`."""
        if owner.kind not in _FLOWING:
            return "rebound"
        flow = self.reaching(name, owner)
        if not all(any(flow.is_fallback(one, of) for of in imports) for one in others):
            return "rebound"
        return "" if all(flow.is_marker(one) for one in others) else "alternatives"


def _bound(imported: ImportedName, name: str) -> str:
    return f"{imported.spelled}.{name}" if imported.is_star else imported.bound


def _closeness(imported: ImportedName, spelled: str) -> int:
    """How much of a dotted name an `import a.b` names itself; several may bind the same first part."""
    same = f"{spelled}.".startswith(f"{imported.spelled}.")
    return len(imported.spelled) if same else 0


def _same_import(bindings: tuple[Binding, ...]) -> bool:
    first = bindings[0]
    return isinstance(first, ImportedName) and all(
        isinstance(one, ImportedName) and one.bound == first.bound and not one.is_star for one in bindings
    )

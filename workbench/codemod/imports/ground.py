"""What every part of the import engine stands on: one module, its names, and the changes planned so far."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from workbench.codemod.imports.changes import Changes
from workbench.codemod.imports.cycle import closes_cycle
from workbench.codemod.imports.keep import Keepers
from workbench.codemod.imports.locals import Locals
from workbench.codemod.names import ImportedName, Names
from workbench.codemod.project import Project
from workbench.codemod.scopes import ScopeKind
from workbench.codemod.source import Module


@dataclass(frozen=True, slots=True)
class Bound:
    """How a qualified name is spelled at the place that asked for it: `b`, `a.b`, `z.b`, `m_b`.

    `through` is the import of the file that serves; None where a new one, or none, is needed.
    """

    spelling: str
    through: ImportedName | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """The module whose imports change. `changes` collects; everything else answers questions."""

    module: Module
    names: Names
    project: Project
    locals: Locals
    keepers: Keepers
    changes: Changes
    _cycles: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, module: Module, names: Names, project: Project) -> Ground:
        """Make the ground for one rewrite of a module."""
        return cls(
            module,
            names,
            project,
            Locals(module, names, project),
            Keepers(module, names, project),
            Changes(names.ancestry),
        )

    def at_head(self, imported: ImportedName) -> bool:
        """Say whether an import stands directly at the top level of the file."""
        return self.names.ancestry.parent(imported.statement) is self.module.tree

    def eager(self, imported: ImportedName) -> bool:
        """Say whether an import runs while the module is being imported."""
        kinds = {one.kind for one in imported.scope.outward()}
        statement = imported.statement
        guarded = self.locals.is_typing_block(statement) or self.locals.is_script_block(statement)
        return not guarded and ScopeKind.FUNCTION not in kinds

    def closes_cycle(self, imported: str) -> bool:
        """Say whether this module importing another at once would close a circle."""
        if imported not in self._cycles:
            self._cycles[imported] = closes_cycle(self.project, self.module.name, imported)
        return self._cycles[imported]

    def brings_module(self, imported: ImportedName) -> bool:
        """Say whether an import binds a module rather than something in it."""
        return imported.is_module or self.project.has_module(imported.spelled)

    def until(self, at: ast.AST) -> int:
        """Return the index of the top-level statement that needs a binding at `at`; past the end if called later."""
        return self.changes.top_index(at) if self.locals.eager(at) else self.changes.length

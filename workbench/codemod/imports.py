"""Adds, moves and drops imports of one module, so that a rule never writes an import by itself."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from workbench.codemod.edit import Edit
from workbench.codemod.names import ImportedName, Names
from workbench.codemod.project import Project
from workbench.codemod.source import Module
from workbench.model.violation import Blocked


@dataclass(frozen=True, slots=True)
class Bound:
    """How a qualified name is spelled at the place that asked for it: `b`, `a.b`, `z.b`, `m_b`."""

    spelling: str


class Imports:
    """Collects what should happen to the imports of one module; `edits` turns it into byte splices.

    One instance per rewrite: later calls see what earlier ones planned.
    """

    def __init__(self, module: Module, names: Names, project: Project) -> None:
        self._module, self._names, self._project = module, names, project

    def bind(
        self,
        qualified: str,
        *,
        at: ast.AST,
        like: ImportedName | None = None,
        deferred: bool = False,
    ) -> Bound | Blocked:
        """Return how to spell `qualified` at the node `at`, planning an import where none serves.

        `like` is the import through which the old name came: its place (module, function, `if
        TYPE_CHECKING`) and its manner (`from m import b`, `import m`) are followed. `deferred` allows
        an import inside the function where one at module level would close an import cycle.
        Blocked: `name-taken`, `import-cycle`, `self-import`, `star-import`.
        """
        raise NotImplementedError

    def move(self, imported: ImportedName, to: str) -> Bound | Blocked:
        """Make one import alias come from another place (`to` is the new dotted name), where it stands.

        Keeps `as`, comments, parentheses and the enclosing try / if / function; joins an import of the
        same module in the same block. The Bound is the new spelling of the local name: unchanged when
        there is an `as`. Blocked: `name-taken`, `import-cycle`, `self-import`, `star-import`.
        """
        raise NotImplementedError

    def uses_of(self, imported: ImportedName) -> tuple[ast.expr, ...]:
        """Return every expression in the code that reads the local name `imported` binds."""
        raise NotImplementedError

    def drop_unused(self, imported: ImportedName, uses_left: int) -> None:
        """Take the alias away if `uses_left` is 0 and nothing else needs it.

        What else may need it: `__all__`, a re-export, a doctest, a type comment, a string that names it,
        `# noqa`, an availability probe in `try`, another module that imports it from here.
        """
        raise NotImplementedError

    def edits(self) -> tuple[Edit, ...]:
        """Return the disjoint byte splices that carry out everything planned."""
        raise NotImplementedError

"""Adds, moves and drops imports of one module, so that a rule never writes an import by itself.

The work is done next door: `import_bind` and `import_move` decide what is bound where and under which
name, `import_keep` what must stay, `import_writer` which statement says so, `import_place` where a new
one stands, `import_text` and `import_rows` how it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from workbench.codemod.edit import Edit
from workbench.codemod.imports.bind import Binder
from workbench.codemod.imports.changes import Wanted
from workbench.codemod.imports.goal import goal_of, written
from workbench.codemod.imports.ground import Bound, Ground
from workbench.codemod.imports.move import Mover
from workbench.codemod.imports.section import Wish
from workbench.codemod.imports.text import Member
from workbench.codemod.imports.writer import ImportWriter
from workbench.codemod.names import ImportedName, Names
from workbench.codemod.project import Project
from workbench.codemod.source import Module
from workbench.model.violation import Blocked

__all__ = ["Bound", "Imports"]


class Imports:
    """Collects what should happen to the imports of one module; `edits` turns it into byte splices.

    One instance per rewrite: later calls see what earlier ones planned.
    """

    def __init__(self, module: Module, names: Names, project: Project) -> None:
        self._ground = Ground.of(module, names, project)
        self._binder = Binder(self._ground)
        self._mover = Mover(self._ground)

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
        Blocked: `name-taken`, `import-cycle`, `self-import`.
        """
        return self._binder.bind(qualified, at=at, like=like, deferred=deferred)

    def mark(self) -> int:
        """Return a mark to which `undo` takes back what `bind` plans from now on."""
        return self._binder.planned

    def undo(self, mark: int) -> None:
        """Forget the imports planned by `bind` since the mark: the change that wanted them was refused."""
        self._binder.forget(mark)

    def move(self, imported: ImportedName, to: str, *, local: str | None = None) -> Bound | Blocked:
        """Make one import alias come from another place (`to` is the new dotted name), where it stands.

        Keeps `as`, comments, parentheses and the enclosing try / if / function; joins an import of the
        same module in the same block. `local` is the name it shall bind from now on; the caller who gives
        it answers for everything that reads it. Without it the engine takes the new name, or keeps the old
        one where others need it (an `as`, `__all__`, a re-export, a fallback, a name that is taken).
        The Bound is the new spelling of what the alias binds.
        Blocked: `name-taken`, `import-cycle`, `self-import`, `star-import`.
        """
        return self._mover.move(imported, to, local=local)

    def uses_of(self, imported: ImportedName) -> tuple[ast.Name, ...]:
        """Return every name in the code that reads what `imported` binds, in source order.

        Where several `import a.x` share the local name `a`, only those that continue with this one's path.
        """
        ground = self._ground
        reads = [read.node for read in ground.names.reads(imported.local, imported.scope) if not read.quoted]
        shared = len(imported.scope.bindings.get(imported.local, ())) > 1
        if shared and imported.is_module and imported.alias.asname is None:
            reads = [node for node in reads if f"{self._chain(node)}.".startswith(f"{imported.spelled}.")]
        return tuple(sorted(reads, key=lambda node: (node.lineno, node.col_offset)))

    def _chain(self, node: ast.Name) -> str:
        parts = [node.id]
        for outer in self._ground.names.ancestry.above(node):
            if not isinstance(outer, ast.Attribute):
                break
            parts.append(outer.attr)
        return ".".join(parts)

    def drop_unused(self, imported: ImportedName, uses_left: int, *, quoted_gone: int = 0) -> None:
        """Take the alias away if `uses_left` is 0 and nothing else needs it; `quoted_gone` as in Keepers.

        What else may need it: `__all__`, a re-export, a doctest, a type comment, a string that names it,
        `# noqa`, an availability probe in `try`, another module that imports it from here.
        """
        ground = self._ground
        if uses_left or imported.is_star or ground.keepers.reason(imported, quoted_gone=quoted_gone):
            return
        if ground.keepers.is_probe(imported) and not ground.changes.wants_beside(imported.statement):
            return
        ground.changes.drop(imported.statement, imported.alias)

    def vacate(self, imported: ImportedName, gone: Collection[int]) -> bool:
        """Take the alias away before its name is wanted for something else; say whether that can be.

        `gone`: the identities of the reads that will be gone; there must be no others.
        """
        ground = self._ground
        alone = len(imported.scope.bindings.get(imported.local, ())) == 1
        if not alone or any(id(read) not in gone for read in self.uses_of(imported)):
            return False
        self.drop_unused(imported, 0)
        if not ground.changes.touched(imported.statement, imported.alias):
            return False
        ground.locals.vacate(imported)
        return True

    def bring(self, qualified: str, *, before: ast.stmt) -> Blocked | None:
        """Import a module-level name at the head of the file, above a statement there, under its own last name.

        For a caller who answers for that name being free, because what bound it goes.
        Blocked: `import-cycle`, `self-import`.
        """
        ground = self._ground
        goal = goal_of(qualified, ground.project)
        if goal.module == ground.module.name:
            return Blocked("self-import", f"{qualified} belongs to this very file")
        if ground.closes_cycle(goal.module):
            return Blocked("import-cycle", f"{goal.module} imports {ground.module.name} at module level")
        wish = Wish(goal.module, written(goal.module, ground.module, None))
        ground.changes.want(Wanted(wish, Member(goal.path[0]), ground.changes.top_index(before)))
        return None

    def drop(self, imported: ImportedName) -> None:
        """Take the alias away, for a caller who knows what serves all that needed it."""
        self._ground.changes.drop(imported.statement, imported.alias)

    def edits(self) -> tuple[Edit, ...]:
        """Return the disjoint byte splices that carry out everything planned."""
        ground = self._ground
        writer = ImportWriter(ground.module, ground.project, ground.names.ancestry)
        return writer.edits(ground.changes.fates, ground.changes.wanted)

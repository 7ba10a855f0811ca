"""Makes one import alias come from another place, where it stands."""

from __future__ import annotations


from workbench.codemod.import_cycle import closes_cycle
from workbench.codemod.import_goal import Goal, goal_of, written
from workbench.codemod.import_ground import Bound, Ground
from workbench.codemod.import_place import Wish
from workbench.codemod.import_text import Member
from workbench.codemod.names import ImportedName
from workbench.codemod.scopes import ScopeKind
from workbench.codemod.statements import exports
from workbench.model.violation import Blocked


class Mover:
    """Moves aliases for one rewrite of one module."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._taken: dict[tuple[int, str], str] = {}
        """(scope, local name) -> what a move already binds it to."""

    def move(self, imported: ImportedName, to: str) -> Bound | Blocked:
        """As `Imports.move`."""
        ground = self._ground
        goal = goal_of(to, ground.project)
        if imported.is_star:
            return Blocked("star-import", f"`from {imported.spelled} import *` may bring more than what moves")
        if goal.module == ground.module.name and goal.path:
            return self._come_home(imported, goal)
        if ground.eager(imported) and closes_cycle(ground.project, ground.module.name, goal.module):
            return Blocked("import-cycle", f"{goal.module} imports {ground.module.name} at module level")
        if imported.is_module:
            return self._move_module(imported, goal)
        return self._move_name(imported, goal)

    def _come_home(self, imported: ImportedName, goal: Goal) -> Bound | Blocked:
        """The new place is this very file: the import goes if the file itself defines the name."""
        others = [one for one in imported.scope.bindings.get(goal.path[0], ()) if one is not imported]
        scope = imported.scope
        if scope.kind is ScopeKind.MODULE and not others or scope.lookup(goal.path[0]) is None:
            return Blocked("self-import", f"{goal.dotted} belongs to this very file, which does not have it")
        if imported.alias.asname not in (None, goal.path[0]):
            return Blocked("self-import", f"{imported.local} would have to become {goal.path[0]} in its own file")
        self._ground.changes.drop(imported.statement, imported.alias)
        return Bound(".".join(goal.path))

    # ---- import a.b

    def _move_module(self, imported: ImportedName, goal: Goal) -> Bound | Blocked:
        if goal.path:
            return Blocked("name-taken", f"`import {imported.spelled}` cannot become an import of {goal.dotted}")
        asname, scope = imported.alias.asname, imported.scope
        local = asname or goal.module.partition(".")[0]
        if asname is None and local != imported.local and not self._free(local, local, imported):
            return Blocked("name-taken", f"{local} already means something else in this file")
        wish = Wish(goal.module, goal.module, plain=True)
        self._taken[id(scope), local] = local if asname is None else goal.module
        self._change(imported, wish, Member(goal.module, asname))
        return Bound(asname or goal.module)

    # ---- from a import b

    def _move_name(self, imported: ImportedName, goal: Goal) -> Bound | Blocked:
        base, name, rest = _source(goal)
        if not base:
            return self._from_to_plain(imported, name)
        module = self._ground.module
        wish = Wish(base, written(base, module, imported))
        target = f"{base}.{name}"
        local = self._local(imported, name, target, keep=not rest)
        if local is None:
            return Blocked("name-taken", f"{name} already means something else in this file")
        if local != imported.alias.asname and self._is_there(imported, local, target):
            self._ground.changes.drop(imported.statement, imported.alias)
            return Bound(".".join((local, *rest)))
        redundant = imported.alias.asname == imported.alias.name  # `X as X` marks a re-export: it stays one
        asname = local if local != name or redundant else None
        self._taken[id(imported.scope), local] = target
        self._change(imported, wish, Member(name, asname))
        return Bound(".".join((local, *rest)))

    def _from_to_plain(self, imported: ImportedName, name: str) -> Bound | Blocked:
        """A module that becomes a top-level one is imported as such."""
        local = self._local(imported, name, name, keep=True)
        if local is None:
            return Blocked("name-taken", f"{name} already means something else in this file")
        asname = local if local != name else None
        self._taken[id(imported.scope), local] = name
        self._change(imported, Wish(name, name, plain=True), Member(name, asname))
        return Bound(local)

    def _local(self, imported: ImportedName, name: str, target: str, *, keep: bool) -> str | None:
        """Return the local name the moved import binds: its `as`, the new name, or the old one where others need it.

        `keep` says whether a local name may stand for the whole of what moves.
        """
        old, asname = imported.local, imported.alias.asname
        if name == old or (asname is not None and keep):
            return old
        if keep and self._needed(imported):
            return old
        if self._free(name, target, imported):
            return name
        return old if keep else None

    def _needed(self, imported: ImportedName) -> bool:
        """Say whether the old local name must live on: bound twice, listed in `__all__`, or imported elsewhere."""
        ground, local = self._ground, imported.local
        if len(imported.scope.bindings.get(local, ())) > 1 or imported.scope.kind is ScopeKind.CLASS:
            return True
        if imported.scope.kind is not ScopeKind.MODULE:
            return False
        listed = exports(ground.module.tree)
        if listed is not None and any(item.value == local for item in listed.items):
            return True
        name = ground.module.name
        return bool(name and ground.project.users(f"{name}.{local}"))

    def _free(self, local: str, target: str, imported: ImportedName) -> bool:
        planned = self._taken.get((id(imported.scope), local))
        if planned is not None:
            return planned == target
        if self._is_there(imported, local, target):
            return True
        uses = [read.node for read in self._ground.names.reads(imported.local, imported.scope)]
        return self._ground.locals.free(local, imported.scope, [imported.statement, *uses])

    def _is_there(self, imported: ImportedName, local: str, target: str) -> bool:
        """Say whether the scope already imports `target` under `local`, surely, by another alias."""
        known = [one for one in imported.scope.bindings.get(local, ()) if one is not imported]
        same = all(
            isinstance(one, ImportedName) and one.bound == target and self._beside(one, imported) for one in known
        )
        moved = self._taken.get((id(imported.scope), local)) == target
        return (bool(known) and same) or moved

    def _beside(self, one: ImportedName, other: ImportedName) -> bool:
        """Say whether two imports stand in one block, so that they serve the same places."""
        block = self._ground.names.ancestry.block
        return block(one.statement) == block(other.statement)

    def _change(self, imported: ImportedName, wish: Wish, member: Member) -> None:
        reads = self._ground.names.reads(imported.local, imported.scope)
        until = min((self._ground.until(read.node) for read in reads if not read.quoted), default=None)
        limit = self._ground.changes.length if until is None else until
        self._ground.changes.move(imported.statement, imported.alias, wish, member, limit)


def _source(goal: Goal) -> tuple[str, str, tuple[str, ...]]:
    """Return (module to import from, name to import, path from there) for a goal."""
    if goal.path:
        return goal.module, goal.path[0], goal.path[1:]
    base, _, name = goal.module.rpartition(".")
    return base, name, ()

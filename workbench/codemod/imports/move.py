"""Makes one import alias come from another place, where it stands."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from workbench.codemod.imports.changes import Wanted
from workbench.codemod.imports.goal import Goal, goal_of, written
from workbench.codemod.imports.ground import Bound, Ground
from workbench.codemod.imports.section import Wish
from workbench.codemod.imports.standard import standard_module
from workbench.codemod.imports.text import Member
from workbench.codemod.moves.renaming import renaming
from workbench.codemod.names import ImportedName
from workbench.codemod.scopes import ScopeKind
from workbench.model.violation import Blocked


class Mover:
    """Moves aliases for one rewrite of one module."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._taken: dict[tuple[int, str], str] = {}
        """(scope, local name) -> what a move already binds it to."""
        self._placed: dict[tuple[int, str], list[ImportedName]] = {}
        """(scope, local name) -> the aliases that bind it from now on."""

    def move(self, imported: ImportedName, to: str, *, local: str | None) -> Bound | Blocked:
        """As `Imports.move`."""
        ground = self._ground
        goal = goal_of(to, ground.project)
        if imported.is_star:
            return Blocked("star-import", f"`from {imported.spelled} import *` may bring more than what moves")
        if goal.module == ground.module.name and goal.path:
            return self._come_home(imported, goal)
        if ground.eager(imported) and ground.closes_cycle(goal.module):
            return Blocked("import-cycle", f"{goal.module} imports {ground.module.name} at module level")
        if imported.is_module and not _is_one_word(imported, goal):
            return self._move_module(imported, goal)
        return self._move_name(imported, goal, local)

    def _come_home(self, imported: ImportedName, goal: Goal) -> Bound | Blocked:
        """The new place is this very file: the import goes if the file itself defines the name."""
        name, scope = goal.path[0], imported.scope
        others = [one for one in scope.bindings.get(name, ()) if one is not imported]
        if (scope.kind is ScopeKind.MODULE and not others) or scope.lookup(name) is None:
            return Blocked("self-import", f"{goal.dotted} belongs to this very file, which does not have it")
        if imported.alias.asname not in (None, name):
            return Blocked("self-import", f"{imported.local} would have to become {name} in its own file")
        self._ground.changes.drop(imported.statement, imported.alias)
        return Bound(".".join(goal.path))

    # ---- import a.b

    def _move_module(self, imported: ImportedName, goal: Goal) -> Bound | Blocked:
        if goal.path:
            return Blocked("name-taken", f"`import {imported.spelled}` cannot become an import of {goal.dotted}")
        asname = imported.alias.asname
        local = asname or goal.module.partition(".")[0]
        bound = goal.module if asname else local
        if local != imported.local and not self._free(local, bound, imported):
            return Blocked("name-taken", f"{local} already means something else in this file")
        self._change(imported, Wish(goal.module, goal.module, plain=True), Member(goal.module, asname), bound)
        return Bound(asname or goal.module)

    # ---- from a import b

    def _move_name(self, imported: ImportedName, goal: Goal, local: str | None) -> Bound | Blocked:
        base, name, rest = _source(goal)
        if not imported.at.spells(name):
            return Blocked("name-taken", f"in a class, {name} would mean {imported.at.mangled(name)}")
        target = f"{base}.{name}" if base else name
        if local is None:
            local = name if rest else self._local(imported, target)
        if rest and (imported.alias.asname is not None or not self._free(local, target, imported)):
            return Blocked("name-taken", f"{local} would have to mean {target} in this file")
        spelling = Bound(".".join((local, *rest)))
        plain = imported.alias.asname is None
        there = local != imported.alias.asname and self._is_there(imported, local, target)
        if there or (plain and local == goal.builtin):
            self._ground.changes.drop(imported.statement, imported.alias)
            return spelling
        if self._is_contested(imported):
            return Blocked("name-taken", f"{imported.local} is imported twice here, and the last one wins")
        if not base and local == name and (spelled := self._submodules(imported, name)):
            return self._spread(imported, spelled, spelling)
        redundant = imported.alias.asname == imported.alias.name  # `X as X` marks a re-export: it stays one
        member = Member(name, local if local != name or redundant else None)
        wish = Wish(base, written(base, self._ground.module, imported)) if base else Wish(name, name, plain=True)
        self._change(imported, wish, member, target)
        return spelling

    def _submodules(self, imported: ImportedName, package: str) -> list[str]:
        """Return the modules of a package of the standard library that uses of its name spell."""
        names, found = self._ground.names, set[str]()
        for read in names.reads(imported.local, imported.scope):
            module = package
            for outer in names.ancestry.above(read.node):
                if not isinstance(outer, ast.Attribute) or standard_module(f"{module}.{outer.attr}") == module:
                    break
                module = f"{module}.{outer.attr}"
            found.add(module)
        return sorted(found - {package}) if standard_module(package) else []

    def _spread(self, imported: ImportedName, modules: Sequence[str], spelling: Bound) -> Bound:
        """Import each module by its path: the package by itself may not bring them."""
        ground, node = self._ground, imported.statement
        self._taken[(id(imported.scope), imported.local)] = spelling.spelling
        ground.changes.drop(node, imported.alias)
        uses = [read.node for read in ground.names.reads(imported.local, imported.scope) if not read.quoted]
        until = min(map(ground.until, uses), default=ground.changes.length)
        beside = None if ground.at_head(imported) else node
        for module in modules:
            wish = Wish(module, module, plain=True)
            ground.changes.want(Wanted(wish, Member(module), until, beside=beside, like=node, uses=list(uses)))
        return spelling

    def _local(self, imported: ImportedName, target: str) -> str:
        """Return the local name a moved import binds where nobody else decides: the new one if it may change."""
        same = [one for one in self._ground.names.index.imports if one.spelled == imported.spelled]
        change = renaming(self._ground.names, imported, to=target, moving=same)
        plain = change is not None and not change.fallbacks and not change.exported
        name = target.rpartition(".")[2]
        return name if plain or self._is_spare(imported, name, target) else imported.local

    def _is_spare(self, imported: ImportedName, name: str, target: str) -> bool:
        """Say whether the new name is imported already and nobody but the code here reads the old one."""
        alone = imported.alias.asname is None and len(imported.scope.bindings[imported.local]) == 1
        return alone and self._is_there(imported, name, target) and not self._ground.keepers.reason(imported)

    def _free(self, local: str, target: str, imported: ImportedName) -> bool:
        planned = self._taken.get((id(imported.scope), local))
        if planned is not None or self._is_there(imported, local, target):
            return planned in (None, target)
        uses = [read.node for read in self._ground.names.reads(imported.local, imported.scope)]
        return self._ground.locals.free(local, imported.scope, [imported.statement, *uses])

    def _is_there(self, imported: ImportedName, local: str, target: str) -> bool:
        """Say whether the scope already imports `target` under `local`, surely, by another alias."""
        key = (id(imported.scope), local)
        if self._taken.get(key) == target and any(self._serves(one, imported) for one in self._placed[key]):
            return True
        known = [one for one in imported.scope.bindings.get(local, ()) if one is not imported]
        same = all(isinstance(one, ImportedName) and one.bound == target for one in known)
        return same and any(isinstance(one, ImportedName) and self._serves(one, imported) for one in known)

    def _is_contested(self, imported: ImportedName) -> bool:
        """Say whether another import in the same block binds the name to something else: their order decides."""
        block = self._ground.names.ancestry.block
        others = [one for one in imported.scope.bindings[imported.local] if isinstance(one, ImportedName)]
        return any(one.bound != imported.bound and block(one.statement) == block(imported.statement) for one in others)

    def _serves(self, one: ImportedName, other: ImportedName) -> bool:
        """Say whether `one` serves all that reads `other`: it stands in the same block, and no read comes before it."""
        names = self._ground.names
        if names.ancestry.block(one.statement) != names.ancestry.block(other.statement):
            return False
        line = one.statement.lineno
        reads = (read.node.lineno for read in names.reads(other.local, other.scope))
        return line <= other.statement.lineno or all(line < read for read in reads)

    def _change(self, imported: ImportedName, wish: Wish, member: Member, target: str) -> None:
        key = (id(imported.scope), member.local)
        self._taken[key] = target
        self._placed.setdefault(key, []).append(imported)
        ground = self._ground
        reads = [read.node for read in ground.names.reads(imported.local, imported.scope) if not read.quoted]
        until = min(map(ground.until, reads), default=ground.changes.length)
        ground.changes.move(imported.statement, imported.alias, wish, member, until=until, uses=reads)


def _is_one_word(imported: ImportedName, goal: Goal) -> bool:
    """Say whether `import old` binds a module that only `from package import new` can bind to one word again."""
    return imported.alias.asname is None and "." not in imported.spelled and "." in goal.dotted


def _source(goal: Goal) -> tuple[str, str, tuple[str, ...]]:
    """Return (module to import from, name to import, path from there) for a goal."""
    if goal.path:
        return goal.module, goal.path[0], goal.path[1:]
    base, _, name = goal.module.rpartition(".")
    return base, name, ()

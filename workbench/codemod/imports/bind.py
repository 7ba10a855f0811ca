"""How a qualified name is spelled at a place: by an import that is there, or by one to be added."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.codemod.flow import Standing, standing
from workbench.codemod.imports.changes import Wanted
from workbench.codemod.imports.goal import Goal, goal_of, written
from workbench.codemod.imports.ground import Bound, Ground
from workbench.codemod.imports.planned import Form, Planned, Plans
from workbench.codemod.imports.section import Wish
from workbench.codemod.imports.text import Member
from workbench.codemod.names import ImportedName
from workbench.codemod.scopes import Scope, ScopeKind
from workbench.model.violation import Blocked

Functions = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class _Served:
    """An import that serves, and whether it does so through a module."""

    by_module: bool
    bound: Bound


class Binder:
    """Binds names for one rewrite of one module; later calls see what earlier ones planned."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._names, self._locals = ground.names, ground.locals
        self._planned = Plans()
        self._stars = [one for one in self._names.index.imports if one.is_star]
        self._leading: dict[Goal, dict[str, dict[int, list[_Served]]]] = {}

    def bind(self, qualified: str, *, at: ast.AST, like: ImportedName | None, deferred: bool) -> Bound | Blocked:
        """As `Imports.bind`."""
        goal = goal_of(qualified, self._ground.project)
        if goal.module == self._ground.module.name and goal.path:
            return self._own(goal, at)
        if goal.builtin and self._names.scope_of(at).lookup(goal.builtin) is None and not self._stars:
            return Bound(goal.builtin)
        like = self._nearest(like, at)
        by_module = like is not None and self._ground.brings_module(like)
        served = sorted(self._served(goal, at), key=lambda one: one.by_module != by_module)
        best = served[0].bound if served else None
        if best is not None and (like is None or like.is_star or by_module or not served[0].by_module):
            return best
        planned = self._plan(goal, at, like, deferred)
        return best if isinstance(planned, Blocked) and best is not None else planned

    @property
    def planned(self) -> int:
        """How many imports are planned."""
        return len(self._planned)

    def forget(self, planned: int) -> None:
        """Take back all but the first `planned` imports."""
        while len(self._planned) > planned:
            self._ground.changes.forget(self._planned.pop().wanted)

    def _nearest(self, like: ImportedName | None, at: ast.AST) -> ImportedName | None:
        """Return the import that stands nearest above `at` where several bring the same name: a block's own first."""
        if like is None or like.is_star:
            return like
        around = self._names.ancestry.trail(at)
        best, depth = like, -1
        for one in like.scope.bindings.get(like.local, ()):
            if not isinstance(one, ImportedName) or one.spelled != like.spelled:
                continue
            inside = len(self._names.ancestry.trail(one.statement))
            holder = self._names.ancestry.parent(one.statement)
            above = getattr(at, "lineno", 0) >= one.statement.lineno
            if holder in around and above and inside > depth:
                best, depth = one, inside
        return best

    def _own(self, goal: Goal, at: ast.AST) -> Bound | Blocked:
        """A module never imports itself: its own names are there, or nothing is."""
        name = goal.path[0]
        found = self._names.scope_of(at).lookup(name)
        if found is not None and found.kind is not ScopeKind.MODULE:
            return Blocked("name-taken", f"{name} means something else here")
        sure = found is not None and standing(name, found, at) is Standing.BOUND
        if found is None or (self._locals.eager(at) and not sure):
            return Blocked("self-import", f"{goal.dotted} belongs to this very file, which does not have it here")
        return Bound(".".join(goal.path))

    # ---- what is there already

    def _served(self, goal: Goal, at: ast.AST) -> Iterator[_Served]:
        """Yield the imports that already bring `goal` to `at`."""
        scope, touched = self._names.scope_of(at), self._ground.changes.touched
        for star in self._stars:
            if not touched(star.statement, star.alias) and self._star_serves(star, goal, at):
                yield _Served(False, Bound(".".join(goal.path), star))
        if goal not in self._leading:
            self._leading[goal] = self._leads(goal)
        for local, every in self._leading[goal].items():
            for found in every.get(id(scope.lookup(local)), ()):
                one = found.bound.through
                if one is None or touched(one.statement, one.alias) or not scope.spells(found.bound.spelling):
                    continue
                if self._locals.serves(one, at):
                    yield found

    def _leads(self, goal: Goal) -> dict[str, dict[int, list[_Served]]]:
        """Return the imports that lead to a goal, by local name and the scope that has it."""
        leading: dict[str, dict[int, list[_Served]]] = {}
        for one in self._names.index.imports:
            found = None if one.is_star else self._spelling(one, goal)
            if found is not None:
                leading.setdefault(one.local, {}).setdefault(id(one.scope), []).append(found)
        return leading

    def _spelling(self, one: ImportedName, goal: Goal) -> _Served | None:
        """Return how `goal` is spelled through an import; None if it does not lead there."""
        if one.is_module and one.alias.asname is None and "." in one.spelled:
            reaches = one.spelled == goal.module or one.spelled.startswith(f"{goal.module}.")
            return _Served(True, Bound(goal.dotted, one)) if reaches else None
        for n in range(len(goal.path), -1, -1):
            if self._same(one.bound, ".".join((goal.module, *goal.path[:n]))):
                return _Served(n == 0 and bool(goal.path), Bound(".".join((one.local, *goal.path[n:])), one))
        return None

    def _same(self, bound: str, wanted: str) -> bool:
        """Say whether two names are one thing; a name the plan moves away from is not taken up anew."""
        if bound == wanted:
            return True
        project = self._ground.project
        moved = any(bound == old or bound.startswith(f"{old}.") for old in project.moves)
        return not moved and project.origin(bound) == project.origin(wanted)

    def _star_serves(self, star: ImportedName, goal: Goal, at: ast.AST) -> bool:
        if not goal.path or goal.path[0] not in (self._ground.project.exported(star.spelled) or ()):
            return False
        unbound = self._names.scope_of(at).lookup(goal.path[0]) is None
        before = self._ground.changes.top_index(star.statement) < self._ground.until(at)
        return unbound and before and self._same(f"{star.spelled}.{goal.path[0]}", f"{goal.module}.{goal.path[0]}")

    # ---- what is to be added

    def _plan(self, goal: Goal, at: ast.AST, like: ImportedName | None, deferred: bool) -> Bound | Blocked:
        wanted = self._place(goal, at, like, deferred)
        if isinstance(wanted, Blocked):
            return wanted
        scope = self._scope_of_place(wanted)
        for form in self._forms(goal, like):
            if not self._can_be_said(form, wanted, at):
                continue
            known = next((one for one in self._planned.alike(goal, form, wanted) if self._shares(one, at)), None)
            if known is not None:
                known.wanted.until = min(known.wanted.until, wanted.until)
                known.wanted.uses.append(at)
                return Bound(known.form.spelling)
            if self._is_free(form, scope, at):
                wanted.wish, wanted.member = form.wish, form.member
                self._ground.changes.want(wanted)
                self._planned.add(Planned(goal, form, scope, wanted))
                return Bound(form.spelling)
        name = goal.path[0] if goal.path else goal.module
        return Blocked("name-taken", f"{name} already means something else in this file")

    def _can_be_said(self, form: Form, wanted: Wanted, at: ast.AST) -> bool:
        """Say whether Python takes the names of an import, and of its use, as they are written: not so in classes."""
        beside = wanted.inside.body[0] if wanted.inside is not None else wanted.beside
        there = self._names.scope_of(beside) if beside is not None else self._names.index.module
        return there.spells(form.member.name) and self._names.scope_of(at).spells(form.spelling)

    def _shares(self, known: Planned, at: ast.AST) -> bool:
        """Say whether a planned import serves at `at` too."""
        found = self._names.scope_of(at).lookup(known.form.local)
        return found is None or found in tuple(known.scope.outward())

    def _place(self, goal: Goal, at: ast.AST, like: ImportedName | None, deferred: bool) -> Wanted | Blocked:
        """Return where the import goes; what it says is filled in later."""
        ground, node = self._ground, like.statement if like is not None else None
        place = Wanted(Wish("", ""), Member(""), ground.until(at), like=node, uses=[at])
        if like is not None and not ground.at_head(like) and self._may_stand_beside(like, at):
            place.beside = node
            if not ground.eager(like):
                return place
        if not ground.closes_cycle(goal.module):
            return place
        functions = [one for one in self._names.ancestry.above(at) if isinstance(one, Functions)]
        if deferred and not self._locals.eager(at) and functions:
            return Wanted(place.wish, place.member, place.until, inside=functions[0], uses=[at])
        return Blocked("import-cycle", f"{goal.module} imports {ground.module.name} at module level")

    def _may_stand_beside(self, like: ImportedName, at: ast.AST) -> bool:
        """Say whether an import in the block of `like` is there at `at`: one for typing only is not at run time."""
        return not self._locals.is_typing_block(like.statement) or self._locals.typing_only(at)

    def _scope_of_place(self, wanted: Wanted) -> Scope:
        place = wanted.inside.body[0] if wanted.inside is not None else wanted.beside
        return self._names.scope_of(place) if place is not None else self._names.index.module

    # ---- how it may be written

    def _forms(self, goal: Goal, like: ImportedName | None) -> Iterator[Form]:
        """Yield the ways to import `goal`, the one most like `like` first."""
        if not goal.path or (like is not None and self._ground.brings_module(like)):
            yield self._module_form(goal, like)
        if not goal.path:
            return
        wish = Wish(goal.module, written(goal.module, self._ground.module, like))
        name, *rest = goal.path
        last = goal.module.rpartition(".")[2]
        for asname in (None, f"{last}_{name}"):
            local = asname or name
            yield Form(wish, Member(name, asname), local, ".".join((local, *rest)))

    def _module_form(self, goal: Goal, like: ImportedName | None) -> Form:
        parent, _, last = goal.module.rpartition(".")
        plainly = like is not None and like.is_module and like.alias.asname is None
        if plainly or not parent:
            wish = Wish(goal.module, goal.module, plain=True)
            return Form(wish, Member(goal.module), goal.module.partition(".")[0], goal.dotted)
        wish = Wish(parent, written(parent, self._ground.module, like))
        return Form(wish, Member(last), last, ".".join((last, *goal.path)))

    def _is_free(self, form: Form, scope: Scope, at: ast.AST) -> bool:
        if form.wish.plain and self._is_top_package(form.local, scope, at):
            return True
        return not self._planned.takes(form, scope) and self._locals.free(form.local, scope, [at])

    def _is_top_package(self, local: str, scope: Scope, at: ast.AST) -> bool:
        """Say whether `local` already means the top package of that name, in `scope` and at `at`."""
        known = scope.bindings.get(local, [])
        same = all(isinstance(one, ImportedName) and one.bound == local for one in known)
        return bool(known) and same and self._names.scope_of(at).lookup(local) is scope

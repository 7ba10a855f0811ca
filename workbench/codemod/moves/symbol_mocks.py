"""Where tests put a mock in the place of a symbol that moves: a name is patched where it is looked up.

`patch("app.user.old")` stands for the variable of `app.user`, which keeps its name as long as a string spells it.
`patch("shop.old_mod.old")` stands for what others look up in `shop.old_mod`; they look in the new module from now on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.codemod.lookups import lookers, reads_itself, real_name
from workbench.codemod.moves.module_stubs import Stub, stubs
from workbench.codemod.moves.move import Move
from workbench.codemod.moves.renaming import stays_outside
from workbench.codemod.names import Names, Scope
from workbench.codemod.patched import Patched, patched
from workbench.codemod.project import Project
from workbench.model.violation import Blocked, Place, Reach

_SPLIT = Blocked("dynamic-name", "the text is not spelled out in one literal")


@dataclass(frozen=True, slots=True)
class Mocked:
    """A name that a mock stands for.

    `text` is what it must be from now on, `module` where `owner` (an expression or text beside it) must be of another
    module. `spelled` is the symbol as it is spelled; `is_path`: all of it stands in one string. `stays`: what goes on
    being looked up there.
    """

    place: Place
    scope: Scope
    text: str = ""
    owner: ast.expr | None = None
    module: str = ""
    spelled: str = ""
    is_path: bool = False
    blocked: Blocked | None = None
    reach: Reach | None = None
    stays: str = ""

    @property
    def changes(self) -> bool:
        return bool(self.text or self.module)


def mocked(move: Move, names: Names) -> Iterator[Mocked]:
    """Yield what a file mocks of the symbol, or of its module where that matters."""
    project, base = names.project, names.project.at_base
    wanted = project.canonical(move.old)
    for one in patched(names, project.words(move.old) | base.words(move.old)):
        known = one.spelled and wanted in (project.canonical(one.spelled), base.canonical(one.spelled))
        if known and move.is_old(one.spelled, project):
            yield _mocked(one, move, names)
    for stub in stubs(move, names):
        yield _stubbed(stub, move, names)


def _mocked(one: Patched, move: Move, names: Names) -> Mocked:
    base, path = names.project.at_base, one.owner is None
    real = real_name(one.spelled, base)
    target = _looked_up(real, move, names)
    if not one.exact:
        target = _SPLIT
    elif isinstance(target, str) and target != real and one.owner is not None:
        target = _reachable(one, real, target, names.project) or target
    if isinstance(target, Blocked):
        reach = reach_of(move, names)
        return Mocked(one.place, one.scope, spelled=one.spelled, is_path=path, blocked=target, reach=reach, stays=real)
    if target == real:
        return Mocked(one.place, one.scope, spelled=one.spelled, is_path=path, stays=real)
    met = reach_of(move, names) if target == move.new else None
    if path:
        return Mocked(one.place, one.scope, target, spelled=one.spelled, is_path=True, reach=met)
    owner, _, name = target.rpartition(".")
    module = "" if owner == real.rpartition(".")[0] else owner
    text = "" if name == one.name else name
    return Mocked(one.place, one.scope, text, one.owner, module, one.spelled, reach=met)


def _looked_up(real: str, move: Move, names: Names) -> str | Blocked:
    """Return the dotted name that is to be patched from now on; the same where it goes on being looked up."""
    base, here = names.project.at_base, names.module.name
    if real == move.old and move.stays_in_module:
        return move.new
    own, others = reads_itself(real, base), lookers(real, base) - {here}
    if real == move.old:
        if own and others:
            home = real.rpartition(".")[0]
            return Blocked("mock-unclear", f"{home} looks it up itself, and {min(others)} looks up {move.new} instead")
        return real if own else move.new
    return move.new if others and not own else followed(move, real, names.project) or real


def _reachable(one: Patched, real: str, target: str, project: Project) -> Blocked | None:
    """Say why the call cannot patch an attribute of the module that has the symbol from now on."""
    owner, _, name = target.rpartition(".")
    if owner == real.rpartition(".")[0]:
        return None
    if not one.alone:
        return Blocked("mock-unclear", f"the call patches more than what is {name} of {owner} from now on")
    inside = bool(project.split(target)[0]) and len(project.split(target)[1]) != 1
    return Blocked("mock-unclear", f"{owner} is no module") if inside else None


def _stubbed(stub: Stub, move: Move, names: Names) -> Mocked:
    """Return a stub of the symbol on a mock of its module, which only a change of the name leaves right."""
    told = f"this stands for {move.old.rpartition('.')[0]}, and {move.new} is looked up instead"
    blocked = None if move.stays_in_module and stub.is_symbol else Blocked("mock-unclear", told)
    if stub.is_symbol and not stub.exact:
        blocked = _SPLIT
    reach = reach_of(move, names, stub.users)
    return Mocked(stub.place, stub.scope, "" if blocked else move.new_name, blocked=blocked, reach=reach)


def reach_of(move: Move, names: Names, users: frozenset[str] = frozenset()) -> Reach:
    """Return what a mock of the symbol stands in the way of: those that look it up and that this file works with."""
    project = names.project.at_base
    here = {project.split(one.spelled)[0] for one in names.index.imports}
    met = (here & lookers(move.old, project)) | users
    home = project.split(move.old)[0] or move.old.rpartition(".")[0]
    return Reach(home, move.new, is_home=True, users=tuple(sorted(met - {names.module.name, ""})))


def followed(move: Move, spelled: str, project: Project) -> str:
    """Return what a string that spells the symbol must say instead; "" if it stays right.

    A string that names another module's import (`patch("app.user.old")`) follows that import's local name.
    """
    spelled = real_name(spelled, project.at_base)
    if spelled == move.old:
        return move.new
    if not move.is_old(spelled, project):
        return ""
    module, rest = project.split(spelled)
    known = project.facts.get(module)
    if known is None or not rest or move.is_home(module, project):
        return ""
    target = known.imported.get(rest[0], "")
    follows = target.rpartition(".")[2] == rest[0] != move.new_name
    if not follows or stays_outside(project, module, rest[0], move.new):
        return ""
    return ".".join([module, move.new_name, *rest[1:]])

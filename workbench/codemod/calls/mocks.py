"""Where tests put a mock in the place of a callable that is replaced: the mock must follow, or it is missed.

A name is patched where it is looked up. `patch("app.user.old")` stands for the name that the module `app.user`
imported; once that calls `new`, it is `app.user.new` that must be patched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.codemod.calls.receivers import CallParameters
from workbench.codemod.key import shortened
from workbench.codemod.names import Names, Scope
from workbench.codemod.patched import Patched, patched
from workbench.codemod.project import Project
from workbench.model.violation import Blocked, Place, Reach, Site

SPLIT = Blocked("dynamic-name", "the text is not spelled out in one literal")


@dataclass(frozen=True, slots=True)
class Mock:
    """A place that names what is replaced; `text` is what it must say instead, `reach` whose calls it stands for."""

    place: Place
    scope: Scope
    spelled: str
    text: str
    blocked: Blocked | None = None
    reach: Reach | None = None


def mocks(called: str, instead: str, names: Names) -> Iterator[Mock]:
    """Yield the places of a file that patch the dotted name `called`, whose calls become calls of `instead`."""
    project = names.project
    wanted = project.canonical(called)
    for one in patched(names, project.words(called) | project.at_base.words(called)):
        if one.spelled and wanted in (project.canonical(one.spelled), project.at_base.canonical(one.spelled)):
            yield _mock(one, called, instead, project)


def _mock(one: Patched, called: str, instead: str, project: Project) -> Mock:
    home = one.spelled in (called, project.at_base.origin(called))
    module = project.split(one.spelled)[0]
    target = instead if home else _looked_up(one.spelled, instead, project)
    reach = Reach(module, target if isinstance(target, str) else "", is_home=home)
    if isinstance(target, Blocked):
        return Mock(one.place, one.scope, one.spelled, "", target, reach)
    owner, _, name = target.rpartition(".")
    if one.owner is not None and owner != one.spelled.rpartition(".")[0]:
        refusal = Blocked("mock-unclear", f"what is patched from now on is {name} of {owner}")
        return Mock(one.place, one.scope, one.spelled, "", refusal, reach)
    text = name if one.owner is not None else target
    return Mock(one.place, one.scope, one.spelled, text, None if one.exact else SPLIT, reach)


def _looked_up(spelled: str, instead: str, project: Project) -> str | Blocked:
    """Return the dotted name under which a module will look up `instead`, where it looked `spelled` up before."""
    module, path = project.split(spelled)
    known = project.facts.get(module)
    if known is None or not path or len(path) > 2:
        return Blocked("mock-unclear", f"by what name {module or spelled} will look up {instead} cannot be seen")
    home, _, name = instead.rpartition(".")
    if len(path) == 1:
        same = [local for local, target in known.imported.items() if target == instead]
        if same:
            return f"{module}.{same[0]}"
        if home in known.imported.values() or name in known.imported or name in known.defined:
            return Blocked("mock-unclear", f"{module} may reach {instead} by a name of its own")
        return f"{module}.{name}"
    return _through_a_module(module, path[0], instead, project)


def _through_a_module(module: str, holder: str, instead: str, project: Project) -> str | Blocked:
    """Return the name for `module.holder.f`, where `holder` is an imported module."""
    known = project.facts[module]
    target, (home, _, name) = known.imported.get(holder, ""), instead.rpartition(".")
    if target == home:
        return f"{module}.{holder}.{name}"
    last = home.rpartition(".")[2]
    if not target or target.rpartition(".")[2] != holder or last in known.defined:
        return Blocked("mock-unclear", f"by what name {module} will look up {instead} cannot be seen")
    if known.imported.get(last, home) != home or instead in known.imported.values():
        return Blocked("mock-unclear", f"{module} may reach {instead} by a name of its own")
    return f"{module}.{last}.{name}"


def mock_site(one: Mock, names: Names, parameters: CallParameters, instead: str) -> Site:
    """Make the site of a mock, which is only told of where the rule reports strings."""
    told = parameters.strings == "report"
    return Site(
        rule=parameters.id,
        place=one.place,
        scope=one.scope.qualname,
        key=shortened(f"mock {one.spelled}"),
        snippet=names.module.snippet(one.place.start, one.place.end),
        message=f"{parameters.call} is patched here, and {instead} is called instead",
        blocked=None if told else one.blocked,
        excluded="string" if told else "",
        reach=None if told else one.reach,
    )

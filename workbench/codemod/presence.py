"""Is a dotted name in the tree, and can it be called? Answered from definitions, and never by importing."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.codemod.definitions.interfaces import Interface
from workbench.codemod.project import Project
from workbench.model.violation import Blocked


@dataclass(frozen=True, slots=True)
class Presence:
    """`told` says what is wrong, as the rest of a sentence about the name; "" if nothing is.

    `doubt` says why that is not sure, where it is not.
    """

    told: str = ""
    doubt: Blocked | None = None

    @property
    def there(self) -> bool:
        return not self.told


_THERE = Presence()


def presence(dotted: str, project: Project, *, callable_: bool) -> Presence:
    """Say whether a dotted name exists in the tree, and is a function or a class if it must be `callable_`."""
    module, rest = project.split(dotted)
    origin = project.origin(dotted)
    if project.has_module(dotted) or project.has_module(origin):
        return Presence("is a module, not a function or a class") if callable_ else _THERE
    if module not in project.modules or project.exists(f"{module}.{rest[0]}") is False:
        return Presence("does not exist" + _near(dotted, project))
    if origin != dotted and project.exists(origin) is False:
        return Presence(f"does not exist: {module} imports {origin}, which does not")
    home, path = project.split(origin)
    unknown = _unknown(dotted, module, home, project)
    if unknown is not None:
        enough = project.exists(dotted) is True and not callable_
        return _THERE if enough else Presence("cannot be shown to exist", unknown)
    return _inside(project.facts[home].interfaces.get(path[0]), origin, path, callable_=callable_)


def _unknown(dotted: str, module: str, home: str, project: Project) -> Blocked | None:
    """Return why the definition cannot be looked at, if it cannot."""
    if not home:
        return Blocked("outside-tree", "it comes from outside this tree")
    for one in (module, home):
        if one not in project.facts:
            return Blocked("unparsable", f"{one} cannot be read")
    if project.exists(dotted) is None and len(project.split(dotted)[1]) == 1:
        return Blocked("dynamic-name", f"{module} makes its names at run time, or star-imports what cannot be read")
    return None


def _inside(found: Interface | None, origin: str, path: tuple[str, ...], *, callable_: bool) -> Presence:
    """Judge what a module defines at its top level (`found`; None for values), and what is in a class of it."""
    if len(path) == 1:
        return _THERE if found is not None or not callable_ else Presence("is neither a function nor a class")
    if found is None or found.call is not None or len(path) > 2:
        return Presence("cannot be shown to exist", Blocked("dynamic-name", f"{origin} is more than class and member"))
    if path[1] in found.methods or (path[1] in found.attributes and not callable_):
        return _THERE
    if found.bases or found.decorators:
        return Presence("cannot be shown to exist", Blocked("dynamic-name", "the class may get it from elsewhere"))
    return Presence(f"does not exist: the class has no such {'method' if callable_ else 'member'}")


def _near(dotted: str, project: Project) -> str:
    near = project.near(dotted)
    return f"; the tree has {near[0]}" if near else ""

"""Finds the rule kinds: one file each in `workbench/rules/`, plus a team's own through entry points."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

from workbench.codemod.rule import Rule
from workbench.model.errors import UsageError

_ROOM = "workbench.rules"
_GROUP = "workbench.rules"


@cache
def kinds() -> Mapping[str, type[Rule[Any]]]:
    """Return every rule kind by name, sorted; two of one name are refused."""
    found: dict[str, type[Rule[Any]]] = {}
    for rule in [*_own(), *_foreign()]:
        if rule.kind in found:
            raise UsageError(
                f"two rule kinds are called {rule.kind!r}: {found[rule.kind].__module__} and {rule.__module__}",
                hint="rename one of them, or uninstall the package that brings it",
            )
        found[rule.kind] = rule
    return MappingProxyType(dict(sorted(found.items())))


def is_closed(rule: Rule[Any]) -> bool:
    """Say whether what a rule finds and makes is a matter of the file, the facts and its parameters alone.

    So it is for our own kinds, but for those that ask a program or a report; what others write is not ours to know.
    """
    kind = type(rule)
    asks = kind.prepared is not Rule.prepared or kind.compared is not Rule.compared
    return kind.__module__.startswith(f"{_ROOM}.") and not asks


def _own() -> list[type[Rule[Any]]]:
    room = importlib.import_module(_ROOM)
    names = sorted(module.name for module in pkgutil.iter_modules(room.__path__))
    modules = [importlib.import_module(f"{_ROOM}.{name}") for name in names]
    return [
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Rule) and thing.__module__ == module.__name__
    ]


def _foreign() -> list[type[Rule[Any]]]:
    return [_loaded(point) for point in sorted(entry_points(group=_GROUP), key=lambda p: p.name)]


def _loaded(point: EntryPoint) -> type[Rule[Any]]:
    """Return the kind an entry point names; whatever stops it is told with the package's name."""
    package = point.dist.name if point.dist is not None else "a package"
    try:
        kind = point.load()
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        raise UsageError(
            f"{package} brings the rule kind {point.name!r} as {point.value}, which cannot be imported: {told}",
            hint="mend or uninstall that package",
        ) from error
    if not (isinstance(kind, type) and issubclass(kind, Rule) and isinstance(getattr(kind, "kind", None), str)):
        raise UsageError(
            f"{package} brings the rule kind {point.name!r} as {point.value}, which is no rule kind",
            hint="its entry point must name a subclass of workbench.codemod.rule.Rule",
        )
    return kind

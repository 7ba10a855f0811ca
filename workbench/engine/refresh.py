"""Keeps the facts of the tree true while batches change it, at the cost of what they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from workbench.codemod.project import ModuleFacts, Project, facts
from workbench.codemod.roots import ModuleMap
from workbench.codemod.source import Module, Unparsable

NONE_READ: Mapping[str, ModuleFacts] = MappingProxyType({})


def refreshed(
    project: Project,
    roots: ModuleMap,
    changed: Mapping[str, bytes],
    read: Mapping[str, ModuleFacts] = NONE_READ,
) -> Project:
    """Return `project` with the facts of the `changed` files as they are now; paths outside every root do not count.

    `read` are the facts, by path, of those that whoever changed them has read already.
    """
    known = dict(project.facts)
    for path, source in changed.items():
        named = roots.name_of(path)
        if named is None:
            continue
        name, is_package = named
        try:
            module = Module(path, source, name, is_package)
            known[name] = read.get(path) or facts(module, words=project.watched)
        except Unparsable:
            known.pop(name, None)
    return replace(project, facts=known, base=project.at_base.facts)

"""Keeps the facts of the tree true while batches change it, at the cost of what they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbench.codemod.project import Project, facts
from workbench.codemod.roots import ModuleMap
from workbench.codemod.source import Module, Unparsable


def refreshed(project: Project, roots: ModuleMap, changed: Mapping[str, bytes]) -> Project:
    """Return `project` with the facts of the `changed` files read again; paths outside every root do not count."""
    known = dict(project.facts)
    words = project.at_base.mentioned.union(old.rpartition(".")[2] for old in project.moves)
    for path, source in changed.items():
        named = roots.name_of(path)
        if named is None:
            continue
        name, is_package = named
        try:
            known[name] = facts(Module(path, source, name, is_package), words=words)
        except Unparsable:
            known.pop(name, None)
    return replace(project, facts=known, base=project.at_base.facts)

"""Entries of `allow` that allow nothing: leftovers that hide the next violation, or typing errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pathspec import GitIgnoreSpec

from workbench.codemod.find import applies
from workbench.codemod.project import Project
from workbench.codemod.rule import Rule
from workbench.codemod.source import Module, Unparsable
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem


def dead_allowances(rule: Rule[Any], project: Project, tree: Tree) -> Iterator[Problem]:
    """Yield a problem for each entry without which the rule would find nothing more than it does."""
    free = rule.parameters.model_copy(update={"allow": ()})
    paths = tuple(path for path in tree.paths if applies(free, path))
    for number, entry in enumerate(rule.parameters.allow):
        if entry.startswith(("!", "#")):
            continue
        matched = [path for path in paths if GitIgnoreSpec.from_lines([entry]).match_file(path)]
        if any(_finds(rule, module, project) for module in tree.modules(matched)):
            continue
        why = "no file of the plan matches it" if not matched else "nothing this rule finds stands in what it matches"
        yield Problem(f"{entry!r} allows nothing: {why}", f"rules[{rule.id}].allow[{number}]", suggestion="take it out")


def _finds(rule: Rule[Any], module: Module, project: Project) -> bool:
    """Say whether the rule finds anything in a module; a file that nobody can read is taken to hold something."""
    words = (word.encode() for word in rule.needles())
    if not rule.is_about(module.name) and not any(word in module.source for word in words):
        return False
    try:
        return next(iter(rule.find(module, project)), None) is not None
    except Unparsable:
        return True

"""Runs the rules of a plan over one file and names what they find."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pathspec import GitIgnoreSpec

from workbench.codemod.doctests import found
from workbench.codemod.project import Project
from workbench.codemod.rule import Parameters, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Site, fingerprints


def find_in(module: Module, rules: Sequence[Rule[Parameters]], project: Project) -> tuple[tuple[Site, str], ...]:
    """Return the sites of one file with their fingerprints, in source order.

    Rules that do not apply to the file's path are left out. Raises Unparsable.
    """
    sites = [site for rule in rules if applies(rule.parameters, module.path) for site in found(rule, module, project)]
    return tuple(fingerprints(module.path, sites))


def applies(parameters: Parameters, path: str) -> bool:
    """Say whether a rule looks at a path: inside `paths` (all, if none are given), outside `allow`."""
    inside = not parameters.paths or _spec(parameters.paths).match_file(path)
    return inside and not _spec(parameters.allow).match_file(path)


@lru_cache(maxsize=256)
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(patterns)

"""Checks across the tables of a plan file, and of its names against the tree.

The first work on the plain data, so that they also speak when some other part of the file is broken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pathspec import GitIgnoreSpec

from workbench.codemod.project import Project
from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Rule
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem
from workbench.model.source import Sources
from workbench.planning.fields import inside
from workbench.planning.lines import KeyPath
from workbench.planning.problems import Complaint, located, near
from workbench.planning.spec import BUILTIN_GATES, PlanSpec

_PLACEHOLDERS = ("{python}", "{junit}", "{files}", "{sandbox}")


def each(data: object, *pattern: str | None, at: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Yield the strings at `pattern`, where None stands for every item of a list, with their paths."""
    if not pattern:
        if isinstance(data, str):
            yield at, data
        return
    head, *rest = pattern
    if head is None and isinstance(data, list):
        for index, item in enumerate(data):
            yield from each(item, *rest, at=(*at, index))
    elif head is not None and isinstance(data, dict) and head in data:
        yield from each(data[head], *rest, at=(*at, head))


def check_references(data: object) -> Iterator[Complaint]:
    """Yield what is wrong between the parts of a plan file's plain data."""
    yield from _twice(each(data, "rules", None, "id"), "two rules have the id")
    yield from _twice(each(data, "gates", None, "id"), "two gates have the id")
    yield from _twice(each(data, "triggers", None, "gate"), "two triggers have the gate")
    yield from _no_such_gate(data)
    yield from _twice(
        each(data, "batches", "together", None, None), "rules land together in one group only, not twice:"
    )
    yield from _twice(each(data, "batches", "by", None), "named twice:")
    yield from _unknown_words(data)
    yield from _reserved(data)
    yield from _climbing(data)
    yield from _misspelt_placeholders(data)


def check_targets(spec: PlanSpec, rules: Iterable[Rule[Any]], project: Project) -> tuple[Problem, ...]:
    """Return a problem for each dotted name that a rule needs and the tree surely lacks, with near names."""
    missing = (
        Problem(
            f"the tree has no {target}",
            f"rules[{rule.id}]",
            suggestion=f"did you mean {' or '.join(near_names)}?" if (near_names := project.near(target)) else "",
        )
        for rule in rules
        for target in rule.targets()
        if project.exists(target) is False
    )
    return located(missing, spec.lines)


def check_tree(spec: PlanSpec, rules: Iterable[Rule[Any]], project: Project, sources: Sources) -> tuple[Problem, ...]:
    """Return what the rules themselves find wrong about their parameters in this tree, such as dead `allow` entries."""
    include, exclude = (GitIgnoreSpec.from_lines(globs) for globs in (spec.scope.include, spec.scope.exclude))
    paths = (entry.path for entry in sources.entries())
    judged = tuple(path for path in paths if include.match_file(path) and not exclude.match_file(path))
    tree = Tree(judged, sources, ModuleMap(spec.scope.source_roots))
    return located((one for rule in rules for one in rule.problems(project, tree)), spec.lines)


def _twice(found: Iterator[tuple[KeyPath, str]], sentence: str) -> Iterator[Complaint]:
    seen: Counter[str] = Counter()
    for path, word in found:
        if seen[word]:
            yield path, f"{sentence} {word!r}", ""
        seen[word] += 1


def _unknown_words(data: object) -> Iterator[Complaint]:
    rules = {word for _, word in each(data, "rules", None, "id")}
    labels = {word for _, word in each(data, "rules", None, "label")}
    for noun, known, pattern in (
        ("rule", rules, ("rules", None, "after", None)),
        ("rule", rules, ("batches", "together", None, None)),
        ("rule", rules, ("priorities", "rules", None, "rule", None)),
        ("label", labels, ("priorities", "rules", None, "label", None)),
    ):
        for path, word in each(data, *pattern):
            if word not in known:
                yield path, f"no rule has the {'id' if noun == 'rule' else noun} {word!r}", near(word, known)


def _reserved(data: object) -> Iterator[Complaint]:
    for path, word in each(data, "gates", None, "id"):
        if word in set(BUILTIN_GATES):
            yield path, f"{word!r} is the name of a gate that always runs; choose another id", ""


def _no_such_gate(data: object) -> Iterator[Complaint]:
    known = [word for _, word in each(data, "gates", None, "id")]
    for path, word in each(data, "triggers", None, "gate"):
        if word not in known:
            yield path, f"there is no gate {word!r}", near(word, known) or f"gates: {', '.join(known) or 'none'}"


def _climbing(data: object) -> Iterator[Complaint]:
    for key in ("paths", "allow"):
        for path, glob in each(data, "rules", None, key, None):
            try:
                inside(glob)
            except ValueError as error:
                yield path, str(error), ""


def _misspelt_placeholders(data: object) -> Iterator[Complaint]:
    """A placeholder that is only nearly one would be handed to the command as it stands."""
    for pattern in (("gates", None, "run", None), ("run", "format", None, None)):
        for path, word in each(data, *pattern):
            for name in re.findall(r"\{[a-z_]+\}", word):
                suggestion = near(name, _PLACEHOLDERS)
                if name not in _PLACEHOLDERS and suggestion:
                    yield path, f"unknown placeholder {name}", suggestion

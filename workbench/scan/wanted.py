"""What the rules of a plan look for, as words and dotted names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from workbench.codemod.project import Project
from workbench.codemod.rule import Rule
from workbench.scan.prefilter import Needles

Rules = Sequence[Rule[Any]]

About = Callable[[str], frozenset[int]]
"""Tells which rules, by position, judge a module whatever its file holds."""

_RELATIVE = ("from .", "from..")


def dotted_names(rules: Iterable[Rule[Any]]) -> frozenset[str]:
    """Return every dotted name the rules declare: what must or may exist, and both ends of what moves."""
    named = {name for rule in rules for name in (*rule.targets(), *rule.mentions())}
    return frozenset(named | {name for rule in rules for move in rule.moves() for name in move})


def moves_of(rules: Iterable[Rule[Any]]) -> dict[str, str]:
    return {old: new for rule in rules for old, new in rule.moves()}


def needles_of(rules: Rules) -> Needles:
    """Return the words of all rules."""
    return Needles(frozenset(word for rule in rules for word in rule.needles()))


def about(rules: Rules) -> About:
    """Ask those rules that judge modules as such; most kinds do not, and are not asked for every file."""
    asked = [(number, rule) for number, rule in enumerate(rules) if type(rule).is_about is not Rule.is_about]
    return lambda module: frozenset(number for number, rule in asked if rule.is_about(module))


def aliases_of(words: frozenset[str], project: Project, rules: Rules) -> Mapping[str, frozenset[str]]:
    """Return the words, none of `words`, under which modules of the tree import the rules' names on to others.

    Such a word may be as common as `np`. It counts only in a file that also names the module it comes from, or that
    imports from a package around it by a relative import: those texts are what it is mapped to.
    """
    aliases: dict[str, set[str]] = defaultdict(set)
    for name in dotted_names(rules):
        for spelling in project.spellings(name):
            holder, _, word = spelling.rpartition(".")
            if holder and word not in words:
                facts = project.facts.get(holder)
                aliases[word].add(holder.rpartition(".")[2])
                aliases[word].update(_RELATIVE if facts is not None and facts.is_package else ())
    return {word: frozenset(beside) for word, beside in aliases.items()}


def words_of(rules: Rules, project: Project) -> Mapping[str, frozenset[int]]:
    """Return the rules, by position, that a word in a file may give something to find."""
    found: dict[str, set[int]] = defaultdict(set)
    for number, rule in enumerate(rules):
        names = dotted_names((rule,))
        for word in rule.needles().union(*(project.words(name) for name in names)):
            found[word].add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}

"""Contradictions between one plan and the others of a repository, which nobody reads side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.codemod.rule import Rule
from workbench.planning.contradictions import Clash, clashes
from workbench.planning.problems import near_line
from workbench.planning.spec import PlanSpec


@dataclass(frozen=True, slots=True)
class Side:
    """A plan, the path it is called by, and its rules."""

    path: str
    spec: PlanSpec
    rules: tuple[Rule[Any], ...]

    def name(self, rule: Rule[Any]) -> str:
        """Name a rule with its plan and its line there."""
        return f"{rule.id!r} ({self.path}, line {near_line(f'rules[{rule.id}]', self.spec.lines)})"


@dataclass(frozen=True, slots=True)
class Between:
    """A contradiction of two plans: the sentence, and the rules of each that take part."""

    clash: Clash
    told: str
    ours: tuple[Rule[Any], ...]
    theirs: tuple[Rule[Any], ...]


def between(ours: Side, theirs: Side) -> tuple[Between, ...]:
    """Return the contradictions of our plan and another, each with the plans, rules and lines named."""

    def name(rule: Rule[Any]) -> str:
        return (ours if rule in ours.rules else theirs).name(rule)

    found = _across(ours.rules, theirs.rules)
    return tuple(
        Between(
            one,
            one.told(name),
            tuple(rule for rule in one.rules if rule in ours.rules),
            tuple(rule for rule in one.rules if rule in theirs.rules),
        )
        for one in found
    )


def _across(ours: Sequence[Rule[Any]], theirs: Sequence[Rule[Any]]) -> tuple[Clash, ...]:
    """Return the contradictions that no plan has by itself."""
    every = clashes([*ours, *theirs])
    return tuple(one for one in every if any(r in ours for r in one.rules) and any(r in theirs for r in one.rules))

"""In which order rules apply: the declared one, never the accident of the file, which only breaks ties."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from workbench.codemod.registry import kinds
from workbench.codemod.rule import Parameters, Rule
from workbench.model.errors import UsageError
from workbench.planning.spec import PlanSpec

Group = tuple[str, ...]
"""Ids of rules that land together; most groups have one member."""


class OrderError(UsageError):
    """The declared order cannot be kept: each of `groups` waits for the next, the last for the first."""

    code = "plan-file"

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = tuple(groups)
        names = [" together with ".join(repr(one) for one in group) for group in (*groups, groups[0])]
        super().__init__(
            f"the order of rules runs in a circle: {', which comes after '.join(names)}",
            hint="take one `after` out",
        )


def rules_of(spec: PlanSpec) -> tuple[Rule[Any], ...]:
    """Return the rules in the order they apply; those that land together follow one another. Raises OrderError."""
    parameters = {one.id: one for one in spec.rules}
    groups = ordered(spec.rules, spec.batches.together)
    return tuple(make_rule(parameters[one]) for group in groups for one in group)


def make_rule(parameters: Parameters) -> Rule[Any]:
    return kinds()[parameters.kind](parameters)


def ordered(rules: Sequence[Parameters], together: Iterable[Group] = ()) -> tuple[Group, ...]:
    """Return the groups of rules in an order that keeps every `after`; file order breaks ties. Raises OrderError.

    Ids that no rule has are passed over: they are a problem of their own.
    """
    rank = {rule.id: number for number, rule in enumerate(rules)}
    home = {
        one: tuple(sorted(filter(rank.__contains__, group), key=rank.__getitem__))
        for group in together
        for one in group
    }
    group_of = {one: home.get(one, (one,)) for one in rank}
    inner: dict[Group, set[Group]] = {(one,): set() for one in rank}
    outer: dict[Group, set[Group]] = {group: set() for group in group_of.values()}
    for rule in rules:
        for before in filter(rank.__contains__, rule.after):
            if group_of[before] == group_of[rule.id]:
                inner[(rule.id,)].add((before,))
            else:
                outer[group_of[rule.id]].add(group_of[before])
    within = {group[0]: number for number, group in enumerate(_sorted(inner, rank))}
    return tuple(tuple(sorted(group, key=within.__getitem__)) for group in _sorted(outer, rank))


def circles(rules: Sequence[Parameters], together: Sequence[Group] = ()) -> Iterator[OrderError]:
    """Yield every circle in the declared order, each once."""
    rest = list(rules)
    while True:
        try:
            ordered(rest, together)
        except OrderError as circle:
            yield circle
            named = {one for group in circle.groups for one in group}
            rest = [rule for rule in rest if rule.id not in named]
        else:
            return


def _sorted(after: Mapping[Group, Iterable[Group]], rank: Mapping[str, int]) -> list[Group]:
    """Sort topologically, always taking the group that stands first in the file among those that may come."""
    sorter = TopologicalSorter(after)
    try:
        sorter.prepare()
    except CycleError as error:
        raise OrderError(list(reversed(error.args[1]))[:-1]) from None
    result: list[Group] = []
    ready: list[tuple[int, Group]] = []
    while sorter.is_active():
        for group in sorter.get_ready():
            heapq.heappush(ready, (rank[group[0]], group))
        result.append(heapq.heappop(ready)[1])
        sorter.done(result[-1])
    return result

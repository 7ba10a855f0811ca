"""Finds which units of a red batch are guilty: a pure search over a red-or-green oracle.

What others do: `git bisect` finds one culprit in a line of commits; bors halves a batch and re-queues
the halves; ddmin finds one smallest failing set. Here the search keeps everything it has proven green,
so each further culprit costs about log2(n) judgings, units that only fail together are named as one
set, and nothing is called guilty that is not red with it and green without it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

Red = Callable[[frozenset[T]], bool]

# Above this many guilty sets the pairs are not tried together again: it would cost more than it can save.
_READMIT_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class Isolation(Generic[T]):
    """`good` is green together; each of `guilty` is a smallest set that is red on top of what is good."""

    good: tuple[T, ...]
    guilty: tuple[tuple[T, ...], ...]


def isolate(units: Sequence[T], red: Red[T]) -> Isolation[T]:
    """Split `units`, red together and green when none is applied, into good and guilty.

    `red` judges exactly the units it is given; it should remember its answers, for some sets are asked
    about twice.
    """
    good: list[T] = []
    rest = list(units)
    guilty: list[tuple[T, ...]] = []
    while rest and red(frozenset((*good, *rest))):
        at = _first_red(good, rest, red)
        culprit, before, rest = rest[at], rest[:at], rest[at + 1 :]
        good += before
        partners = _partners(culprit, good, red)
        guilty.append((*partners, culprit))
        if partners:
            good = [unit for unit in good if unit not in partners]
            if red(frozenset(good)):
                # What is left leaned on a partner: nothing is proven of it any more.
                good, rest = [], good + rest
    good += rest
    good, guilty = _readmit(good, guilty, red)
    return Isolation(tuple(unit for unit in units if unit in good), tuple(guilty))


def _first_red(good: Sequence[T], rest: Sequence[T], red: Red[T]) -> int:
    """Return the least index whose unit turns the green prefix red, by bisection."""
    low, high = 0, len(rest)
    while high - low > 1:
        middle = (low + high) // 2
        if red(frozenset((*good, *rest[:middle]))):
            high = middle
        else:
            low = middle
    return low


def _partners(culprit: T, good: Sequence[T], red: Red[T]) -> tuple[T, ...]:
    """Return the fewest of `good` that the culprit needs to be red; none when it is red alone."""
    if not good or red(frozenset((culprit,))):
        return ()
    needed = list(good)
    size = max(1, len(needed) // 2)
    while True:
        shrunk = next(
            (
                left
                for start in range(0, len(needed), size)
                if red(frozenset((culprit, *(left := needed[:start] + needed[start + size :]))))
            ),
            None,
        )
        if shrunk is not None:
            needed = shrunk
        elif size == 1:
            return tuple(needed)
        size = max(1, min(size, len(needed)) // (1 if shrunk is not None else 2))


def _readmit(good: list[T], guilty: list[tuple[T, ...]], red: Red[T]) -> tuple[list[T], list[tuple[T, ...]]]:
    """Let guilty sets back in that are only red apart (a definition and its caller, say)."""
    if not 2 <= len(guilty) <= _READMIT_AT_MOST:
        return good, guilty
    for size in range(len(guilty) - 1, 1, -1):
        for chosen in combinations(guilty, size):
            together = [*good, *(unit for group in chosen for unit in group)]
            if not red(frozenset(together)):
                return together, [group for group in guilty if group not in chosen]
    return good, guilty

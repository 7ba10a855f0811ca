"""Finds which units of a red batch are guilty: a pure search over a red-or-green oracle.

What others do: `git bisect` finds one culprit in a line of commits; bors halves a batch and re-queues
the halves; ddmin finds one smallest failing set. Here the evidence is asked first: where the units it names are
all that is wrong, three judgings say so. Else the search keeps everything it has proven green, takes the rest in
by groups as large as the guilty found so far let hope for, so that each further culprit costs about log2(n/k)
judgings and two; units that only fail together are named as one set, and nothing is called guilty that is not red
with it and green without it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
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


def isolate(units: Sequence[T], red: Red[T], suspects: Collection[T] = ()) -> Isolation[T]:
    """Split `units`, red together and green when none is applied, into good and guilty.

    `suspects` are those the evidence names: if all the others are green without them, only they are searched.
    `red` judges exactly the units it is given; it should remember its answers, for some sets are asked
    about twice.
    """
    search = _Search(list(units), red)
    named = [unit for unit in units if unit in suspects]
    others = [unit for unit in units if unit not in suspects]
    if named and others and not red(frozenset(others)):
        search.good, search.rest = others, named
    search.run()
    good, guilty = _readmit(search.good, search.guilty, red)
    return Isolation(tuple(unit for unit in units if unit in good), tuple(guilty))


@dataclass(slots=True)
class _Search(Generic[T]):
    """What is proven green together, what is not known yet, and what was found guilty."""

    rest: list[T]
    red: Red[T]
    good: list[T] = field(default_factory=list)
    guilty: list[tuple[T, ...]] = field(default_factory=list)

    def run(self) -> None:
        """Take groups of the rest in, as large as the guilty found so far let hope to be green; search the red ones."""
        units = len(self.rest) + len(self.good)
        size = len(self.rest)
        while self.rest:
            group = min(size, len(self.rest))
            if self.red(frozenset((*self.good, *self.rest[:group]))):
                self._convict(group)
                known = units - len(self.rest)
                size = max(1, known // len(self.guilty)) if len(self.guilty) > 1 else len(self.rest)
            else:
                self.good, self.rest = self.good + self.rest[:group], self.rest[group:]
                size *= 4

    def _convict(self, group: int) -> None:
        """Find the first unit that turns the green ones red, among a group that does, and those it does that with."""
        at = self._first_red(group)
        culprit = self.rest[at]
        self.good, self.rest = self.good + self.rest[:at], self.rest[at + 1 :]
        partners = _partners(culprit, self.good, self.red)
        self.guilty.append((*partners, culprit))
        if partners:
            self.good = [unit for unit in self.good if unit not in partners]
            if self.red(frozenset(self.good)):
                # What is left leaned on a partner: nothing is proven of it any more.
                self.good, self.rest = [], self.good + self.rest

    def _first_red(self, high: int) -> int:
        """Return the least index whose unit turns the green prefix red, by bisection."""
        low = 0
        while high - low > 1:
            middle = (low + high) // 2
            if self.red(frozenset((*self.good, *self.rest[:middle]))):
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

"""Finds which units of a red batch are guilty: a pure search over a red-or-green oracle.

What others do: `git bisect` finds one culprit in a line of commits; bors halves a batch and re-queues
the halves; ddmin finds one smallest failing set. Here the evidence is asked first: where the units it names are
all that is wrong, a judging for each says so. Else groups are judged by themselves, as large as what was found so far
lets hope to be green; a red one is halved down to a unit that is red alone. Then all that was green in parts is judged
together; units that only fail together are named as one set, and nothing is called guilty that is not red
with it and green without it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Generic, TypeVar

from workbench.engine.odds import Odds

T = TypeVar("T", bound=Hashable)

Red = Callable[[frozenset[T]], bool]
Tests = Callable[[frozenset[T]], Collection[str]]

# Above this many doubtful sets their pairs are not tried together: it would cost more than it can save.
_TOGETHER_AT_MOST = 4
# From this chance on, all that is left is judged together with what was green: most often that is the last judging.
_REST_AT_ONCE = 0.37


@dataclass(frozen=True, slots=True)
class Isolation(Generic[T]):
    """`good` is green together; each of `guilty` a smallest set that is red by itself, and on what is good."""

    good: tuple[T, ...]
    guilty: tuple[tuple[T, ...], ...]


def nameless(_units: frozenset[T]) -> Collection[str]:
    """Say of a red that it names no tests."""
    return ()


def isolate(units: Sequence[T], red: Red[T], suspects: Collection[T] = (), tests: Tests[T] = nameless) -> Isolation[T]:
    """Split `units`, red together and green when none is applied, into good and guilty.

    `suspects` are those the evidence names: if all the others are green without them, only they are searched.
    `red` judges exactly the units it is given; it should remember its answers, for some sets are asked
    about twice. `tests` names the tests that convict a set which `red` was asked about.
    """
    search = _Search(list(units), red, Odds.of(len(units)))
    named = [unit for unit in units if unit in suspects]
    others = [unit for unit in units if unit not in suspects]
    if named and others and not red(frozenset(others)):
        search.passed, search.rest = others, named
        search.odds = Odds(1, 1)
    elif units and red(frozenset(units)):
        search.search(search.take(len(units)), alone=True)
    search.run()
    good, guilty = _let_in(search.passed, search.guilty, red, _in_doubt(units, search.guilty, tests))
    return Isolation(tuple(one for one in units if one in good), tuple(_sorted(units, one) for one in guilty))


def _sorted(units: Sequence[T], some: Collection[T]) -> tuple[T, ...]:
    return tuple(unit for unit in units if unit in some)


@dataclass(slots=True)
class _Search(Generic[T]):
    """What is not known yet, what was green in parts, and what was found guilty."""

    rest: list[T]
    red: Red[T]
    odds: Odds
    passed: list[T] = field(default_factory=list)
    guilty: list[tuple[T, ...]] = field(default_factory=list)

    def run(self) -> None:
        """Judge group by group, until all that is left is green together; it is in `passed` then."""
        while True:
            if not self.rest or self.odds.green(len(self.rest)) >= _REST_AT_ONCE:
                if not self._red([*self.passed, *self.rest]):
                    self.passed += self.rest
                    return
                self.search(self.take(len(self.rest)), alone=False)
                continue
            group = self.take(self.odds.group(len(self.rest)))
            if self._red(group):
                self.search(group, alone=True)
            else:
                self._pass(group)

    def take(self, count: int) -> list[T]:
        """Take the first units out of the rest."""
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def search(self, span: list[T], *, alone: bool) -> None:
        """Find who makes `span` red: by itself if `alone` says so, else perhaps only with all that has passed."""
        first = len(self.passed) if alone else 0
        while len(span) > 1:
            size = self.odds.part(len(span))
            part, left = span[:size], span[size:]
            if self._red(part):
                span, alone, self.rest = part, True, left + self.rest
            else:
                self._pass(part)
                span, alone = left, False
        if span and (alone or self._red(span)):
            self.guilty.append((span[0],))
            self.odds.guilty += 1
        else:
            self._pass(span)
            self._together(self.passed[first:])

    def _together(self, units: list[T]) -> None:
        """Find units that are red only together, among some that were green in parts, if these still are red."""
        if not self._red(units):
            return
        at = self._first_red([], units)
        found, left = [units[at]], units[:at]
        while not self._red(found):
            at = self._first_red(found, left)
            found, left = [*found, left[at]], left[:at]
        self.guilty.append(tuple(found))
        self.passed = [unit for unit in self.passed if unit not in found]

    def _first_red(self, before: list[T], units: list[T]) -> int:
        """Return the index of a unit that turns those before it red; all of `units` are red, and none is green."""
        low, high = 0, len(units)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._red([*before, *units[:middle]]) else (middle, high)
        return low

    def _pass(self, units: list[T]) -> None:
        self.passed += units
        self.odds.good += len(units)

    def _red(self, units: list[T]) -> bool:
        return self.red(frozenset(units))


def _in_doubt(units: Sequence[T], guilty: Sequence[tuple[T, ...]], tests: Tests[T]) -> list[tuple[T, ...]]:
    """Return the guilty that may be red only because something they need is not with them.

    Of the others a test tells: one that no other guilty set turns red, and that is red too when all is applied.
    """
    if len(guilty) == 1:
        return []  # on top of all that is good it is the whole, which was red
    whole = set(tests(frozenset(units)))
    told = [set(tests(frozenset(one))) for one in guilty]
    others = [set().union(*told[:at], *told[at + 1 :]) for at in range(len(told))]
    return [one for one, own, rest in zip(guilty, told, others, strict=True) if not (own & whole) - rest]


def _let_in(
    good: list[T], guilty: list[tuple[T, ...]], red: Red[T], doubtful: list[tuple[T, ...]]
) -> tuple[list[T], list[tuple[T, ...]]]:
    """Let doubtful sets back in that are green on top of what is good: together, one by one, or a few of them."""
    if doubtful and len(doubtful) < len(guilty) and not red(_joined(good, doubtful)):
        return [*_joined(good, doubtful)], [one for one in guilty if one not in doubtful]
    for one in list(doubtful):
        if not red(_joined(good, [one])):
            good, guilty = [*good, *one], [other for other in guilty if other != one]
            doubtful.remove(one)
    sizes = range(min(len(doubtful), len(guilty) - 1), 1, -1) if len(doubtful) <= _TOGETHER_AT_MOST else ()
    for size in sizes:
        for chosen in combinations(doubtful, size):
            if not red(_joined(good, chosen)):
                return [*_joined(good, chosen)], [one for one in guilty if one not in chosen]
    return good, guilty


def _joined(good: Sequence[T], sets: Collection[tuple[T, ...]]) -> frozenset[T]:
    return frozenset((*good, *(unit for one in sets for unit in one)))

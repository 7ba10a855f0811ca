"""Says what the search for the guilty will probably ask next, by carrying it out on answers that nobody gave yet. Pure.

The search knows nothing of this. It is deterministic, so it can be begun again on all that is known and a guess; where
it then asks something new, that is what it will ask if the guess is right.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any, Generic, TypeVar

from workbench.engine.isolate import Isolation, Red, Tests, isolate

T = TypeVar("T", bound=Hashable)

# The chance of what follows from other answers: more than a red set is red, less than a green one is green. But for
# units that need one another.
_SURE = 0.95
# The chance of green where nothing follows: groups are chosen so that red and green are about as likely.
_GREEN = 0.5
_LOOKS = 4
"""How many guesses are followed for each question that is wanted."""


@dataclass(slots=True)
class Foresight(Generic[T]):
    """A search that tells, with each question, up to `room` others that will probably come next, likeliest first."""

    units: Sequence[T]
    red: Red[T]
    suspects: Collection[T]
    tests: Tests[T]
    tell: Callable[[frozenset[T] | None, Sequence[frozenset[T]]], None]
    room: int
    known: dict[frozenset[T], bool] = field(default_factory=dict)

    def isolate(self) -> Isolation[T]:
        """Split the units as `isolate` does."""
        found = isolate(self.units, self._asked, self.suspects, self.tests)
        if self.room:
            self.tell(None, ())
        return found

    def look(self, asked: frozenset[T] | None = None) -> None:
        """Tell what will probably be asked next, while `asked` is being answered."""
        if self.room:
            self.tell(asked, self.likely(asked))

    def likely(self, asked: frozenset[T] | None = None) -> list[frozenset[T]]:
        """Return up to `room` questions, those first that will most probably be asked after `asked`."""
        chances: dict[frozenset[T], float] = {}
        order = count()
        guesses: list[tuple[float, int, dict[frozenset[T], bool]]] = []

        def guess(chance: float, answers: Mapping[frozenset[T], bool], question: frozenset[T]) -> None:
            green = self._green(question, answers)
            heappush(guesses, (-chance * green, next(order), {**answers, question: False}))
            heappush(guesses, (-chance * (1 - green), next(order), {**answers, question: True}))

        if asked is None:
            heappush(guesses, (-1.0, next(order), {}))
        else:
            guess(1.0, {}, asked)
        for _ in range(_LOOKS * self.room):
            if not guesses:
                break
            chance, _, answers = heappop(guesses)
            question = self._next(answers)
            if question is not None:
                chances[question] = chances.get(question, 0.0) - chance
                guess(-chance, answers, question)
        return sorted(chances, key=lambda one: -chances[one])[: self.room]

    def _asked(self, applied: frozenset[T]) -> bool:
        if applied not in self.known:
            if applied:
                self.look(applied)
            self.known[applied] = self.red(applied)
        return self.known[applied]

    def _next(self, guessed: Mapping[frozenset[T], bool]) -> frozenset[T] | None:
        """Return what the search would ask if the guesses are right; None if it would end, or is not known."""

        def red(applied: frozenset[T]) -> bool:
            if not applied:
                return False
            if applied not in self.known and applied not in guessed:
                raise _AsksError(applied)
            return self.known[applied] if applied in self.known else guessed[applied]

        def tests(applied: frozenset[T]) -> Collection[str]:
            if applied in guessed:
                raise _AsksError(None)
            return self.tests(applied)

        try:
            isolate(self.units, red, self.suspects, tests)
        except _AsksError as asked:
            return asked.question
        return None

    def _green(self, question: frozenset[T], guessed: Mapping[frozenset[T], bool]) -> float:
        answers = [*self.known.items(), *guessed.items()]
        if any(is_red and one <= question for one, is_red in answers):
            return 1 - _SURE
        return _SURE if any(not is_red and question <= one for one, is_red in answers) else _GREEN


class _AsksError(Exception):
    """The search asks what is not known; never leaves this module. None: what it asks cannot be guessed."""

    def __init__(self, question: frozenset[Any] | None) -> None:
        self.question = question

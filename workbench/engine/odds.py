"""What the search for the guilty hopes for: the chance that units are innocent, by what it has found so far. Pure.

Few units of a batch are guilty, but nobody knows how few. Their share is taken for a draw from a Beta distribution,
which every unit that is found out moves; what is asked next is what is about as likely to be green as red.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, lgamma

# Up to this many are small: a small part is asked first, as what is red by itself needs no further proof.
_SMALL = 5
_HALF, _SMALL_PART, _LARGE_GROUP = 0.5, 0.36, 0.48


@dataclass(slots=True)
class Odds:
    """`guilty` and `good` are how many units were found out, and with them what is expected beforehand."""

    guilty: float
    good: float

    @classmethod
    def of(cls, units: int) -> Odds:
        """Return what is expected of a red batch: one guilty unit, or a few; tuned on the benchmark."""
        return cls(0.15, 5.5 + units / 100)

    def green(self, units: int) -> float:
        """Return the chance that so many more units are all innocent."""
        both = self.guilty + self.good
        return exp(lgamma(self.good + units) - lgamma(both + units) - lgamma(self.good) + lgamma(both))

    def group(self, units: int) -> int:
        """Return how many of `units` to ask about together."""
        size = _nearest(units, self.green, _HALF)
        return size if size <= _SMALL else _nearest(units, self.green, _LARGE_GROUP)

    def part(self, units: int) -> int:
        """Return how many of the first of `units`, two or more that are red together, to ask about next."""
        red = (_SMALL_PART if units <= _SMALL else _HALF) * (1 - self.green(units))
        return _nearest(units - 1, self.green, 1 - red)


def _nearest(most: int, falling: Callable[[int], float], aim: float) -> int:
    """Return the number from 1 to `most` at which a falling function comes nearest to `aim`."""
    low, high = 1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if falling(middle) > aim else (low, middle)
    return min(low, high, key=lambda size: abs(falling(size) - aim))

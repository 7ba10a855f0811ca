"""Pass rates as exact fractions: 16 of 18 is not 90 %, however it is rounded."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from workbench.model.gate import TestCounts


def meets(target: Fraction, counts: TestCounts) -> bool | None:
    """Say whether the tests that ran reach the pass rate `target` (0 to 1); None if none ran."""
    return Fraction(counts.passed, counts.ran) >= target if counts.ran else None


def required(target: Fraction, ran: int) -> int:
    """Return how many of `ran` tests must pass to reach `target`."""
    return ceil(target * ran)

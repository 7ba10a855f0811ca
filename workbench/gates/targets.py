"""Pass rates as exact fractions: 16 of 18 is not 90 %, however it is rounded."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import ceil

from workbench.model.gate import TestCounts
from workbench.planning.spec import GateSpec


def meets(target: Fraction, counts: TestCounts) -> bool | None:
    """Say whether the tests that ran reach the pass rate `target` (0 to 1); None if none ran."""
    return Fraction(counts.passed, counts.ran) >= target if counts.ran else None


def required(target: Fraction, ran: int) -> int:
    """Return how many of `ran` tests must pass to reach `target`."""
    return ceil(target * ran)


def stricter(gate: GateSpec, gates: Iterable[GateSpec]) -> str:
    """Return the id of the gate that asks the highest pass rate of the same command; "" if none asks more than this."""
    asked = {
        one.id: one.target
        for one in gates
        if one.target is not None and gate.target is not None and one.target > gate.target and _what(one) == _what(gate)
    }
    return max(asked, key=lambda name: asked[name]) if asked else ""


def _what(gate: GateSpec) -> tuple[object, ...]:
    return gate.run, gate.cwd, gate.env, gate.shell, gate.external

"""Exact pass rates."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from making import gate

from workbench.gates.targets import meets, required, stricter
from workbench.model.gate import TestCounts


def test_sixteen_of_eighteen_are_not_ninety_percent() -> None:
    assert meets(Fraction(9, 10), TestCounts(passed=16, failed=2)) is False
    assert required(Fraction(9, 10), 18) == 17
    assert meets(Fraction(9, 10), TestCounts(passed=17, error=1, skipped=5)) is True


def test_nothing_that_ran_reaches_nothing_and_misses_nothing() -> None:
    assert meets(Fraction(1, 2), TestCounts(skipped=3)) is None


@given(st.fractions(0, 1), st.integers(0, 50), st.integers(0, 50))
def test_required_is_exactly_where_meets_turns(target: Fraction, passed: int, failed: int) -> None:
    counts = TestCounts(passed=passed, failed=failed)
    if counts.ran:
        assert meets(target, counts) is (passed >= required(target, counts.ran))


def test_the_stricter_of_two_gates_on_one_command_is_named() -> None:
    asked = [gate(id=f"of-{n}", target=f"{n}%") for n in (90, 95, 100)]
    other = gate("{python}", "other.py", "{junit}", id="other", target="99%")
    assert [stricter(one, [other, *asked]) for one in [*asked, other]] == ["of-100", "of-100", "", ""]
    assert stricter(gate(id="none"), asked) == ""

"""The search for the guilty, held against what brute force finds and against its own cost."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.isolate import isolate


class Oracle:
    """Red iff any of the bad sets is wholly applied; counts distinct judgings."""

    def __init__(self, *bad: tuple[int, ...]):
        self.bad = [frozenset(one) for one in bad]
        self.asked: set[frozenset[int]] = set()

    def __call__(self, applied: frozenset[int]) -> bool:
        self.asked.add(applied)
        return any(one <= applied for one in self.bad)


@given(st.integers(1, 40), st.sets(st.integers(0, 39), min_size=1, max_size=6))
def test_independent_culprits_are_named_exactly(n, wanted):
    bad = {one for one in wanted if one < n} or {0}
    oracle = Oracle(*((one,) for one in bad))
    found = isolate(range(n), oracle)
    assert {unit for group in found.guilty for unit in group} == bad
    assert set(found.good) == set(range(n)) - bad


@given(st.data())
def test_the_result_equals_brute_force_for_small_batches(data):
    n = data.draw(st.integers(2, 7))
    sets = st.sets(st.integers(0, n - 1), min_size=1, max_size=3)
    bad = [tuple(sorted(one)) for one in data.draw(st.lists(sets, min_size=1, max_size=3))]
    minimal = {frozenset(a) for a in bad if not any(set(b) < set(a) for b in bad)}
    oracle = Oracle(*bad)
    found = isolate(range(n), oracle)
    assert not oracle(frozenset(found.good))
    for group in found.guilty:
        assert oracle(frozenset((*found.good, *group))), "red with it"
        if not any(one <= frozenset(group) for one in minimal):
            pytest.fail(f"{group} holds no failing set of {minimal}")
    # Independent failing sets are found to the last unit.
    if all(not (a & b) for a, b in combinations(minimal, 2)):
        assert {frozenset(group) for group in found.guilty} == minimal


def test_units_that_fail_only_together_are_one_set():
    found = isolate(range(10), Oracle((2, 7)))
    assert found.guilty == ((2, 7),)
    assert found.good == (0, 1, 3, 4, 5, 6, 8, 9)


def test_units_that_need_one_another_are_let_back_in():
    def red(applied: frozenset[str]) -> bool:
        return "bad" in applied or ("definition" in applied) != ("caller" in applied)

    found = isolate(["definition", "caller", "bad"], red)
    assert found.guilty == (("bad",),)
    assert set(found.good) == {"definition", "caller"}


def test_a_green_batch_has_no_guilty():
    assert isolate(range(5), Oracle()).guilty == ()


@pytest.mark.parametrize(("n", "k"), [(50, 1), (200, 1), (1000, 1), (1000, 5)])
def test_the_cost_stays_near_the_information_bound(n, k):
    bad = [(n * (2 * i + 1) // (2 * k),) for i in range(k)]
    oracle = Oracle(*bad)
    isolate(range(n), oracle)
    bound = math.log2(math.comb(n, k))
    assert len(oracle.asked) <= 1.25 * bound + 2 * k + 2

"""The search for the guilty, held against what brute force finds and against its own cost."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.isolation import runs
from workbench.engine.isolate import isolate, nameless


class Oracle:
    """Red iff any of the bad sets is wholly applied; counts distinct judgings."""

    def __init__(self, *bad: tuple[int, ...], names: Sequence[str] = ()):
        self.bad = [frozenset(one) for one in bad]
        self.names = [*names]
        self.asked: set[frozenset[int]] = set()

    def __call__(self, applied: frozenset[int]) -> bool:
        self.asked.add(applied)
        return any(one <= applied for one in self.bad)

    def tests(self, applied: frozenset[int]) -> set[str]:
        """Return the tests that are red, as far as they have names."""
        return {name for one, name in zip(self.bad, self.names, strict=True) if name and one <= applied}


@settings(deadline=None)
@given(st.integers(1, 40), st.sets(st.integers(0, 39), min_size=1, max_size=6))
def test_independent_culprits_are_named_exactly(n, wanted):
    bad = {one for one in wanted if one < n} or {0}
    oracle = Oracle(*((one,) for one in bad))
    found = isolate(range(n), oracle)
    assert {unit for group in found.guilty for unit in group} == bad
    assert set(found.good) == set(range(n)) - bad


@settings(deadline=None)
@given(st.data())
def test_the_result_equals_brute_force_for_small_batches(data):
    n = data.draw(st.integers(2, 8))
    sets = st.sets(st.integers(0, n - 1), min_size=1, max_size=3)
    bad = [tuple(sorted(one)) for one in data.draw(st.lists(sets, min_size=1, max_size=4))]
    names = data.draw(st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=len(bad), max_size=len(bad)))
    suspects = data.draw(st.sets(st.integers(0, n - 1)))
    oracle = Oracle(*bad, names=names)
    minimal = {frozenset(a) for a in bad if not any(set(b) < set(a) for b in bad)}
    found = isolate(range(n), oracle, suspects, oracle.tests)
    assert sorted([*found.good, *(unit for group in found.guilty for unit in group)]) == [*range(n)]
    assert not oracle(frozenset(found.good))
    for group in found.guilty:
        assert frozenset(group) in minimal, "red with it, green without any part of it"
    # Failing sets that share nothing are all found; of those that share a unit, one is enough to be rid of them.
    if all(not (a & b) for a, b in combinations(minimal, 2)):
        assert {frozenset(group) for group in found.guilty} == minimal


def test_units_that_fail_only_together_are_one_set():
    found = isolate(range(10), Oracle((2, 7)))
    assert found.guilty == ((2, 7),)
    assert found.good == (0, 1, 3, 4, 5, 6, 8, 9)


def test_a_unit_that_is_red_with_another_is_not_named_without_it():
    found = isolate(range(20), Oracle((4, 5, 16), (11,), names=["t", "t"]))
    assert set(found.guilty) == {(4, 5, 16), (11,)}


def needy(applied: frozenset[str]) -> list[str]:
    """Red: `bad`; a definition without its caller, or the other way round; a user without what it uses."""
    tests = ["bad"] if "bad" in applied else []
    tests += ["apart"] if ("definition" in applied) != ("caller" in applied) else []
    return tests + (["user"] if "user" in applied and "used" not in applied else [])


@pytest.mark.parametrize("tests", [needy, nameless])
def test_units_that_need_one_another_are_let_back_in(tests):
    units = ["user", "caller", "bad", "definition", "used"]
    found = isolate(units, lambda applied: bool(needy(applied)), (), tests)
    assert found.guilty == (("bad",),)
    assert set(found.good) == {"definition", "caller", "user", "used"}


def test_two_that_share_a_test_are_each_proven_on_what_is_good():
    oracle = Oracle((1,), (3,), names=["t", "t"])
    found = isolate(range(5), oracle, (), oracle.tests)
    assert found.guilty == ((1,), (3,))
    assert {frozenset((0, 2, 4, 1)), frozenset((0, 2, 4, 3))} <= oracle.asked


def test_a_green_batch_has_no_guilty():
    assert isolate(range(5), Oracle()).guilty == ()


@pytest.mark.parametrize(("n", "k"), [(50, 1), (50, 2), (50, 5), (50, 10), (200, 1), (200, 10)])
def test_the_cost_stays_within_the_goal(n, k):
    limit = 1.25 * math.log2(math.comb(n, k)) + 2
    assert statistics.mean(runs(n, k, seeds=range(60))) <= 1.02 * limit


def test_what_the_evidence_names_costs_a_judging_each():
    assert set(runs(200, 1, named=True, seeds=range(5))) == {3}
    assert set(runs(200, 5, named=True, seeds=range(5))) == {6}

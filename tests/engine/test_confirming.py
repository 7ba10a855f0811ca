"""When a red is believed: stories of one tree judged several times, and the figures they add up to."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from workbench.engine.confirming import decide, undecided
from workbench.model.gate import GateReport, Judgement, Level, Outcome, Verdict
from workbench.planning.spec import GateSpec

PASS, FAIL, ERROR, TIMEOUT = Verdict.PASS, Verdict.FAIL, Verdict.ERROR, Verdict.TIMEOUT


def gate(**keys: object) -> GateSpec:
    return GateSpec.model_validate({"id": "unit", "level": "tests", "run": ["check"], **keys})


def said(verdict: Verdict, *tests: str, ran: tuple[str, ...] = ()) -> Judgement:
    report = GateReport("unit", Level.TESTS, verdict, 1.0, tests=dict.fromkeys(ran, Outcome.PASSED) or None)
    return Judgement(report, verdict, str(verdict), convicting=tests)


def tried(
    next_one: Callable[[], Judgement], spec: GateSpec, after: Judgement | None = None
) -> tuple[Judgement, list[Judgement]]:
    seen = [next_one()]
    while undecided(seen, after, spec):
        seen.append(next_one())
    return decide(seen, spec), seen


@pytest.mark.parametrize(
    ("story", "runs", "verdict", "convicting", "flaky"),
    [
        pytest.param([said(PASS)], 1, PASS, (), (), id="a green is believed"),
        pytest.param([said(FAIL, "a")] * 2, 2, FAIL, ("a",), (), id="a red that repeats"),
        pytest.param([said(FAIL, "a", "b"), said(FAIL, "a")], 2, FAIL, ("a", "b"), (), id="a test in common"),
        pytest.param([said(FAIL)] * 2, 2, FAIL, (), (), id="an exit code that repeats"),
        pytest.param([said(TIMEOUT)] * 2, 2, FAIL, (), (), id="twice not finished"),
        pytest.param([said(FAIL, "a")] + [said(PASS)] * 4, 5, PASS, (), ("a",), id="once of five"),
        pytest.param([said(FAIL, "a"), said(PASS)] + [said(FAIL, "a")] * 3, 5, FAIL, ("a",), ("a",), id="four of five"),
        pytest.param(
            [said(FAIL, "a"), said(FAIL, "b"), said(FAIL, "c"), said(PASS), said(PASS)],
            5,
            PASS,
            (),
            ("a", "b", "c"),
            id="red in most, but no test is",
        ),
        pytest.param(
            [said(FAIL, name) for name in "abcde"], 5, FAIL, ("a",), tuple("abcde"), id="never green: it stays out"
        ),
        pytest.param([said(ERROR), *[said(PASS)] * 4], 5, PASS, (), (), id="once not finished"),
    ],
)
def test_what_is_seen_decides(story, runs, verdict, convicting, flaky):
    decided, seen = tried(iter(story).__next__, gate())
    assert (len(seen), decided.verdict, decided.convicting, decided.flaky) == (runs, verdict, convicting, flaky)


@pytest.mark.parametrize("order", [1, -1])
def test_a_test_that_was_red_only_once_is_not_confirmed_by_another(order):
    story = [said(FAIL, "a", "b", ran=("a", "b")), said(FAIL, "a", ran=("a", "b"))]
    decided, _ = tried(iter(story[::order]).__next__, gate())
    assert (decided.verdict, decided.convicting, decided.flaky) == (FAIL, ("a",), ("b",))
    assert "b red in 1 of 2 runs" in decided.reason


def test_the_red_of_a_set_that_was_confirmed_needs_no_second_look():
    decided, seen = tried(iter([said(FAIL, "a")]).__next__, gate(), after=said(FAIL, "a", "b"))
    assert (len(seen), decided.verdict) == (1, FAIL)
    _, seen = tried(iter([said(FAIL, "c")] * 2).__next__, gate(), after=said(FAIL, "a", "b"))
    assert len(seen) == 2


@pytest.mark.parametrize("spec", [gate(repeat=20), gate(flaky="red")], ids=["repeat", "flaky = red"])
def test_one_red_is_enough_for_who_asks_for_consistency(spec):
    decided, seen = tried(iter([said(FAIL, "a")]).__next__, spec)
    assert (len(seen), decided.verdict) == (1, FAIL)


def test_what_did_not_finish_is_asked_again_even_then():
    story = [said(ERROR), said(PASS), said(PASS), said(PASS), said(PASS)]
    assert tried(iter(story).__next__, gate(repeat=20))[0].verdict is PASS
    assert tried(iter([said(ERROR), said(FAIL, "a")]).__next__, gate(flaky="red"))[0].verdict is FAIL


def test_a_suite_that_is_red_by_chance_once_in_twenty_runs_blames_at_most_one_batch_in_two_hundred():
    chance = random.Random(1812)
    tests = [f"t{number}" for number in range(40)]

    def judged() -> Judgement:
        reds = [test for test in tests if chance.random() < 1 - 0.95 ** (1 / len(tests))]
        return said(FAIL, *reds) if reds else said(PASS)

    blamed = sum(tried(judged, gate())[0].verdict is FAIL for _ in range(10_000))
    assert blamed <= 50


@pytest.mark.parametrize("often", [0.2, 0.5])
def test_runs_that_differ_are_shown_and_the_majority_decides(often):
    chance = random.Random(1812)
    for _ in range(300):
        decided, seen = tried(lambda: said(FAIL, "a") if chance.random() < often else said(PASS), gate())
        reds = sum(one.verdict is FAIL for one in seen)
        assert (decided.verdict is FAIL) == (2 * reds > len(seen))
        assert (decided.flaky == ("a",)) == (0 < reds < len(seen))

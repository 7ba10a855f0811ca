"""What convicts: properties over all reports, then the stories the rules were made for."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import gate

from workbench.gates.judge import is_vacuous, judge
from workbench.model.gate import GateReport, Judgement, Level, Outcome, Verdict
from workbench.planning.spec import GateSpec

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED
RED = (F, E)
TESTS = gate()
BY_CODE = gate("make", "check")


def ran(tests: Mapping[str, Outcome] | None = None, *, code: int | None = None, **keys: object) -> GateReport:
    """Report what a runner that keeps to pytest's exit codes would say of these tests."""
    red = any(one in RED for one in (tests or {}).values())
    if code is None:
        code = (1 if red else 0) if tests is None or set(tests.values()) - {S} else 5
    fields: dict[str, object] = {
        "verdict": Verdict.FAIL if code or red else Verdict.PASS,
        "reason": "red" if code or red else "",
    }
    fields |= keys
    return GateReport("unit", Level.TESTS, seconds=1.0, exit_code=code, tests=tests, **fields)  # type: ignore[arg-type]  # the cases vary the fields


def short(judgement: Judgement) -> tuple[Verdict, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return judgement.verdict, judgement.convicting, judgement.lost, judgement.gained


outcomes = st.dictionaries(
    st.sampled_from([f"m{i}::t{j}" for i in "ab" for j in "1234"] + ["m"]), st.sampled_from(Outcome)
)
codes = st.none() | st.sampled_from([0, 1, 2, 5])
reports = st.builds(lambda tests, code: ran(tests, code=code), st.none() | outcomes, codes)
unfinished = st.sampled_from([Verdict.ERROR, Verdict.TIMEOUT]).map(lambda verdict: ran(verdict=verdict, code=None))
gates = st.builds(lambda least, expect: gate(min_tests=least, expect=expect), st.integers(1, 4), st.just("green"))


@given(reports, reports, gates)
def test_a_test_that_was_red_at_the_base_never_convicts(report: GateReport, base: GateReport, spec: GateSpec) -> None:
    was_red = {test for test, outcome in (base.tests or {}).items() if outcome in RED}
    assert not was_red & {*judge(report, base, spec).convicting, *judge(report, base, spec).lost}


@given(reports, reports, gates)
def test_green_to_red_and_green_to_nothing_always_convict(report: GateReport, base: GateReport, spec: GateSpec) -> None:
    now = report.tests or {}
    green = {test for test, outcome in (base.tests or {}).items() if outcome is P}
    judgement = judge(report, base, spec)
    assert {test for test in green if now.get(test) in RED} <= set(judgement.convicting)
    assert {test for test in green if now.get(test) in (None, S)} == set(judgement.lost) <= set(judgement.convicting)
    assert (judgement.verdict is Verdict.FAIL) or all(now.get(test) is P for test in green)


@given(reports, st.none() | reports | unfinished, gates)
def test_a_pass_has_evidence(report: GateReport, base: GateReport | None, spec: GateSpec) -> None:
    judgement = judge(report, base, spec)
    if judgement.verdict is Verdict.PASS:
        assert not judgement.convicting
        assert not judgement.lost
        assert report.tests is None or report.counts.ran >= spec.min_tests
        held = [t for t, o in (report.tests or {}).items() if o is P and base and (base.tests or {}).get(t) is P]
        assert report.verdict is Verdict.PASS or held


@given(reports, gates)
def test_the_base_held_against_itself_never_fails(report: GateReport, spec: GateSpec) -> None:
    assert judge(report, report, spec).verdict is not Verdict.FAIL


@given(reports, reports, gates)
def test_every_red_verdict_says_why(report: GateReport, base: GateReport, spec: GateSpec) -> None:
    judgement = judge(report, base, spec)
    assert judgement.reason or judgement.verdict is Verdict.PASS


@given(unfinished, st.none() | reports, gates)
def test_what_did_not_finish_stays_unfinished(report: GateReport, base: GateReport | None, spec: GateSpec) -> None:
    judgement = judge(report, base, spec)
    assert (judgement.verdict, judgement.convicting, judgement.lost) == (report.verdict, (), ())


@given(reports, reports, st.booleans())
def test_red_then_green_never_names_a_culprit(report: GateReport, base: GateReport, final: bool) -> None:
    judgement = judge(report, base, gate(expect="red-then-green"), final=final)
    assert not judgement.convicting
    assert not judgement.lost
    assert final or judgement.verdict is not Verdict.FAIL


def test_green_to_red_is_named_with_what_turned_green() -> None:
    base = ran({"a": P, "b": P, "c": F, "d": F})
    judgement = judge(ran({"a": P, "b": E, "c": P, "d": F}), base, TESTS)
    assert short(judgement) == (Verdict.FAIL, ("b",), (), ("c",))
    assert judgement.reason == "1 test turned red"


def test_a_half_red_suite_passes_as_long_as_nothing_green_is_lost() -> None:
    base = ran({"a": P, "b": F})
    judgement = judge(ran({"a": P, "b": E}), base, TESTS)
    assert short(judgement) == (Verdict.PASS, (), (), ())
    assert judgement.reason == "1 test red, none of which was green at the base"


def test_a_suite_that_is_all_red_before_and_after_is_no_pass() -> None:
    judgement = judge(ran({"a": F}), ran({"a": F}), TESTS)
    assert judgement.verdict is Verdict.SKIP
    assert judgement.reason.startswith("cannot convict")


@pytest.mark.parametrize("now", [{"a": P}, {"a": P, "b": S}], ids=["absent", "skipped"])
def test_a_lost_test_convicts(now: dict[str, Outcome]) -> None:
    judgement = judge(ran(now), ran({"a": P, "b": P}), TESTS)
    assert short(judgement) == (Verdict.FAIL, ("b",), ("b",), ())
    assert judgement.reason == "1 test that passed at the base did not run"


def test_a_red_test_that_vanishes_is_no_loss() -> None:
    assert short(judge(ran({"a": P}), ran({"a": P, "b": F}), TESTS)) == (Verdict.PASS, (), (), ())


def test_a_collection_error_convicts_with_its_own_words_and_what_it_swallowed() -> None:
    base = ran({"m::a": P, "m::b": P, "n::c": P})
    judgement = judge(ran({"m": E}, code=2), base, TESTS)
    assert short(judgement) == (Verdict.FAIL, ("m", "m::a", "m::b", "n::c"), ("m::a", "m::b", "n::c"), ())
    assert judgement.reason == "1 test turned red, 3 tests that passed at the base did not run"


def test_pytest_that_cannot_begin_loses_every_test() -> None:
    now = ran(None, code=4, reason="pytest could not begin: exit code 4")
    judgement = judge(now, ran({"a": P, "b": F}), TESTS)
    assert short(judgement) == (Verdict.FAIL, ("a",), ("a",), ())
    assert judgement.reason == "1 test that passed at the base did not run (pytest could not begin: exit code 4)"


@pytest.mark.parametrize("rest", [{"a": P}, {"a": P, "b": F}], ids=["green base", "half-red base"])
def test_a_new_red_test_convicts(rest: dict[str, Outcome]) -> None:
    assert short(judge(ran({**rest, "new": F}), ran(rest), TESTS)) == (Verdict.FAIL, ("new",), (), ())


@pytest.mark.parametrize(
    ("base", "now"),
    [
        pytest.param(ran({"a.m": E}, code=2), {"a.m::x": P, "a.m::y": F}, id="no test ran at all"),
        pytest.param(ran({"a::x": P}, code=2), {"a::x": P, "b::y": F}, id="the run was broken off"),
        pytest.param(ran({"a.m": E, "b::x": P}, code=1), {"b::x": P, "a.m::y": F}, id="its module was not collected"),
        pytest.param(ran({"a::x": P, "a::y": F}), {"a::x": P, "a::y": P, "a::z": F}, id="it stopped at the first red"),
        pytest.param(ran({"a::x": P, "a::y[1]": F}), {"a::x": P, "a::y[2]": F}, id="it has another name"),
        pytest.param(ran(None, code=4), {"a.m::x": P, "a.m::y": F}, id="pytest could not begin"),
    ],
)
def test_red_tests_the_base_could_not_know_do_not_convict(base: GateReport, now: dict[str, Outcome]) -> None:
    judgement = judge(ran(now), base, TESTS)
    assert (judgement.convicting, judgement.verdict is Verdict.FAIL) == ((), False)


def test_an_exit_code_convicts_only_where_it_was_good_before() -> None:
    red, green = ran(None, code=1, reason="exit code 1"), ran(None)
    assert judge(red, green, BY_CODE).verdict is Verdict.FAIL
    assert judge(green, red, BY_CODE).verdict is Verdict.PASS
    again = judge(red, red, BY_CODE)
    assert (again.verdict, again.reason) == (
        Verdict.SKIP,
        "cannot convict, for it was no better at the base: exit code 1",
    )


def test_a_failing_exit_without_a_red_test_convicts_if_it_was_good_before() -> None:
    now = ran({"a": P}, code=1, reason="exit code 1 with no red test")
    judgement = judge(now, ran({"a": P}), TESTS)
    assert (judgement.verdict, judgement.reason) == (Verdict.FAIL, "exit code 1 with no red test")
    assert judge(now, ran({"a": F}), TESTS).verdict is Verdict.SKIP


def test_too_few_tests_are_red_unless_there_were_as_few_before() -> None:
    few, enough = ran({"a": P, "b": S}), ran({"a": P, "b": F})
    spec = gate(min_tests=2)
    judgement = judge(few, enough, spec)
    assert (judgement.verdict, judgement.reason) == (Verdict.FAIL, "1 of at least 2 tests ran")
    assert judge(few, few, spec).verdict is Verdict.SKIP
    assert judge(few, None, spec).verdict is Verdict.FAIL


def test_no_tests_are_red_unless_there_were_none_before() -> None:
    none = ran({}, reason="no tests ran")
    assert judge(none, ran({"a": F}), TESTS).reason == "no tests ran"
    assert judge(none, ran({"a": F}), TESTS).verdict is Verdict.FAIL
    assert judge(none, none, TESTS).verdict is Verdict.SKIP
    assert judge(none, None, TESTS).verdict is Verdict.FAIL


@pytest.mark.parametrize("base", [None, GateReport("unit", Level.TESTS, Verdict.SKIP, 0.0)])
def test_without_a_baseline_every_red_counts(base: GateReport | None) -> None:
    assert short(judge(ran({"a": P, "b": F}), base, TESTS)) == (Verdict.FAIL, ("b",), (), ())
    assert judge(ran({"a": P}), base, TESTS).verdict is Verdict.PASS


def test_a_skipped_gate_stays_skipped() -> None:
    skipped = GateReport("unit", Level.STATIC, Verdict.SKIP, 0.0, reason="no changed file to judge")
    judgement = judge(skipped, ran(None), BY_CODE)
    assert (judgement.verdict, judgement.reason) == (Verdict.SKIP, "no changed file to judge")


def test_a_detector_must_be_red_first_and_green_at_the_end() -> None:
    detector = gate(expect="red-then-green")
    red, green = ran({"a": F, "b": P}), ran({"a": P, "b": P})
    assert judge(red, None, detector).verdict is Verdict.FAIL
    assert judge(red, red, detector).verdict is Verdict.SKIP
    assert judge(red, red, detector, final=True).verdict is Verdict.FAIL
    assert short(judge(green, red, detector)) == (Verdict.PASS, (), (), ("a",))


def test_a_detector_that_was_green_before_is_vacuous() -> None:
    detector = gate(expect="red-then-green")
    green = ran({"a": P})
    assert is_vacuous(green, detector)
    assert not is_vacuous(ran({"a": F}), detector)
    assert not is_vacuous(green, TESTS)
    for base in (None, green):
        judgement = judge(green, base, detector, final=True)
        assert (judgement.verdict, judgement.reason) == (Verdict.SKIP, "vacuous: it was green before any change")

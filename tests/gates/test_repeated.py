"""Gates that are run several times, that must be quick, and that say by which exit codes they fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from making import gate
from pydantic import ValidationError

from workbench.gates.bench import Bench
from workbench.gates.command import run_command
from workbench.gates.judge import judge
from workbench.gates.repeated import merged, run_gate
from workbench.model.gate import GateReport, Level, Outcome, Verdict

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED
COUNTING = """
import pathlib
def test_now_and_then():
    runs = pathlib.Path("runs")
    runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
    assert len(runs.read_text()) != 3
def test_always(): pass
"""


def report(tests: dict[str, Outcome] | None, seconds: float = 1.0, **keys: object) -> GateReport:
    red = any(one in (F, E) for one in (tests or {}).values())
    verdict = keys.pop("verdict", Verdict.FAIL if red else Verdict.PASS)
    reason = "red" if red else ""
    return GateReport("unit", Level.TESTS, verdict, seconds, tests=tests, reason=reason, **keys)  # type: ignore[arg-type]  # the cases vary the fields


def test_one_red_run_of_several_makes_the_gate_red(bench: Bench, fill: Callable[..., None]) -> None:
    fill({"test_a.py": COUNTING})
    found = run_gate(gate(repeat=4), bench=lambda: bench, files=())
    assert (found.verdict, found.reason) == (Verdict.FAIL, "red in 1 of 4 runs (1 of 2 tests red)")
    assert found.tests == {"test_a::test_now_and_then": F, "test_a::test_always": P}
    assert (bench.sandbox / "runs").read_text() == "xxxx"
    assert found.longest < found.seconds


def test_a_gate_that_is_run_once_says_what_its_run_said(bench: Bench, fill: Callable[..., None]) -> None:
    fill({"test_a.py": COUNTING})
    found = run_gate(gate(), bench=lambda: bench, files=())
    assert (found.verdict, found.reason, found.slowest) == (Verdict.PASS, "", None)
    assert (bench.sandbox / "runs").read_text() == "x"


def test_each_test_counts_by_its_worst_run_and_only_if_all_name_it() -> None:
    found = merged([report({"a": P, "b": P, "c": P}, 2.0), report({"a": P, "b": S}, 3.0)], 2)
    assert (found.tests, found.verdict, found.seconds, found.longest) == ({"a": P, "b": S}, Verdict.PASS, 5.0, 3.0)
    assert merged([report({"a": F}), report({"a": E}), report({"a": P})], 3).tests == {"a": E}
    assert merged([report({"a": P}), report(None)], 2).tests is None


def test_a_run_that_did_not_finish_decides_the_whole(bench: Bench) -> None:
    spec = gate("{python}", "-c", "import os; os.kill(os.getpid(), 9)", repeat=3)
    found = run_gate(spec, bench=lambda: bench, files=())
    assert (found.verdict, found.reason) == (Verdict.ERROR, "run 1 of 3: killed by SIGKILL")


def test_a_gate_that_became_too_slow_is_red() -> None:
    spec = gate(max_seconds=2.5)
    quick, slow = report({"a": P}, 2.5), report({"a": P}, 2.6)
    judgement = judge(slow, quick, spec)
    assert (judgement.verdict, judgement.reason) == (Verdict.FAIL, "took 2.6 s of at most 2.5 s")
    assert judge(quick, quick, spec).verdict is Verdict.PASS
    assert judge(slow, None, spec).verdict is Verdict.FAIL
    assert judge(slow, slow, spec).verdict is Verdict.SKIP
    assert judge(slow, quick, gate()).verdict is Verdict.PASS


def test_the_limit_is_for_one_run_of_several() -> None:
    runs = [report({"a": P}, 2.0)] * 5
    assert judge(merged(runs, 5), merged(runs, 5), gate(max_seconds=2.5, repeat=5)).verdict is Verdict.PASS


def test_tests_that_may_go_are_not_lost() -> None:
    base, now = report({"old/test_a.py::test_x": P, "test_b.py::test_y": P}), report({"test_b.py::test_y": P})
    assert judge(now, base, gate()).lost == ("old/test_a.py::test_x",)
    judgement = judge(now, base, gate(may_lose=["old/*"]))
    assert (judgement.convicting, judgement.verdict) == ((), Verdict.PASS)
    assert judgement.lost == ("old/test_a.py::test_x",)
    assert judge(replace(now, tests={}), base, gate(may_lose=["old/*"])).convicting == ("test_b.py::test_y",)


@pytest.mark.parametrize(
    ("code", "codes", "verdict"),
    [
        (3, None, Verdict.FAIL),
        (3, [3], Verdict.FAIL),
        (3, [1], Verdict.ERROR),
        (0, [3], Verdict.PASS),
        (127, [127], Verdict.FAIL),
    ],
)
def test_the_plan_says_which_exit_codes_are_a_fail(
    bench: Bench, code: int, codes: list[int] | None, verdict: Verdict
) -> None:
    keys = {} if codes is None else {"fail_codes": codes}
    found = run_command(gate("{python}", "-c", f"raise SystemExit({code})", **keys), bench=bench, files=())
    assert found.verdict is verdict


def test_pytest_too_fails_by_the_codes_the_plan_lists(bench: Bench, fill: Callable[..., None]) -> None:
    fill({"conftest.py": "import nowhere\n"})
    assert run_command(gate(), bench=bench, files=()).verdict is Verdict.FAIL
    found = run_command(gate(fail_codes=[1, 2]), bench=bench, files=())
    assert (found.verdict, found.reason) == (Verdict.ERROR, "the JUnit report is missing")


@pytest.mark.parametrize(
    "keys",
    [
        {"fail_codes": []},
        {"fail_codes": [0]},
        {"fail_codes": [256]},
        {"repeat": 0},
        {"max_seconds": 0.0},
        {"max_seconds": 601.0},
        {"flaky": "ignore"},
        {"may_lose": []},
    ],
)
def test_values_that_cannot_work_are_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        gate(**keys)


def test_an_exit_code_loses_no_tests() -> None:
    with pytest.raises(ValidationError, match="`may_lose` counts tests"):
        gate("make", "check", may_lose=["old/*"])

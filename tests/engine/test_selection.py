"""What a selection leaves out, how pytest is told, and what is still expected then: without a run."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from tests.scan.scan_values import MemorySources
from workbench.engine import selecting
from workbench.engine.selecting import Selection, homes_of, inherited_options, refusal, spared, words_of
from workbench.gates.judge import judge
from workbench.model.gate import GateReport, Level, Outcome, Verdict
from workbench.planning.spec import GateSpec, PlanFile, RunSpec
from workbench.scan.reach import Reach, Reached

PASSED = Outcome.PASSED
TREE = dict.fromkeys(
    ("app/one.py", "tests/test_a.py", "tests/test_b.py", "sub/tests/test_a.py", "sub/tests/__init__.py"), ""
)


def gate(**keys: object) -> GateSpec:
    return GateSpec.model_validate({"id": "unit", "level": "tests", "run": ("pytest", "{junit}"), **keys})


def report(*tests: str, seconds: float = 1.0) -> GateReport:
    return GateReport("unit", Level.TESTS, Verdict.PASS, seconds, 0, dict.fromkeys(tests, PASSED))


def options(told: GateSpec) -> list[str]:
    return shlex.split(dict(told.env)["PYTEST_ADDOPTS"])


@pytest.mark.parametrize(
    ("run", "baseline", "copied", "why"),
    [
        (("make", "{junit}"), report("a"), (), "only pytest"),
        (("pytest", "{junit}"), None, (), "no complete list"),
        (("pytest", "{junit}"), report(), (), "no complete list"),
        (("pytest", "{junit}"), replace(report("a"), exit_code=2), (), "no complete list"),
        (("pytest", "{junit}"), report("a"), ("data/x.json", "made/*.py"), "brings made/*.py"),
        (("pytest", "{junit}"), report("a"), ("data/x.json", ".env.local"), ""),
        (("pytest", "{junit}"), replace(report("a"), exit_code=1), (), ""),
    ],
)
def test_where_nothing_may_be_left_out(run, baseline, copied, why):
    said = refusal(gate(run=run), baseline, copied)
    assert why in said
    assert bool(said) == bool(why)


def test_all_that_gates_are_started_with_may_name_a_plug_in():
    spec = PlanFile.model_construct(
        gates=(gate(run=["pytest", "-p a", "{junit}"], env={"PYTEST_PLUGINS": "b"}),),
        run=RunSpec.model_validate({"env": ["PYTEST_ADDOPTS", "NOT_SET"]}),
    )
    words = words_of(spec, {"PYTEST_ADDOPTS": "-p c", "OTHER": "d"})
    assert words == ["pytest", "-p", "a", "{junit}", "b", "-p", "c"]


def test_options_of_the_user_reach_a_gate_only_where_the_plan_lets_them():
    specs = [PlanFile.model_construct(run=RunSpec.model_validate({"env": env})) for env in (["A"], ["PYTEST_ADDOPTS"])]
    assert [inherited_options(spec, {"PYTEST_ADDOPTS": "-x"}) for spec in specs] == ["", "-x"]
    assert inherited_options(specs[1], {}) == ""


def test_what_is_reached_or_in_doubt_is_not_left_out():
    tests = ("tests/test_b.py::one", "sub.tests.test_a::two", "tests.test_a::which", "gone::three")
    reach = Reach(MemorySources(TREE))
    assert spared(tests, reach, Reached(frozenset())).files == {"tests/test_b.py"}
    assert spared(tests, reach, Reached(frozenset({"tests/test_b.py"}))).files == frozenset()
    assert spared(tests, reach, Reached(frozenset(), "it is said")) == Selection(why="it is said")


def test_a_package_is_the_home_of_no_test():
    homes, doubtful = homes_of(("sub.tests.test_a::two", "sub.tests::three"), Reach(MemorySources(TREE)))
    assert homes == {"sub.tests.test_a::two": "sub/tests/test_a.py"}
    assert doubtful == frozenset()


def test_the_files_are_added_to_the_options_there_are():
    selection = Selection(frozenset({"tests/test b.py", "tests/test_a.py"}))
    assert options(selection.gate(gate(), "-x")) == ["-x", "--ignore=tests/test b.py", "--ignore=tests/test_a.py"]
    told = selection.gate(gate(env={"PYTEST_ADDOPTS": "-v", "A": "b"}), "-x")
    assert options(told) == ["-v", "--ignore=tests/test b.py", "--ignore=tests/test_a.py"]
    assert [name for name, _ in told.env] == ["A", "PYTEST_ADDOPTS"]


def test_the_files_are_named_as_seen_from_where_the_gate_runs():
    assert options(Selection(frozenset({"sub/test_a.py", "b.py"})).gate(gate(cwd="sub"), "")) == [
        "--ignore=../b.py",
        "--ignore=test_a.py",
    ]


def test_more_files_than_fit_are_run(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(selecting, "_MOST_TEXT", 30)
    told = Selection(frozenset({"tests/test_a.py", "tests/test_b.py"})).gate(gate(), "")
    assert options(told) == ["--ignore=tests/test_a.py"]


def test_fewer_tests_than_the_gate_wants_are_enough_where_others_are_left_out():
    less = Selection(frozenset({"b.py"})).gate(gate(min_tests=2), "")
    assert judge(report("a.py::x"), report("a.py::x"), less).verdict is Verdict.PASS


def test_what_is_left_out_and_ran_all_the_same_counts():
    """Another file may collect it, or pytest may not heed the option."""
    selection = Selection(frozenset({"b.py"}), {"b.py::x": "b.py", "b.py::y": "b.py"})
    baseline = report("b.py::x", "b.py::y", seconds=3.0)
    assert set(selection.expected(baseline, report("b.py::x")).tests or {}) == {"b.py::x"}
    told = selection.told(judge(report("b.py::x"), None, gate()), baseline)
    assert (told.left_out, told.reason) == (1, "1 of 2 tests left out, which the change does not reach; 2.0 s saved")


def test_a_base_without_tests_leaves_nothing_out():
    assert not Selection().leaves_nothing(report())
    assert not Selection(frozenset({"b.py"}), {"b.py::x": "b.py"}).leaves_nothing(report("b.py::x", "c.py::y"))
    assert Selection(frozenset({"b.py"}), {"b.py::x": "b.py"}).leaves_nothing(report("b.py::x"))


def test_a_verdict_about_some_tests_has_a_key_of_its_own():
    keys = {Selection(frozenset(files)).key("whole") for files in ((), ("a.py",), ("a.py", "b.py"), ("b.py", "a.py"))}
    assert len(keys) == 3
    assert "whole" not in keys

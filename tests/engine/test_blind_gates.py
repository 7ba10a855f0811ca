"""Gates that are red on the base in all they say: nobody is blamed, and nobody is told that all is well."""

from __future__ import annotations

import pytest

from tests.engine.conftest import PLAN, user
from workbench.engine.judging import refuse_idle
from workbench.engine.land import land
from workbench.engine.measuring import measure
from workbench.engine.standing import is_bad, next_command
from workbench.gates.beginning import never_began
from workbench.model.batch import BatchState
from workbench.model.errors import EnvironmentFailed
from workbench.model.gate import GateReport, Level, Verdict
from workbench.planning.spec import GateSpec
from workbench.report.status import status_text

LINES = """
[[gates]]
id = "check"
level = "tests"
run = ["{python}", "-c", "CODE"]
report = { lines = '^(?P<test>\\S+) (?P<outcome>ok|fail)$' }
KEYS
"""
BY_CODE = """
[[gates]]
id = "check"
level = "{level}"
run = ["{python}", "-c", "raise SystemExit(3)"]
"""


@pytest.fixture
def judged(make_case):
    """Return the case of a plan of one batch whose only gate is this."""

    def make(gate: str):
        return make_case(user("a"), plan=PLAN.partition("[[gates]]")[0] + "{gates}", gates=gate)

    return make


def lines(code: str, keys: str = "") -> str:
    return LINES.replace("CODE", code).replace("KEYS", keys)


@pytest.mark.parametrize(
    ("gate", "why"),
    [
        pytest.param(lines("print('a ok')", "min_tests = 2"), "1 of at least 2 tests ran", id="too few tests"),
        pytest.param(lines("print('a ok')", "max_seconds = 0.0001"), "s of at most 0.0001 s", id="too slow"),
        pytest.param(BY_CODE.replace("{level}", "static"), "exit code 3", id="its exit code"),
    ],
)
def test_a_gate_that_vouches_for_nothing_is_not_met_and_blames_nobody(judged, gate, why):
    record = judged(gate).run()
    assert [one.state for one in record.batches] == [BatchState.KEPT]
    (suite,) = record.suites
    assert (suite.met, suite.verdict) == (False, Verdict.SKIP)
    assert suite.reason.startswith("cannot convict")
    assert suite.reason.endswith(why)
    assert is_bad(record)
    assert next_command(record) == "workbench report small"
    assert f"check is not met: {suite.reason}" in status_text(record, "")


def test_a_gate_with_something_green_to_lose_vouches_for_it(judged):
    record = judged(lines("print('a ok'); print('b fail')")).run()
    assert [one.met for one in record.suites] == [None]
    assert not is_bad(record)
    assert next_command(record) == "workbench land small"


def test_a_target_that_is_missed_is_looked_at_before_it_is_landed_and_told_of_then(judged):
    case = judged(lines("print('a ok'); print('b fail')", "target = '9/10'"))
    record = case.run()
    assert [one.met for one in record.suites] == [False]
    assert next_command(record) == "workbench report small"
    assert land(case.root, "", None, means=case.means).unmet == (("check", record.suites[0].reason),)


def test_a_gate_that_cannot_begin_on_the_base_ends_the_run_untouched(judged, git):
    case = judged(BY_CODE.replace("{level}", "tests").replace('"-c", "raise SystemExit(3)"', '"-m", "no_such"'))
    with pytest.raises(EnvironmentFailed, match="would convict nobody: No module named no_such") as raised:
        case.run()
    assert raised.value.exit_code == 5
    assert "workbench abort" in raised.value.hint
    assert git(case.root, "rev-parse", "workbench/small") == git(case.root, "rev-parse", "main")
    assert measure(case.root, None, case.means).idle() == ("check",)


def test_a_detector_may_be_as_red_as_it_likes():
    report = GateReport("check", Level.TESTS, Verdict.FAIL, 1.0, exit_code=4, reason="exit code 4")
    spec = GateSpec.model_validate({"id": "check", "level": "tests", "run": ["pytest"]})
    assert never_began(report, spec)
    refuse_idle(report, spec.model_copy(update={"expect": "red-then-green"}))
    with pytest.raises(EnvironmentFailed):
        refuse_idle(report, spec)

"""Gates that judge at the end: of a phase, or of the run; and those that must turn from red to green."""

from __future__ import annotations

import pytest

from tests.engine.conftest import user
from tests.engine.test_run import git
from workbench.engine.judging import batch_gates
from workbench.engine.standing import is_bad, next_command
from workbench.model.batch import BatchState
from workbench.model.flips import flips
from workbench.model.gate import Verdict
from workbench.model.run import RunOutcome
from workbench.planning.spec import GateSpec

PHASE_GATE = """
[[gates]]
id = "whole"
level = "protected"
when = "phase"
run = ["{python}", "check.py"]
"""

CHECK = """
import pathlib, sys
sys.exit("build" in pathlib.Path("app/b.py").read_text())
"""

DETECTION = """
[[gates]]
id = "detection"
level = "tests"
when = "run"
expect = "red-then-green"
run = ["{python}", "-m", "pytest", "--disable-plugin-autoload", "-qpno:cacheprovider", "detect", "--junitxml={junit}"]
"""

DETECT = """
import pathlib

def test_nobody_uses_the_old_way():
    assert not [path for path in pathlib.Path("app").glob("*.py") if "import make" in path.read_text()]
"""


def test_a_phase_gate_sends_the_branch_back_to_before_the_batch_that_turns_it_red(make_case):
    case = make_case(user("a"), user("b"), user("c"), {"check.py": CHECK}, max_files=1, gates=PHASE_GATE)
    record = case.run()
    states = [one.state for one in record.batches]
    assert states == [BatchState.KEPT, BatchState.ROLLED_BACK, BatchState.ROLLED_BACK]
    assert git(case.root, "rev-parse", record.branch) == record.batches[0].commit
    assert record.outcome is RunOutcome.PARTIAL


def test_a_detection_test_must_turn_green(make_case):
    case = make_case(user("a"), {"detect/test_old.py": DETECT}, gates=DETECTION)
    record = case.run()
    (suite,) = [one for one in record.suites if one.id == "detection"]
    assert suite.met is True
    assert (suite.baseline.failed, suite.now.passed) == (1, 1)


def test_a_detection_test_that_stays_red_is_not_met(make_case):
    case = make_case(user("a"), user("b"), {"detect/test_old.py": DETECT}, max_files=1, gates=DETECTION)
    record = case.run(batch="P2-001")
    (suite,) = [one for one in record.suites if one.id == "detection"]
    assert suite.met is False


STAGING = """
[[gates]]
id = "staging"
level = "protected"
when = "run"
external = { junit = "staging.xml", max_age = "1d" }
"""
EVIDENCE = """<testsuite timestamp="2026-01-01T00:00:00">
<properties><property name="commit" value="COMMIT"/></properties>
<testcase classname="t" name="a">RESULT</testcase></testsuite>
"""


def staged(record):
    (suite,) = [one for one in record.suites if one.id == "staging"]
    return suite.verdict, suite.met


def test_evidence_that_is_not_there_leaves_the_run_unverified_until_it_comes(make_case):
    case = make_case(user("a"), gates=STAGING)
    record = case.run()
    assert staged(record) == (Verdict.UNVERIFIED, False)
    assert next_command(record) == "workbench run small"
    assert is_bad(record)
    assert [one.state for one in record.batches] == [BatchState.KEPT]
    evidence = EVIDENCE.replace("COMMIT", record.head)
    (case.root / "staging.xml").write_text(evidence.replace("RESULT", ""))
    assert staged(later := case.run()) == (Verdict.PASS, None)
    assert not is_bad(later)
    (case.root / "staging.xml").write_text(evidence.replace("RESULT", "<failure/>"))
    assert staged(last := case.run()) == (Verdict.FAIL, False)
    assert [one.state for one in last.batches] == [BatchState.KEPT]


BLIND = """
def test_nobody_uses_the_old_way():
    import pathlib
    assert "build" in pathlib.Path("app/b.py").read_text()
"""


@pytest.mark.parametrize(
    ("detector", "verdict", "reason"),
    [
        (DETECT, Verdict.PASS, "red again with app/a.py as it was"),
        (BLIND, Verdict.UNVERIFIED, "no proof that it detects: still green with app/a.py as before"),
    ],
    ids=["detects", "blind"],
)
def test_a_detector_is_shown_a_violation_again(make_case, detector, verdict, reason):
    parts = user("a"), user("b"), {"detect/test_old.py": detector}
    record = make_case(*parts, gates=DETECTION + "red-proof = true\n").run()
    (suite,) = [one for one in record.suites if one.id == "detection"]
    assert (suite.verdict, suite.reason, suite.met) == (verdict, reason, verdict is Verdict.PASS)
    assert is_bad(record) is (verdict is not Verdict.PASS)
    assert record.head == record.batches[-1].commit


def test_a_test_is_credited_to_the_commit_that_turned_it_green(make_case):
    waits = {"tests/test_waits.py": "from app import b\n\n\ndef test_waits():\n    assert b.run() == ('new', 1)\n"}
    record = make_case(user("a"), user("b"), user("c"), waits, max_files=1).run()
    credited = [(one.batch, one.gate, one.gained, one.lost) for one in flips(record)]
    assert credited == [("P2-002", "unit", ("tests.test_waits::test_waits",), ())]


def test_a_batch_is_judged_by_its_own_green_gates_the_cheapest_first():
    def gate(name, level, **keys):
        return GateSpec.model_validate({"id": name, "level": level, "run": ["x"], **keys})

    gates = [
        gate("c", "protected"),
        gate("late", "tests", when="phase"),
        gate("detector", "tests", expect="red-then-green"),
        gate("b", "tests"),
        gate("a", "static"),
    ]
    assert [one.id for one in batch_gates(gates)] == ["a", "b", "c"]

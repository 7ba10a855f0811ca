"""What a trigger does when its gate is red, and what keeps a phase from beginning."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.conftest import user
from tests.engine.test_phases import CHECK, PHASE_GATE
from workbench.engine.standing import is_bad, next_command
from workbench.model.batch import BatchState
from workbench.model.event import GateJudged, RolledBack
from workbench.model.gate import Verdict

KEPT, BACK, PLANNED, ASIDE = (
    BatchState.KEPT,
    BatchState.ROLLED_BACK,
    BatchState.PLANNED,
    BatchState.QUARANTINED,
)
PROTECTED = """
[[gates]]
id = "protected"
level = "protected"
run = ["{python}", "-c", "import app"]
"""
TWO_PHASES = """
[priorities]
rules = [{ priority = "P0", paths = ["app/a.py", "app/b.py"] }]
"""


def trigger(gate: str, do: str) -> str:
    return f'\n[[triggers]]\ngate = "{gate}"\ndo = "{do}"\n'


@pytest.mark.parametrize(
    ("do", "states", "taken_off"),
    [
        ("rollback-phase", [KEPT, BACK, BACK], ("P2-001",)),
        ("rollback-run", [BACK, BACK, BACK], ("P0-001", "P2-001")),
        ("freeze", [KEPT, KEPT, BACK], ()),
    ],
)
def test_a_red_gate_with_a_trigger_blames_nobody_and_goes_back(make_case, do, states, taken_off):
    phases = TWO_PHASES.replace(', "app/b.py"', "")
    parts = user("a"), user("b"), user("c", breaks=True), user("d")
    case = make_case(*parts, max_files=1, gates=PROTECTED + trigger("unit", do) + phases)
    record = case.run()
    assert [one.state for one in record.batches] == [*states, PLANNED]
    assert not record.quarantined
    (fired,) = record.triggers
    assert (fired.gate, fired.do, fired.batch, fired.taken_off) == ("unit", do, "P2-002", taken_off)
    assert fired.tests == ("tests.test_c::test_c",)
    assert is_bad(record)
    lessons = Path(fired.lessons).read_text()
    assert "- `tests.test_c::test_c`" in lessons
    assert f"the plan says `{do}`" in lessons
    assert lessons.count("verified") == bool(taken_off)


def test_the_protected_suite_judges_the_restored_tree_and_is_in_the_certificate(make_case):
    case = make_case(
        user("a"), user("b", breaks=True), max_files=1, gates=PROTECTED + trigger("unit", "rollback-phase")
    )
    record = case.run()
    (certificate,) = [one.certificate for one in case.events if isinstance(one, RolledBack)]
    assert certificate.verified
    assert (certificate.to_commit, record.head) == (record.base, record.base)
    asked = [one.judgement for one in case.events if isinstance(one, GateJudged) and one.tree == certificate.to_tree]
    assert [(one.report.gate, one.verdict, one.cached) for one in asked] == [("protected", Verdict.PASS, False)]
    assert "protected" in [one.id for one in certificate.gates]
    (fired,) = record.triggers
    assert (fired.tree, fired.verified) == (certificate.actual_tree, True)
    assert ("protected", "pass") in fired.gates


@pytest.mark.parametrize(("do", "states"), [("rollback-phase", [BACK, BACK, BACK]), ("freeze", [KEPT, KEPT, KEPT])])
def test_a_trigger_at_the_end_of_a_phase_takes_no_batch_for_the_guilty(make_case, do, states):
    gates = PHASE_GATE + trigger("whole", do)
    record = make_case(user("a"), user("b"), user("c"), {"check.py": CHECK}, max_files=1, gates=gates).run()
    assert [one.state for one in record.batches] == states
    assert [(one.gate, one.batch) for one in record.triggers] == [("whole", "")]
    assert is_bad(record)


def test_a_phase_does_not_begin_while_an_earlier_one_has_quarantined_places(make_case):
    case = make_case(user("a"), user("b", breaks=True), user("c"), max_files=1, gates=TWO_PHASES)
    record = case.run()
    assert [one.state for one in record.batches] == [KEPT, ASIDE, PLANNED]
    assert next_command(record) == "workbench run small --allow-quarantine"
    assert [one.state for one in case.run(phase="P2").batches] == [KEPT, ASIDE, PLANNED]
    later = case.run(allow_quarantine=True)
    assert [one.state for one in later.batches] == [KEPT, ASIDE, KEPT]

"""`select = "impacted"`: batches are judged by the tests they can reach, the end of the phase by all."""

from __future__ import annotations

import pytest

from tests.engine.conftest import PYTEST, user
from tests.scan.scan_values import MemorySources
from workbench.engine.selecting import Selection, homes_of
from workbench.model.batch import BatchState
from workbench.model.event import GateJudged, SuiteMeasured
from workbench.model.gate import GateReport, Level, Outcome, Verdict
from workbench.scan.reach import Reach

IMPACTED = PYTEST.replace('level = "tests"', 'level = "tests"\nselect = "impacted"')
FAR = {
    "far/__init__.py": "",
    "far/away.py": "VALUE = 1\n",
    "tests/test_far.py": "from far import away\n\n\ndef test_far():\n    assert away.VALUE == 1\n",
}


def judgings(case):
    """What the gate was asked, leaving out what was remembered."""
    judged = [one for one in case.events if isinstance(one, GateJudged) and one.judgement.report.gate == "unit"]
    return [one for one in judged if not one.judgement.cached]


def ran(judging) -> set[str]:
    return {test.partition("::")[2] for test in judging.judgement.report.tests or {}}


def test_a_batch_is_judged_by_the_tests_it_reaches_and_the_phase_by_all(make_case):
    plan = IMPACTED.replace("timeout = 60", "timeout = 60\nmin_tests = 3")
    case = make_case(user("one"), user("two"), FAR, max_files=1, plan=plan)
    record = case.run()
    assert [one.state for one in record.batches] == [BatchState.KEPT, BatchState.KEPT]
    assert [ran(one) for one in judgings(case)] == [{"test_one"}, {"test_two"}, {"test_one", "test_two", "test_far"}]
    first, _, last = (one.judgement for one in judgings(case))
    assert (first.left_out, last.left_out) == (2, 0)
    assert first.reason.startswith("2 of 3 tests left out, which the change does not reach")
    # A suite stands where all of it was seen: at the base, and at the end of the phase.
    assert {one.suite.now.passed for one in case.events if isinstance(one, SuiteMeasured)} == {3}
    assert record.suites[0].now.passed == 3


def test_a_file_that_turns_a_selected_test_red_is_set_aside(make_case):
    case = make_case(*(user(f"m{n}") for n in range(4)), user("bad", breaks=True), FAR, plan=IMPACTED)
    record = case.run()
    assert [one.path for one in record.quarantined] == ["app/bad.py"]
    assert record.quarantined[0].tests == ("tests.test_bad::test_bad",)
    assert not any("test_far" in ran(one) for one in judgings(case) if one.judgement.left_out)


def test_a_gate_whose_tests_are_all_out_of_reach_is_skipped_until_the_end(make_case):
    plan = IMPACTED.replace('"tests", "--junitxml', '"tests/test_far.py", "--junitxml')
    case = make_case({"app/one.py": user("one")["app/one.py"]}, FAR, plan=plan)
    case.run()
    batch, end = judgings(case)
    assert (batch.judgement.verdict, ran(batch)) == ("skip", set())
    assert (end.judgement.verdict, ran(end)) == ("pass", {"test_far"})


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        ({"tests/conftest.py": "import app.one\n"}, ""),
        ({"tests/test_all.py": "import subprocess\n\n\ndef test_all():\n    pass\n"}, None),
        ({"pytest.ini": "[pytest]\naddopts = -p app.one\n"}, "all tests: every test may depend on app/one.py"),
    ],
)
def test_what_cannot_be_known_is_run(make_case, extra, why):
    case = make_case(user("one"), FAR, extra, plan=IMPACTED)
    case.run()
    first = judgings(case)[0].judgement
    if why is None:
        assert ran(judgings(case)[0]) == {"test_one", "test_all"}
    else:
        assert ran(judgings(case)[0]) == {"test_one", "test_far"}
        assert (first.reason, first.left_out) == (why, 0)


def test_what_is_copied_in_may_lead_anywhere(make_case):
    plan = IMPACTED.replace("[run]", '[run]\ncopy = [".env", "made/*.py"]')
    case = make_case(user("one"), FAR, plan=plan)
    case.run()
    assert judgings(case)[0].judgement.reason == "all tests: `run.copy` brings made/*.py, which no commit holds"


def test_a_tree_without_a_change_is_judged_by_all(make_case):
    """The trigger asks about the tree it went back to, which is the base here."""
    plan = IMPACTED.replace('level = "tests"', 'level = "protected"')
    trigger = '\n[[triggers]]\ngate = "unit"\ndo = "rollback-run"\n'
    case = make_case(user("bad", breaks=True), FAR, plan=plan, gates=trigger)
    case.run()
    assert ran(judgings(case)[-1]) == {"test_bad", "test_far"}


SHORTER = """
[[rules]]
id = "shorter"
kind = "pattern"
match = "len('one')"
rewrite = "3"
after = ["old-make"]
"""


def test_an_import_that_an_earlier_batch_made_leads_to_its_tests(make_case):
    """On the base nobody imports app.new; the first batch has app.one import it, and the second changes it."""
    new = {"app/new.py": "def build(value):\n    return ('new', value, len('one'))\n"}
    case = make_case(user("one"), FAR, new, plan=IMPACTED, gates=SHORTER)
    assert [one.files for one in case.run().batches] == [("app/one.py",), ("app/new.py",)]
    assert [ran(one) for one in judgings(case)] == [{"test_one"}, {"test_one"}, {"test_one", "test_far"}]


def test_the_home_of_a_test_is_known_where_only_one_file_can_be_it():
    tree = dict.fromkeys(("tests/test_a.py", "sub/tests/test_a.py", "sub/tests/test_b.py", "tests/__init__.py"), "")
    tests = ("tests.test_a::one", "sub.tests.test_b.TestB::two", "tests/test_b.py::three", "gone::four")
    homes, doubtful = homes_of(dict.fromkeys(tests), Reach(MemorySources(tree)))
    assert homes == {tests[1]: "sub/tests/test_b.py", tests[2]: "sub/tests/test_b.py"}
    assert doubtful == {"tests/test_a.py", "sub/tests/test_a.py"}


def test_a_test_that_nobody_left_out_is_still_expected():
    ran, left, lost = "a::ran", "b::left", "c::lost"
    baseline = GateReport("unit", Level.TESTS, Verdict.PASS, 9.0, 0, dict.fromkeys((ran, left, lost), Outcome.PASSED))
    report = GateReport("unit", Level.TESTS, Verdict.PASS, 1.0, 0, {ran: Outcome.PASSED})
    selection = Selection(frozenset({"b.py"}), {ran: "a.py", left: "b.py", lost: "c.py"})
    assert set(selection.expected(baseline, report).tests) == {ran, lost}


def test_a_test_that_needs_another_blames_nobody(make_case):
    """Alone it is red; in the whole set, and on the base, it is green."""
    leaning = {
        "tests/test_a_far.py": "import builtins\n\n\ndef test_far():\n    builtins.primed = True\n",
        "tests/test_b_one.py": "import builtins\nfrom app import one\n\n\n"
        "def test_leans():\n    assert one.run()[1] == 1\n    assert builtins.primed\n",
    }
    case = make_case({"app/one.py": user("one")["app/one.py"]}, leaning, plan=IMPACTED)
    record = case.run()
    assert [one.state for one in record.batches] == [BatchState.KEPT]
    assert not record.quarantined


def test_a_test_that_is_missing_makes_all_run_before_anybody_is_blamed(make_case):
    """It is there only if another test file was imported before."""
    leaning = {
        "tests/test_a_far.py": "import builtins\n\nbuiltins.primed = True\n\n\ndef test_far():\n    pass\n",
        "tests/test_b_one.py": "import builtins\nfrom app import one\n\n\ndef test_one():\n    assert one\n\n\n"
        "if hasattr(builtins, 'primed'):\n\n    def test_leans():\n        pass\n",
    }
    case = make_case({"app/one.py": user("one")["app/one.py"]}, leaning, plan=IMPACTED)
    record = case.run()
    assert [one.state for one in record.batches] == [BatchState.KEPT]
    few, every = judgings(case)
    assert (ran(few), few.trial) == ({"test_one"}, True)
    assert ran(every) == {"test_far", "test_one", "test_leans"}


def test_a_verdict_by_few_tests_is_not_taken_for_one_by_all(make_case):
    """What the selection cannot see (here: an attribute put on a module by another's name) the phase's end does."""
    hidden = {
        "tests/test_far.py": "import sys\n\n\ndef test_far():\n    import far\n    assert far\n"
        "    box = dict(vars(sys))['mod' + 'ules']\n    assert 'app.new' not in box\n",
        "far/__init__.py": "",
        "tests/test_a.py": user("one")["tests/test_one.py"].replace("_one", "_a"),
        "app/one.py": user("one")["app/one.py"],
    }
    case = make_case(hidden, plan=IMPACTED)
    record = case.run()
    assert [one.state for one in record.batches] == [BatchState.ROLLED_BACK]

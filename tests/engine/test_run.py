"""A run from end to end on a real repository, with real pytest in the sandbox."""

from __future__ import annotations

import subprocess
from functools import partial

import pytest

from tests.engine.conftest import PYTEST, user
from workbench.engine.standing import is_bad, next_command
from workbench.model.batch import BatchState
from workbench.model.event import GateJudged
from workbench.model.run import RunOutcome
from workbench.model.violation import totals


def git(root, *words):
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def at(root, rev, path):
    return git(root, "show", f"{rev}:{path}")


@pytest.fixture
def make_case(make_case):
    return partial(make_case, plan=PYTEST)


def test_every_site_is_fixed_in_one_commit_per_batch(make_case):
    case = make_case(user("a"), user("b"), user("c"), max_files=2)
    record = case.run()
    assert record.outcome is RunOutcome.COMPLETE
    assert [one.state for one in record.batches] == [BatchState.KEPT, BatchState.KEPT]
    counted = totals(record.violations).all
    assert (counted.found, counted.fixed) == (6, 6)
    assert git(case.root, "rev-list", "--count", f"main..{record.branch}") == "2"
    assert at(case.root, record.branch, "app/a.py") == (
        "from app.new import build\n\n\ndef run():\n    return build(1)  # a"
    )
    assert git(case.root, "rev-parse", record.branch) == record.head
    assert next_command(record) == "workbench land small"


def test_the_checkout_is_never_touched(make_case, tree_of):
    case = make_case(user("a"), user("b", breaks=True))
    (case.root / "app" / "a.py").write_text("dirty = True\n")
    (case.root / "note.txt").write_text("untracked")
    git(case.root, "add", "app/a.py")
    before = tree_of(case.root)
    case.run()
    assert tree_of(case.root) == before


def test_a_red_batch_loses_only_its_guilty_file(make_case):
    case = make_case(user("a"), user("b"), user("bad", breaks=True), user("d"))
    record = case.run()
    (batch,) = record.batches
    assert batch.state is BatchState.SPLIT
    (aside,) = record.quarantined
    assert aside.path == "app/bad.py"
    assert aside.gate == "unit"
    assert any("test_bad" in test for test in aside.tests)
    assert "('new', 1)" in aside.evidence
    assert "+from app.new import build" in aside.diff
    assert "make" in at(case.root, record.branch, "app/bad.py")
    assert "build" in at(case.root, record.branch, "app/d.py")
    counted = totals(record.violations).all
    assert (counted.found, counted.fixed, counted.quarantined) == (8, 6, 2)
    assert record.outcome is RunOutcome.PARTIAL
    assert is_bad(record)


def test_a_red_batch_is_dropped_whole_when_asked(make_case):
    case = make_case(user("a"), user("bad", breaks=True))
    record = case.run(on_red="rollback")
    assert record.head == record.base
    assert [one.state for one in record.batches] == [BatchState.ROLLED_BACK]
    assert record.outcome is RunOutcome.ROLLED_BACK
    assert totals(record.violations).all.remaining == 4


def test_a_test_that_was_red_before_convicts_nobody(make_case):
    red = {"tests/test_red.py": "def test_red():\n    assert False\n"}
    record = make_case(user("a"), red).run()
    assert [one.state for one in record.batches] == [BatchState.KEPT]
    assert record.quarantined == ()


def test_phases_of_one_plan_belong_to_one_run(make_case):
    case = make_case(user("a"), user("b"), max_files=1)
    first = case.run(batch="P2-001")
    assert totals(first.violations).all.remaining == 2
    assert first.outcome is RunOutcome.PARTIAL
    second = case.run()
    assert second.run == first.run
    assert second.outcome is RunOutcome.COMPLETE
    again = case.run()
    assert again.head == second.head
    assert git(case.root, "rev-list", "--count", f"main..{again.branch}") == "2"


def test_no_tree_is_judged_twice(make_case):
    case = make_case(user("a"), user("bad", breaks=True), user("c"))
    case.run()
    asked = [
        (one.tree, one.judgement.report.gate)
        for one in case.events
        if isinstance(one, GateJudged) and not one.judgement.cached and one.judgement.report.gate == "unit"
    ]
    # A red tree is seen twice before it is believed, and the parent once more; nothing else is.
    assert len(asked) <= len(set(asked)) * 2

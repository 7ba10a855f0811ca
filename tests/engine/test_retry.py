"""Retry plans what is left on top of what was kept, by the rules as they stand now."""

from __future__ import annotations

import pytest

from tests.engine.conftest import PLAN, user
from tests.engine.test_run import git
from workbench.engine.land import land
from workbench.engine.retry import retry
from workbench.engine.rollback import rollback
from workbench.engine.standing import next_command, standing
from workbench.model.errors import Refused, StalePlan, UsageError
from workbench.model.run import RunOutcome
from workbench.model.violation import SiteState, totals

TAKES_CONTEXT = {
    "app/old.py": "class Box:\n    pass\n\n\ndef make(value):\n    return ('old', value)\n",
    "app/new.py": "def build(value):\n    return ('new', value)\n\n\ndef box(context):\n    return context\n",
}
BOXES = PLAN.replace(
    "[batches]",
    """
[[rules]]
id = "box"
kind = "replace-call"
call = "app.old.Box"
with = "app.new.box"
arguments = [{{ name = "context", from_scope = ["context"], otherwise = "block" }}]

[batches]""",
)


def boxed(name: str) -> dict[str, str]:
    return {f"app/{name}.py": "from app.old import Box\n\n\ndef run(ctx):\n    return Box()\n"}


def edit_plan(case, old: str, new: str) -> None:
    path = case.root / "plans/small.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def one_of_three_kept(make_case):
    case = make_case(TAKES_CONTEXT, user("a"), user("bad", breaks=True), boxed("box"), plan=BOXES)
    record = case.run()
    counted = totals(record.violations).all
    assert (counted.fixed, counted.quarantined, counted.blocked) == (2, 2, 1)
    return case


@pytest.fixture
def done(once):
    """`bad.py` is quarantined, `box.py` blocked, `a.py` kept."""
    return once(one_of_three_kept)


def test_a_corrected_rule_is_tried_on_what_was_blocked_and_lands_with_the_rest(done):
    first = standing(done.root, None)
    edit_plan(done, 'from_scope = ["context"]', 'from_scope = ["ctx"]')
    record = retry(done.root, None, (SiteState.BLOCKED,), means=done.means)
    assert (record.base, record.branch) == (first.head, first.branch)
    assert [one.rules for one in record.batches] == [("box",)]
    counted = totals(record.violations).all
    assert (counted.found, counted.fixed, counted.excluded) == (3, 1, 2)
    assert {one.reason for one in record.violations if one.state is SiteState.EXCLUDED} == {"not-retried"}
    land(done.root, "small", None, means=done.means)
    assert "return box(ctx)" in (done.root / "app/box.py").read_text()
    assert "from app.new import build" in (done.root / "app/a.py").read_text()


def test_what_is_still_wrong_is_set_aside_again_and_the_kept_work_can_land(done):
    first = standing(done.root, None)
    record = retry(done.root, None, (), means=done.means)
    assert {one.path for one in record.quarantined} == {"app/bad.py"}
    assert record.head == record.base == first.head
    assert next_command(standing(done.root, None)) == "workbench land small"
    land(done.root, "small", None, means=done.means)
    assert git(done.root, "rev-parse", "main") == first.head
    assert next_command(standing(done.root, None)) == ""


def test_a_retry_that_kept_nothing_on_landed_work_has_nothing_to_land(done):
    land(done.root, "small", None, means=done.means)
    record = retry(done.root, None, (), means=done.means)
    assert (record.head, next_command(record)) == (record.base, "")


def test_after_landing_and_a_correction_by_hand_the_file_is_taken_up(done):
    land(done.root, "small", None, means=done.means)
    (done.root / "tests/test_bad.py").write_text(
        "from app import bad\n\n\ndef test_bad():\n    assert bad.run()[1] == 1\n"
    )
    git(done.root, "commit", "-qam", "the test asks for what matters")
    record = retry(done.root, None, (SiteState.QUARANTINED,), means=done.means)
    assert record.base == git(done.root, "rev-parse", "HEAD")
    assert (record.quarantined, totals(record.violations).all.fixed) == ((), 2)
    certificate = rollback(done.root, "all", means=done.means)
    assert certificate.to_commit == record.base


def test_nothing_that_can_be_tried_is_refused_and_nothing_is_written(done):
    before = standing(done.root, None)
    with pytest.raises(Refused, match="nothing blocked of small can be tried again"):
        retry(done.root, None, (SiteState.BLOCKED,), means=done.means)
    assert standing(done.root, None) == before


def test_a_base_that_has_gone_on_is_stale_and_no_run_at_all_is_a_usage_error(done, make_case):
    (done.root / "notes.txt").write_text("new\n")
    git(done.root, "add", "notes.txt")
    git(done.root, "commit", "-qm", "elsewhere")
    with pytest.raises(StalePlan, match="HEAD has gone on"):
        retry(done.root, None, (), means=done.means)
    fresh = make_case(user("a"))
    with pytest.raises(UsageError, match="no run of small"):
        retry(fresh.root, None, (), means=fresh.means)


def test_a_finished_retry_can_be_run_again_without_harm(done):
    edit_plan(done, 'from_scope = ["context"]', 'from_scope = ["ctx"]')
    record = retry(done.root, None, (SiteState.BLOCKED,), means=done.means)
    again = done.run()
    assert (again.run, again.head, again.outcome) == (record.run, record.head, RunOutcome.COMPLETE)

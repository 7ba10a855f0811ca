"""The ledger is gone: what git holds of the runs makes another one that `verify`, `rollback` and `land` can use."""

from __future__ import annotations

import json
import sqlite3

import pytest

from tests.command_line import workbench
from tests.engine.conftest import user
from tests.engine.test_run import git
from tests.engine.test_verify import differences, ledger_of
from workbench.engine.land import land
from workbench.engine.rebuild import rebuild
from workbench.engine.retry import retry
from workbench.engine.revert import revert
from workbench.engine.rollback import rollback
from workbench.engine.standing import standing
from workbench.model.batch import BatchState
from workbench.model.errors import Refused
from workbench.model.run import RunOutcome
from workbench.model.violation import SiteState, totals


def lost(case):
    ledger_of(case).unlink()
    return rebuild(case.root, case.means)


def record_of(case):
    return standing(case.root, None)


def test_a_whole_run_comes_back_as_it_was(done):
    before = record_of(done)
    found = lost(done)
    assert found.is_whole
    [run] = found.runs
    assert (run.run, run.plan, run.batches, run.fixed, run.left) == (before.run, "small", 3, 6, 0)
    after = record_of(done)
    for one in ("run", "digest", "branch", "base", "base_tree", "head", "outcome", "violations", "rules"):
        assert getattr(after, one) == getattr(before, one), one
    assert [(one.id, one.commit, one.tree, one.parent, one.state) for one in after.batches] == [
        (one.id, one.commit, one.tree, one.parent, one.state) for one in before.batches
    ]
    assert differences(done.root) == []


def test_what_was_rebuilt_is_rolled_back_and_done_again_and_landed(done):
    head = git(done.root, "rev-parse", "workbench/small")
    lost(done)
    assert rollback(done.root, "P2-002", means=done.means).verified
    assert done.run().outcome is RunOutcome.COMPLETE
    assert git(done.root, "rev-parse", "workbench/small^{tree}") == git(done.root, "rev-parse", f"{head}^{{tree}}")
    land(done.root, "small", None, means=done.means)
    assert git(done.root, "rev-parse", "main^{tree}") == git(done.root, "rev-parse", f"{head}^{{tree}}")


def test_what_git_does_not_tell_stands_as_remaining(make_case):
    case = make_case(user("a"), user("bad", breaks=True))
    case.run()
    found = lost(case)
    assert not found.is_whole
    assert (found.runs[0].fixed, found.runs[0].left) == (2, 2)
    record = record_of(case)
    assert totals(record.violations).all.remaining == 2
    assert (record.outcome, record.batches[0].state) == (RunOutcome.PARTIAL, BatchState.SPLIT)
    assert {one.path for one in record.violations if one.state is SiteState.OPEN} == {"app/bad.py"}
    assert differences(case.root) == []


def test_a_reverted_batch_is_known_to_be_off_again(done):
    revert(done.root, "P2-002", means=done.means)
    lost(done)
    record = record_of(done)
    assert [one.state for one in record.batches] == [BatchState.KEPT, BatchState.ROLLED_BACK, BatchState.KEPT]
    assert differences(done.root) == []


def test_a_landed_run_is_found_on_the_branch_it_landed_on(done):
    land(done.root, "small", None, means=done.means)
    git(done.root, "branch", "-D", "workbench/small")
    (done.root / "more.txt").write_text("later\n")
    git(done.root, "add", "more.txt")
    git(done.root, "commit", "-qm", "later")
    [run] = lost(done).runs
    assert (run.branch, run.batches, run.fixed, run.trouble) == ("main", 3, 6, "")


def test_a_squashed_run_is_told_by_what_the_files_hold(done):
    git(done.root, "merge", "--squash", "workbench/small")
    git(done.root, "commit", "-qm", "all at once")
    git(done.root, "branch", "-D", "workbench/small")
    [run] = lost(done).runs
    assert run.trouble.endswith("HEAD holds what plan small makes of it in 3 of 3 files")


def test_a_plan_file_that_changed_is_looked_for_in_the_commits(done):
    plan = done.root / "plans/small.toml"
    plan.write_text(plan.read_text().replace("One way to build", "Another title"))
    assert lost(done).is_whole


def test_a_plan_that_cannot_be_made_again_is_said_to_be_lost(make_case):
    case = make_case(user("a"), user("bad", breaks=True))
    case.run()
    retry(case.root, None, (), means=case.means)
    (case.root / "plans/small.toml").unlink()
    git(case.root, "commit", "-qam", "no plan")
    git(case.root, "branch", "-f", "workbench/small", git(case.root, "commit-tree", "-m", "x", "HEAD^{tree}"))
    [run, *_] = lost(case).runs
    assert "its commits are on no branch" in run.trouble
    assert not ledger_of(case).exists()


def test_a_ledger_that_holds_is_set_aside_only_when_told(done):
    content = ledger_of(done).read_bytes()
    with pytest.raises(Refused, match="is there, and it holds"):
        rebuild(done.root, done.means)
    assert ledger_of(done).read_bytes() == content
    found = rebuild(done.root, done.means, force=True)
    assert found.aside is not None
    assert found.aside.read_bytes() == content
    again = rebuild(done.root, done.means, force=True)
    assert (again.aside.name, found.aside.name) == ("ledger.db.aside-2", "ledger.db.aside-1")


def test_a_broken_ledger_is_set_aside(done):
    with sqlite3.connect(ledger_of(done)) as db:
        db.execute("DROP TRIGGER IF EXISTS events_stay")
        db.execute("UPDATE runs SET head = base")
    db.close()
    found = rebuild(done.root, done.means)
    assert found.aside is not None
    assert found.is_whole
    assert differences(done.root) == []


def test_the_command_says_how_far_it_came(done):
    ledger_of(done).unlink()
    told = workbench(done.root, "rebuild")
    assert (told.returncode, told.stderr) == (0, "")
    assert "small on workbench/small: 3 commits, 6 sites fixed" in " ".join(told.stdout.split())
    told = workbench(done.root, "--json", "rebuild", "--force")
    assert json.loads(told.stdout)["runs"][0]["fixed"] == 6
    refused = workbench(done.root, "rebuild")
    assert refused.returncode == 3

"""What the user does in the repository while a run is at work changes neither the run nor the user's work."""

from __future__ import annotations

import pytest

from tests.engine.conftest import PLAN, user
from tests.engine.test_run import git
from workbench.engine.begin import RunOptions
from workbench.engine.run import run_plan
from workbench.model.errors import Conflict
from workbench.model.event import BatchKept
from workbench.model.run import RunOutcome

BARE = PLAN[: PLAN.index("[[gates]]")]


@pytest.fixture
def case(make_case):
    return make_case(user("a"), user("b"), max_files=1, plan=BARE)


def run_while(case, act):
    """Run the plan, and let the user act once, when the first batch has been kept."""
    done = []

    def listen(event, _at):
        if isinstance(event, BatchKept) and not done:
            done.append(event)
            act(case.root)

    record = run_plan(case.root, None, RunOptions(), means=case.means, watch=lambda _plan, _past: listen)
    assert done
    return record


def edit(root):
    (root / "app" / "b.py").write_text("mine = 1\n")


def commit(root):
    edit(root)
    git(root, "commit", "--quiet", "-am", "meanwhile")


def amend(root):
    edit(root)
    git(root, "commit", "--quiet", "--amend", "-am", "meanwhile")


def switch(root):
    git(root, "switch", "--quiet", "-c", "elsewhere")
    git(root, "rm", "--quiet", "app/b.py")
    git(root, "commit", "--quiet", "-m", "without")


def collect(root):
    git(root, "reflog", "expire", "--expire=now", "--all")
    git(root, "gc", "--quiet", "--prune=now")


def pack(root):
    git(root, "pack-refs", "--all", "--prune")


def start_a_merge(root):
    (root / ".git" / "MERGE_HEAD").write_text(git(root, "rev-parse", "HEAD") + "\n")


@pytest.mark.parametrize("act", [edit, commit, amend, switch, collect, pack, start_a_merge])
def test_a_run_goes_on_and_comes_to_the_same(case, act):
    base = git(case.root, "rev-parse", "main")
    record = run_while(case, act)
    assert record.outcome is RunOutcome.COMPLETE
    assert record.base == base
    assert git(case.root, "diff", "--name-only", base, record.head).split() == ["app/a.py", "app/b.py"]
    assert git(case.root, "rev-list", "--count", f"{base}..{record.head}") == "2"
    assert git(case.root, "fsck", "--strict", "--no-dangling") == ""
    if act in (edit, commit, amend):
        assert (case.root / "app" / "b.py").read_text() == "mine = 1\n"


def delete(root):
    git(root, "branch", "-D", "workbench/small")


def move(root):
    git(root, "branch", "-f", "workbench/small", "main")


@pytest.mark.parametrize("act", [delete, move])
def test_a_run_branch_that_is_taken_away_is_a_conflict_and_nothing_is_overwritten(case, act):
    with pytest.raises(Conflict):
        run_while(case, act)
    there = git(case.root, "for-each-ref", "--format=%(objectname)", "refs/heads/workbench/small")
    assert there == ("" if act is delete else git(case.root, "rev-parse", "main"))

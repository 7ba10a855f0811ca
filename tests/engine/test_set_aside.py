"""What an earlier run left on its branch makes room for a new run, and only where nothing of it is anybody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.conftest import Case, user
from tests.engine.test_run import git
from workbench.engine.freeze import freeze_and_store
from workbench.model.errors import Refused
from workbench.model.event import RunStarted
from workbench.model.run import RunOutcome
from workbench.report.telling import tell


def drifting(make_case) -> Case:
    case = make_case(user("a"), user("b"), max_files=1)
    case.run()
    go_on(case.root, "app/c.py")
    freeze_and_store(case.root, None, "HEAD", case.means)
    return case


@pytest.fixture
def drifted(once) -> Case:
    """A plan that was carried out; the base has gone on since, and the plan is frozen anew."""
    return once(drifting)


def go_on(root: Path, path: str) -> None:
    (root / path).write_text(user("c")["app/c.py"])
    git(root, "add", path)
    git(root, "commit", "-qm", "meanwhile")


def test_a_new_run_takes_the_branch_and_keeps_what_was_on_it(drifted: Case) -> None:
    old = git(drifted.root, "rev-parse", "workbench/small")
    record = drifted.run()
    assert (record.outcome, record.base) == (RunOutcome.COMPLETE, git(drifted.root, "rev-parse", "main"))
    assert git(drifted.root, "rev-list", "--count", "main..workbench/small") == "3"
    assert git(drifted.root, "rev-parse", "refs/workbench/run-2/before") == old
    (started,) = (one for one in drifted.events if isinstance(one, RunStarted))
    assert f"kept as refs/workbench/run-2/before ({old[:10]})" in tell(started)


def test_a_branch_that_somebody_worked_on_stays(drifted: Case) -> None:
    own = git(drifted.root, "commit-tree", "-p", "workbench/small", "-m", "my own", "workbench/small^{tree}")
    git(drifted.root, "update-ref", "refs/heads/workbench/small", own)
    with pytest.raises(Refused, match="1 of them no run of this plan made"):
        drifted.run()
    assert git(drifted.root, "rev-parse", "workbench/small") == own


def test_a_branch_that_somebody_moved_back_stays(drifted: Case) -> None:
    git(drifted.root, "update-ref", "refs/heads/workbench/small", "workbench/small~1")
    with pytest.raises(Refused, match="where run-1 left it"):
        drifted.run()


@pytest.mark.parametrize("tip", ["workbench/small", "workbench/small~1"])
def test_a_branch_that_was_pushed_stays(drifted: Case, tip: str) -> None:
    git(drifted.root, "update-ref", "refs/remotes/origin/workbench/small", tip)
    with pytest.raises(Refused, match="refs/remotes/origin/workbench/small has them too"):
        drifted.run()
    git(drifted.root, "update-ref", "-d", "refs/remotes/origin/workbench/small")
    assert drifted.run().outcome is RunOutcome.COMPLETE

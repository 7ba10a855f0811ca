"""Kill it, resume it: whatever the instant, the run ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.command_line import workbench
from tests.engine.conftest import user
from tests.engine.test_run import at, git
from workbench.engine.begin import RunOptions
from workbench.engine.rollback import abort_run
from workbench.engine.run import run_plan
from workbench.engine.standing import standing
from workbench.model.errors import Conflict, Interrupted, Refused, UsageError
from workbench.model.event import BatchCommitted, BatchKept, GateJudged, KeepDecided, RunStarted
from workbench.model.run import RunOutcome
from workbench.model.violation import totals


class Stopped(BaseException):
    """Stands for the death of the process: nothing catches it."""


def stop_at(case, wanted):
    """Run `case` and drop everything at the first event of a kind, as soon as it is recorded; return the run."""

    def watch(_plan, _past):
        def hear(event, _at):
            if isinstance(event, wanted):
                raise Stopped(event.run)

        return hear

    with pytest.raises(Stopped) as stopped:
        run_plan(case.root, None, RunOptions(), means=case.means, watch=watch)
    return stopped.value.args[0]


def undisturbed(make_case):
    case = make_case(user("a"), user("b"), max_files=1)
    case.run()
    return case


@pytest.mark.parametrize("wanted", [BatchCommitted, GateJudged, KeepDecided, BatchKept])
def test_a_run_that_died_is_finished_with_the_same_commits(make_case, once, wanted):
    expected = standing(once(undisturbed).root, None)
    case = make_case(user("a"), user("b"), max_files=1)
    stop_at(case, wanted)
    with pytest.raises(Refused, match="stopped before its end"):
        case.run()
    record = case.resume()
    assert record.outcome is RunOutcome.COMPLETE
    assert [one.tree for one in record.batches] == [one.tree for one in expected.batches]
    assert git(case.root, "rev-list", "--count", f"main..{record.branch}") == "2"
    assert totals(record.violations) == totals(expected.violations)
    with pytest.raises(UsageError, match="no run is under way"):
        case.resume()


def test_abort_undoes_what_was_kept(make_case):
    case = make_case(user("a"), user("b"), max_files=1)
    stop_at(case, BatchKept)
    record = abort_run(case.root, means=case.means)
    assert record.outcome is RunOutcome.ROLLED_BACK
    assert git(case.root, "rev-parse", record.branch) == record.base
    assert totals(record.violations).all.fixed == 0


def test_a_branch_that_somebody_moved_is_a_conflict(make_case):
    case = make_case(user("a"), user("b"), max_files=1)
    stop_at(case, KeepDecided)
    stray = git(case.root, "commit-tree", "-m", "stray", "main^{tree}")
    git(case.root, "update-ref", "refs/heads/workbench/small", stray)
    with pytest.raises(Conflict, match="neither at"):
        case.resume()
    assert git(case.root, "rev-parse", "workbench/small") == stray


@pytest.mark.parametrize("wanted", [BatchKept, BatchCommitted])
def test_a_branch_that_somebody_moved_between_decisions_is_a_conflict_too(make_case, wanted):
    case = make_case(user("a"), user("b"), max_files=1)
    stop_at(case, wanted)
    stray = git(case.root, "commit-tree", "-m", "stray", "-p", "workbench/small", "workbench/small^{tree}")
    git(case.root, "update-ref", "refs/heads/workbench/small", stray)
    with pytest.raises(Conflict, match="not at"):
        case.resume()
    assert git(case.root, "rev-parse", "workbench/small") == stray


@pytest.mark.parametrize("instant", ["ref.base.before", "ref.base.after", "ref.before.after", "ref.branch.before"])
def test_a_start_that_died_over_an_old_branch_is_finished(make_case, instant):
    """The branch is there from an earlier base; the run must not go on from where that lies."""
    case = make_case(user("a"), user("b"), max_files=1)
    git(case.root, "branch", "workbench/small")
    git(case.root, "commit", "--quiet", "--allow-empty", "-m", "later")
    command = [sys.executable, "-m", "workbench", "-C", str(case.root)]
    died = subprocess.run(
        [*command, "run", "small"], env={**os.environ, "WORKBENCH_FAULT": f"{instant}:1"}, check=False
    )
    assert died.returncode == -signal.SIGKILL
    record = case.resume()
    assert record.outcome is RunOutcome.COMPLETE
    assert git(case.root, "rev-parse", "workbench/small~2") == git(case.root, "rev-parse", "main")
    assert git(case.root, "rev-parse", f"refs/workbench/{record.run}/base") == record.base


@pytest.mark.parametrize("ref", ["refs/workbench/{run}/base", "refs/heads/workbench/small"])
def test_a_lock_that_a_killed_start_left_is_ours_to_break(make_case, ref):
    case = make_case(user("a"), user("b"), max_files=1)
    run = stop_at(case, RunStarted)
    lock = case.root / ".git" / (ref.format(run=run) + ".lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    assert case.resume().outcome is RunOutcome.COMPLETE
    assert not lock.exists()


def test_ctrl_c_is_resumable(make_case):
    case = make_case(user("a"), user("b"), max_files=1)

    def watch(_plan, _past):
        def hear(event, _at):
            if isinstance(event, BatchKept):
                raise KeyboardInterrupt

        return hear

    with pytest.raises(Interrupted):
        run_plan(case.root, None, RunOptions(), means=case.means, watch=watch)
    assert case.resume().outcome is RunOutcome.COMPLETE


@pytest.mark.parametrize("seconds", [1.0, 1.7, 2.4])
def test_a_killed_process_loses_nothing(make_case, seconds):
    case = make_case(user("a"), user("b"), user("c"), max_files=1)
    command = [sys.executable, "-m", "workbench", "-C", str(case.root), "run", "small"]
    running = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    answer = workbench(case.root, "resume")
    while "a program it started still runs" in answer.stderr:  # it ends on its own, in a moment
        time.sleep(0.1)
        answer = workbench(case.root, "resume")
    if "no run is under way" in answer.stderr:
        answer = workbench(case.root, "run", "small")
    assert answer.returncode == 0, answer.stderr
    assert "build(1)" in at(case.root, "workbench/small", "app/c.py")
    assert git(case.root, "rev-list", "--count", "main..workbench/small") == "3"
    assert git(case.root, "fsck", "--strict") == ""

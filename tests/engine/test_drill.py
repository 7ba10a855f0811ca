"""Before a phase starts, one batch is rolled forth and back in the sandbox, and what lies there is compared."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.command_line import workbench
from tests.engine.conftest import user
from tests.engine.test_run import git
from workbench.engine.rollback import abort_run, rollback
from workbench.engine.standing import standing
from workbench.model.errors import EnvironmentFailed
from workbench.model.event import BatchStarted, Drilled
from workbench.model.run import RunOutcome

# A git that leaves the checkout of one commit, or of all but one, otherwise than it should be.
MEDDLING = """#!/bin/sh
{git} "$@"
code=$?
case "$*" in
*reset*--hard*) case "$*" in {when}) echo '# meddled' >> "$2/app/a.py";; esac;;
esac
exit $code
"""


@pytest.fixture
def case(make_case):
    return make_case(user("a"), user("b"), max_files=1)


def meddle(tmp_path, monkeypatch, when: str) -> None:
    place = tmp_path / "bin" / "git"
    place.parent.mkdir()
    place.write_text(MEDDLING.format(git=shutil.which("git"), when=when))
    place.chmod(0o755)
    monkeypatch.setenv("PATH", str(place.parent), prepend=":")


def test_the_first_batch_of_a_phase_is_tried_once_before_it_starts(case):
    record = case.run()
    (drill,) = record.drills
    assert drill.verified
    assert (drill.phase, drill.batch) == ("P2", "P2-001")
    # What was tried is the very commit that was kept.
    assert (drill.commit, drill.forth_actual) == (record.batches[0].commit, record.batches[0].tree)
    assert drill.back_actual == drill.undone == record.base_tree
    kinds = [type(event) for event in case.events]
    assert kinds.index(Drilled) < kinds.index(BatchStarted)
    assert kinds.count(Drilled) == 1


def test_a_phase_that_is_done_again_is_not_drilled_again(case):
    case.run()
    rollback(case.root, "all", means=case.means)
    record = case.run()
    assert record.outcome is RunOutcome.COMPLETE
    assert len(record.drills) == 1


@pytest.mark.parametrize("way", ["forth", "back"])
def test_a_drill_that_does_not_come_back_stops_the_run_before_anything_is_kept(case, tmp_path, monkeypatch, way):
    base = git(case.root, "rev-parse", "HEAD")
    with monkeypatch.context() as patched:
        meddle(tmp_path, patched, f"*{base}*" if way == "back" else f"*{base}*) ;; *")
        with pytest.raises(EnvironmentFailed, match=f"P2-001 rolled {way} in the sandbox is tree") as caught:
            case.run()
    assert "workbench resume" in caught.value.hint
    assert git(case.root, "rev-parse", "workbench/small") == base
    (drill,) = standing(case.root, None).drills
    assert not drill.verified
    assert (drill.forth_actual == drill.forth_expected) is (way == "back")


def test_after_a_failed_drill_the_run_is_drilled_again_or_given_up(case, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        meddle(tmp_path, patched, "*")
        with pytest.raises(EnvironmentFailed):
            case.run()
    record = case.resume()
    assert [one.verified for one in record.drills] == [False, True]
    assert record.outcome is RunOutcome.COMPLETE


def test_a_run_whose_drill_failed_can_be_aborted(case, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        meddle(tmp_path, patched, "*")
        with pytest.raises(EnvironmentFailed):
            case.run()
    assert abort_run(case.root, means=case.means).outcome is RunOutcome.ROLLED_BACK


def test_status_and_reports_show_it(case):
    record = case.run()

    def told(*words: str) -> str:
        ran = workbench(case.root, *words)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    tree = record.base_tree[:10]
    assert f"drill P2: P2-001 forth and back in the sandbox, tree {tree}" in told("status")
    [drill] = json.loads(told("--json", "status"))["drills"]
    assert (drill["batch"], drill["verified"], drill["back"]["actual_tree"]) == ("P2-001", True, record.base_tree)
    assert "Drill before P2: P2-001 forth and back in the sandbox" in told("report", "--format", "md")
    assert "drill of P2: P2-001 forth and back" in " ".join(told("log").split())

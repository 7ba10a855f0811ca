"""Landing moves the user's own branch: never over his work, never to what was not judged, never by half."""

from __future__ import annotations

import json
import os
import shutil
import stat

import pytest

from tests.command_line import workbench
from tests.engine.conftest import user
from tests.engine.landed import Killed, assert_landed, assert_nothing_left, commit_on_main, work
from tests.engine.test_run import git
from workbench.engine.begin import RunOptions
from workbench.engine.land import land
from workbench.engine.landing import landing_under_way
from workbench.engine.rollback import rollback
from workbench.engine.run import run_plan
from workbench.engine.standing import next_command, standing
from workbench.ledger.ledger import Ledger
from workbench.model.errors import Colliding, Conflict, Refused, StalePlan, UsageError
from workbench.model.event import BatchKept, RollbackStarted, RolledBack
from workbench.model.run import Certificate


def test_a_finished_branch_lands_and_the_rest_of_the_users_work_stays(landable):
    before, record = work(landable.root), standing(landable.root, None)
    assert next_command(record) == "workbench land small"
    landing = land(landable.root, "", None, means=landable.means)
    assert (landing.branch, landing.from_commit, landing.to_commit) == ("main", record.base, record.head)
    assert landing.files == ("app/a.py", "app/b.py")
    assert landing.kept == ()
    assert_landed(landable.root, before, record.head)
    assert next_command(standing(landable.root, None)) == ""
    refs = git(landable.root, "for-each-ref", "--format=%(objectname) %(refname)", "refs/workbench")
    assert f"{record.base} refs/workbench/{record.run}/landed-from" in refs


def test_a_second_landing_does_nothing_and_says_so(landable, tree_of):
    land(landable.root, "", None, means=landable.means)
    before = tree_of(landable.root)
    landing = land(landable.root, "", None, means=landable.means)
    assert landing.from_commit == landing.to_commit == standing(landable.root, None).head
    assert landing.files == ()
    assert tree_of(landable.root) == before


def test_a_branch_that_is_checked_out_nowhere_only_moves(landable, tree_of):
    git(landable.root, "branch", "release", "main")
    before = tree_of(landable.root)
    landing = land(landable.root, "", "release", means=landable.means)
    assert git(landable.root, "rev-parse", "release") == landing.to_commit == standing(landable.root, None).head
    assert tree_of(landable.root) == before


def test_a_branch_that_is_checked_out_elsewhere_is_refused(landable, tmp_path):
    git(landable.root, "worktree", "add", "-q", "-b", "release", str(tmp_path / "w"), "main")
    with pytest.raises(Refused, match="release is checked out in"):
        land(landable.root, "", "release", means=landable.means)
    assert git(landable.root, "rev-parse", "release") == git(landable.root, "rev-parse", "main")
    landing = land(tmp_path / "w", "small", None, means=landable.means)
    assert landing.branch == "release"
    assert "build(1)" in (tmp_path / "w/app/a.py").read_text()
    assert git(tmp_path / "w", "status", "--porcelain") == ""


def test_hooks_are_not_run(landable):
    hooks = landable.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-merge", "post-index-change", "reference-transaction", "update"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {hooks}/ran\n")
        (hooks / name).chmod(0o755)
    land(landable.root, "", None, means=landable.means)
    assert not (hooks / "ran").exists()


def test_nothing_lands_while_a_run_is_under_way(make_case):
    case = make_case(user("a"), user("b"), max_files=1)

    def watch(_plan, _past):
        def hear(event, _at):
            if isinstance(event, BatchKept):
                raise Killed

        return hear

    with pytest.raises(Killed):
        run_plan(case.root, None, RunOptions(), means=case.means, watch=watch)
    with pytest.raises(Refused, match="stopped before its end"):
        land(case.root, "", None, means=case.means)


def test_there_is_nothing_to_land_where_nothing_was_kept(landable):
    rollback(landable.root, "all", means=landable.means)
    with pytest.raises(Refused, match="nothing to land"):
        land(landable.root, "", None, means=landable.means)


def test_a_head_that_no_gate_judged_is_refused(landable):
    record = standing(landable.root, None)
    odd = git(landable.root, "commit-tree", "-p", record.head, "-m", "odd", git(landable.root, "mktree"))
    tree = git(landable.root, "rev-parse", f"{odd}^{{tree}}")
    with Ledger.open(landable.root / ".git/workbench/ledger.db", clock=landable.means.clock) as ledger:
        ledger.record(RollbackStarted(record.run, "P2-002", "revert", record.head, odd, ("P2-002",), tree))
        ledger.record(RolledBack(record.run, Certificate("P2-002", "revert", record.head, "", odd, tree, tree, tree)))
    git(landable.root, "update-ref", "refs/heads/workbench/small", odd)
    with pytest.raises(Refused, match="no gate has judged"):
        land(landable.root, "", None, means=landable.means)


def test_a_run_branch_that_somebody_moved_is_a_conflict(landable):
    git(landable.root, "branch", "-f", "workbench/small", "main")
    with pytest.raises(Conflict, match="the ledger says"):
        land(landable.root, "", None, means=landable.means)


def test_without_a_branch_to_land_on_it_asks_for_one(landable):
    with pytest.raises(UsageError, match="there is no branch nowhere"):
        land(landable.root, "", "nowhere", means=landable.means)
    git(landable.root, "checkout", "-q", "--detach")
    with pytest.raises(UsageError, match="no branch is checked out"):
        land(landable.root, "", None, means=landable.means)


def test_a_branch_that_went_on_in_the_same_files_is_a_conflict_that_names_them(landable):
    made = commit_on_main(landable.root, "app/a.py")
    objects = sorted((landable.root / ".git/objects").rglob("*"))
    with pytest.raises(Colliding, match=r"a merge .* would conflict in app/a\.py \(P2-001\)$") as caught:
        land(landable.root, "", None, means=landable.means)
    assert caught.value.collisions == (("app/a.py", ("P2-001",)),)
    assert git(landable.root, "rev-parse", "main") == made
    assert sorted((landable.root / ".git/objects").rglob("*")) == objects
    named = [{"path": "app/a.py", "batches": ["P2-001"]}]
    refused = workbench(landable.root, "--json", "land")
    assert (refused.returncode, json.loads(refused.stdout)["error"]["conflicts"]) == (4, named)
    status = json.loads(workbench(landable.root, "--json", "status").stdout)
    assert status["parted"] == {"branch": "main", "tip": made, "tried": True, "conflicts": named}
    assert status["next"] == "workbench plan small"


def test_a_branch_that_went_on_elsewhere_in_the_same_file_is_stale_and_could_be_merged(landable):
    text = (landable.root / "app/a.py").read_text().replace("\n\n\n", "\n\n# in between\n\n")
    place = landable.root.parent / "text"
    place.write_text(text)
    commit_on_main(landable.root, "app/a.py", git(landable.root, "hash-object", "-w", str(place)))
    with pytest.raises(StalePlan, match="without a conflict, but nobody judged them"):
        land(landable.root, "", None, means=landable.means)


def test_with_a_git_that_cannot_try_a_merge_every_file_of_both_is_named(landable, monkeypatch):
    commit_on_main(landable.root, "app/a.py")
    old = landable.root.parent / "bin/git"
    old.parent.mkdir()
    old.write_text(f'#!/bin/sh\ncase "$*" in *merge-tree*) exit 129;; esac\nexec {shutil.which("git")} "$@"\n')
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    with pytest.raises(Colliding, match=r"both changed app/a\.py \(P2-001\)$"):
        land(landable.root, "", None, means=landable.means)


def test_a_branch_that_went_on_elsewhere_is_stale(landable):
    made = commit_on_main(landable.root, "later.txt")
    with pytest.raises(StalePlan, match="nobody judged them together") as caught:
        land(landable.root, "", None, means=landable.means)
    assert "workbench plan small" in caught.value.hint
    assert git(landable.root, "rev-parse", "main") == made


def test_an_edit_in_the_way_is_refused_and_no_landing_begins(landable, tree_of):
    (landable.root / "app/a.py").write_text("mine = True\n")
    before = tree_of(landable.root)
    with pytest.raises(Refused, match=r"app/a\.py \(edited\)"):
        land(landable.root, "", None, means=landable.means)
    assert tree_of(landable.root) == before
    assert not landing_under_way(landable.root)
    assert_nothing_left(landable.root)


def test_modes_stay(make_case):
    case = make_case(user("a"), max_files=1)
    (case.root / "app/a.py").chmod(0o755)
    git(case.root, "commit", "-qam", "executable")
    case.run()
    land(case.root, "", None, means=case.means)
    assert (case.root / "app/a.py").stat().st_mode & stat.S_IXUSR
    assert git(case.root, "status", "--porcelain") == ""

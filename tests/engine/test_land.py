"""Landing moves the user's own branch: never over his work, never to what was not judged, never by half."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.conftest import Case, user
from tests.engine.test_run import at as blob_at
from tests.engine.test_run import git
from workbench.engine.begin import RunOptions
from workbench.engine.land import land
from workbench.engine.landing import landing_under_way, resume_landing, undo_landing
from workbench.engine.rollback import rollback
from workbench.engine.run import run_plan
from workbench.engine.standing import next_command, standing
from workbench.ledger.ledger import Ledger
from workbench.model.errors import Colliding, Conflict, EnvironmentFailed, Interrupted, Refused, StalePlan, UsageError
from workbench.model.event import BatchKept, RollbackStarted, RolledBack
from workbench.model.run import Certificate, RunOutcome

POINTS = (
    "checked", "recorded", "locked", "staged", "linked", "swapped", "written", "index-written", "index-replaced",
    "branch-moved", "closed", "landed",
)  # fmt: skip


class Killed(BaseException):
    """Stands for the death of the process: nothing catches it."""


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Where the first test leaves a repository with a finished run for the others to copy."""
    return tmp_path_factory.mktemp("finished") / "repo"


@pytest.fixture
def done(make_case, means, finished, tmp_path):
    """A finished run of two batches, and a user with other work in hand."""
    if not finished.exists():
        case = make_case(user("a"), user("b"), {"notes.txt": "notes\n", "other.py": "x = 1\n"}, max_files=1)
        assert case.run().outcome is RunOutcome.COMPLETE
        shutil.copytree(case.root, finished, symlinks=True)
    root = tmp_path / "repo"
    shutil.copytree(finished, root, symlinks=True)
    (root / "notes.txt").write_text("edited\n")
    (root / "other.py").write_text("x = 2\n")
    git(root, "add", "other.py")
    (root / "other.py").write_text("x = 3\n")
    (root / "mine.txt").write_text("untracked\n")
    return Case(root, means)


def stop(point, times=1):
    """Return a hook that dies at a point, when it is passed for the `times`-th time."""
    seen = []

    def at(now):
        seen.append(now)
        if seen.count(point) == times and now == point:
            raise Killed

    return at


def work(root):
    """What the user had in hand in files that no landing changes: bytes, mode, time, inode; and what he had staged."""
    found = {}
    for name in ("notes.txt", "other.py", "mine.txt", ".gitignore", "plans/small.toml"):
        about = (root / name).lstat()
        found[name] = ((root / name).read_bytes(), about.st_mode, about.st_mtime_ns, about.st_ino)
    return found, git(root, "show", ":other.py"), git(root, "diff", "--cached", "--name-only")


def assert_landed(root, before, head):
    assert git(root, "rev-parse", "main") == head
    assert git(root, "symbolic-ref", "HEAD") == "refs/heads/main"
    assert work(root) == before
    assert git(root, "status", "--porcelain") == "M notes.txt\nMM other.py\n?? mine.txt"
    assert "build(1)" in (root / "app/a.py").read_text()
    assert "build(1)" in (root / "app/b.py").read_text()
    assert_nothing_left(root)


def assert_nothing_left(root):
    state = root / ".git" / "workbench"
    assert {place.name for place in state.iterdir()} <= {"ledger.db", "memo.db", "run.lock"}
    assert not list((root / ".git").rglob("*.lock")) or [state / "run.lock"] == list((root / ".git").rglob("*.lock"))
    assert git(root, "fsck", "--strict") == ""


def test_a_finished_branch_lands_and_the_rest_of_the_users_work_stays(done):
    before, record = work(done.root), standing(done.root, None)
    assert next_command(record) == "workbench land small"
    landing = land(done.root, "", None, means=done.means)
    assert (landing.branch, landing.from_commit, landing.to_commit) == ("main", record.base, record.head)
    assert landing.files == ("app/a.py", "app/b.py")
    assert landing.kept == ()
    assert_landed(done.root, before, record.head)
    assert next_command(standing(done.root, None)) == ""
    refs = git(done.root, "for-each-ref", "--format=%(objectname) %(refname)", "refs/workbench")
    assert f"{record.base} refs/workbench/{record.run}/landed-from" in refs


def test_a_second_landing_does_nothing_and_says_so(done, tree_of):
    land(done.root, "", None, means=done.means)
    before = tree_of(done.root)
    landing = land(done.root, "", None, means=done.means)
    assert landing.from_commit == landing.to_commit == standing(done.root, None).head
    assert landing.files == ()
    assert tree_of(done.root) == before


def test_a_branch_that_is_checked_out_nowhere_only_moves(done, tree_of):
    git(done.root, "branch", "release", "main")
    before = tree_of(done.root)
    landing = land(done.root, "", "release", means=done.means)
    assert git(done.root, "rev-parse", "release") == landing.to_commit == standing(done.root, None).head
    assert tree_of(done.root) == before


def test_a_branch_that_is_checked_out_elsewhere_is_refused(done, tmp_path):
    git(done.root, "worktree", "add", "-q", "-b", "release", str(tmp_path / "w"), "main")
    with pytest.raises(Refused, match="release is checked out in"):
        land(done.root, "", "release", means=done.means)
    assert git(done.root, "rev-parse", "release") == git(done.root, "rev-parse", "main")
    landing = land(tmp_path / "w", "small", None, means=done.means)
    assert landing.branch == "release"
    assert "build(1)" in (tmp_path / "w/app/a.py").read_text()
    assert git(tmp_path / "w", "status", "--porcelain") == ""


def test_hooks_are_not_run(done):
    hooks = done.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-merge", "post-index-change", "reference-transaction", "update"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {hooks}/ran\n")
        (hooks / name).chmod(0o755)
    land(done.root, "", None, means=done.means)
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


def test_there_is_nothing_to_land_where_nothing_was_kept(done):
    rollback(done.root, "all", means=done.means)
    with pytest.raises(Refused, match="nothing to land"):
        land(done.root, "", None, means=done.means)


def test_a_head_that_no_gate_judged_is_refused(done):
    record = standing(done.root, None)
    odd = git(done.root, "commit-tree", "-p", record.head, "-m", "odd", git(done.root, "mktree"))
    tree = git(done.root, "rev-parse", f"{odd}^{{tree}}")
    with Ledger.open(done.root / ".git/workbench/ledger.db", clock=done.means.clock) as ledger:
        ledger.record(RollbackStarted(record.run, "P2-002", "revert", record.head, odd, ("P2-002",), tree))
        ledger.record(RolledBack(record.run, Certificate("P2-002", "revert", record.head, "", odd, tree, tree, tree)))
    git(done.root, "update-ref", "refs/heads/workbench/small", odd)
    with pytest.raises(Refused, match="no gate has judged"):
        land(done.root, "", None, means=done.means)


def test_a_run_branch_that_somebody_moved_is_a_conflict(done):
    git(done.root, "branch", "-f", "workbench/small", "main")
    with pytest.raises(Conflict, match="the ledger says"):
        land(done.root, "", None, means=done.means)


def test_without_a_branch_to_land_on_it_asks_for_one(done):
    with pytest.raises(UsageError, match="there is no branch nowhere"):
        land(done.root, "", "nowhere", means=done.means)
    git(done.root, "checkout", "-q", "--detach")
    with pytest.raises(UsageError, match="no branch is checked out"):
        land(done.root, "", None, means=done.means)


def commit_on_main(root, name, blob=None):
    """Commit a change of one file on main, past the index and the files."""
    blob = blob or git(root, "hash-object", "-w", "notes.txt")
    index = {**os.environ, "GIT_INDEX_FILE": str(root / ".git/tmp-index")}

    def run(*words):
        return subprocess.run(["git", *words], cwd=root, env=index, check=True, capture_output=True, text=True).stdout

    run("read-tree", "main")
    run("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
    made = git(root, "commit-tree", "-p", "main", "-m", "later", run("write-tree").strip())
    (root / ".git/tmp-index").unlink()
    git(root, "update-ref", "refs/heads/main", made)
    return made


def test_a_branch_that_went_on_in_the_same_files_is_a_conflict_that_names_them(done):
    made = commit_on_main(done.root, "app/a.py")
    objects = sorted((done.root / ".git/objects").rglob("*"))
    with pytest.raises(Colliding, match=r"a merge .* would conflict in app/a\.py \(P2-001\)$") as caught:
        land(done.root, "", None, means=done.means)
    assert caught.value.collisions == (("app/a.py", ("P2-001",)),)
    assert git(done.root, "rev-parse", "main") == made
    assert sorted((done.root / ".git/objects").rglob("*")) == objects
    words = (sys.executable, "-m", "workbench", "-C", done.root, "--json")
    named = [{"path": "app/a.py", "batches": ["P2-001"]}]
    refused = subprocess.run([*words, "land"], capture_output=True, text=True, check=False)
    assert (refused.returncode, json.loads(refused.stdout)["error"]["conflicts"]) == (4, named)
    status = json.loads(subprocess.run([*words, "status"], capture_output=True, text=True, check=True).stdout)
    assert status["parted"] == {"branch": "main", "tip": made, "tried": True, "conflicts": named}
    assert status["next"] == "workbench plan small"


def test_a_branch_that_went_on_elsewhere_in_the_same_file_is_stale_and_could_be_merged(done):
    text = (done.root / "app/a.py").read_text().replace("\n\n\n", "\n\n# in between\n\n")
    place = done.root.parent / "text"
    place.write_text(text)
    commit_on_main(done.root, "app/a.py", git(done.root, "hash-object", "-w", str(place)))
    with pytest.raises(StalePlan, match="without a conflict, but nobody judged them"):
        land(done.root, "", None, means=done.means)


def test_with_a_git_that_cannot_try_a_merge_every_file_of_both_is_named(done, monkeypatch):
    commit_on_main(done.root, "app/a.py")
    old = done.root.parent / "bin/git"
    old.parent.mkdir()
    old.write_text(f'#!/bin/sh\ncase "$*" in *merge-tree*) exit 129;; esac\nexec {shutil.which("git")} "$@"\n')
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    with pytest.raises(Colliding, match=r"both changed app/a\.py \(P2-001\)$"):
        land(done.root, "", None, means=done.means)


def test_a_branch_that_went_on_elsewhere_is_stale(done):
    made = commit_on_main(done.root, "later.txt")
    with pytest.raises(StalePlan, match="nobody judged them together") as caught:
        land(done.root, "", None, means=done.means)
    assert "workbench plan small" in caught.value.hint
    assert git(done.root, "rev-parse", "main") == made


def test_an_edit_in_the_way_is_refused_and_no_landing_begins(done, tree_of):
    (done.root / "app/a.py").write_text("mine = True\n")
    before = tree_of(done.root)
    with pytest.raises(Refused, match=r"app/a\.py \(edited\)"):
        land(done.root, "", None, means=done.means)
    assert tree_of(done.root) == before
    assert not landing_under_way(done.root)
    assert_nothing_left(done.root)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("how", ["land", "resume"])
def test_killed_at_any_point_it_is_finished(done, point, how):
    before, head = work(done.root), standing(done.root, None).head
    with pytest.raises(Killed):
        land(done.root, "", None, means=done.means, at=stop(point))
    if how == "resume" and landing_under_way(done.root):
        landing = resume_landing(done.root, means=done.means)
    else:
        landing = land(done.root, "", None, means=done.means)
    assert landing.to_commit == head
    assert landing.kept == ()
    assert_landed(done.root, before, head)
    assert not landing_under_way(done.root)


@pytest.mark.parametrize("point", POINTS[2:9])
def test_killed_again_while_it_is_finished_it_is_finished_still(done, point):
    before, head = work(done.root), standing(done.root, None).head
    with pytest.raises(Killed):
        land(done.root, "", None, means=done.means, at=stop("swapped"))
    with pytest.raises(Killed):
        resume_landing(done.root, means=done.means, at=stop(point))
    assert resume_landing(done.root, means=done.means).kept == ()
    assert_landed(done.root, before, head)


def files(root):
    found = {}
    for name in ("app/a.py", "app/b.py"):
        about = (root / name).lstat()
        found[name] = ((root / name).read_bytes(), about.st_mode, about.st_mtime_ns, about.st_ino)
    return found


@pytest.mark.parametrize("point", POINTS[1:9])
def test_killed_at_any_point_before_the_branch_moved_it_can_be_undone(done, point):
    before, lying, base = work(done.root), files(done.root), standing(done.root, None).base
    with pytest.raises(Killed):
        land(done.root, "", None, means=done.means, at=stop(point))
    undo_landing(done.root, means=done.means)
    assert files(done.root) == lying
    assert work(done.root) == before
    assert git(done.root, "rev-parse", "main") == base
    assert git(done.root, "status", "--porcelain") == "M notes.txt\nMM other.py\n?? mine.txt"
    assert_nothing_left(done.root)
    assert next_command(standing(done.root, None)) == "workbench land small"


@pytest.mark.parametrize("point", ["put-back", "index-written", "index-replaced", "closed"])
def test_killed_while_it_is_undone_it_can_still_be_undone(done, point):
    lying = files(done.root)
    with pytest.raises(Killed):
        land(done.root, "", None, means=done.means, at=stop("index-replaced"))
    with pytest.raises(Killed):
        undo_landing(done.root, means=done.means, at=stop(point))
    undo_landing(done.root, means=done.means)
    assert files(done.root) == lying
    assert git(done.root, "status", "--porcelain") == "M notes.txt\nMM other.py\n?? mine.txt"
    assert_nothing_left(done.root)


def test_after_the_branch_moved_there_is_no_undoing(done):
    with pytest.raises(Killed):
        land(done.root, "", None, means=done.means, at=stop("branch-moved"))
    with pytest.raises(Conflict, match="was moved before the landing stopped"):
        undo_landing(done.root, means=done.means)
    assert resume_landing(done.root, means=done.means).branch == "main"


def test_nothing_else_begins_while_a_landing_waits(done):
    with pytest.raises(Killed):
        land(done.root, "", None, means=done.means, at=stop("swapped"))
    for act in (done.run, lambda: rollback(done.root, "all", means=done.means)):
        with pytest.raises(Refused, match="landing of run-1 on main stopped"):
            act()


def test_a_file_edited_after_the_kill_stops_it_and_the_others_go_back(done):
    lying, base = files(done.root), standing(done.root, None).base
    with pytest.raises(Killed):
        land(done.root, "", None, means=done.means, at=stop("written"))
    (done.root / "app/b.py").write_text("mine = True\n")
    with pytest.raises(Refused, match=r"app/b\.py \(edited\)"):
        resume_landing(done.root, means=done.means)
    assert files(done.root)["app/a.py"] == lying["app/a.py"]
    assert (done.root / "app/b.py").read_text() == "mine = True\n"
    assert git(done.root, "rev-parse", "main") == base
    assert not landing_under_way(done.root)
    assert_nothing_left(done.root)


def test_an_edit_saved_in_place_between_look_and_write_is_kept_and_named(done):
    def at(now):
        if now == "linked" and "build" not in (done.root / "app/a.py").read_text():
            with (done.root / "app/a.py").open("r+") as file:
                file.write("mine = True\n")

    landing = land(done.root, "", None, means=done.means, at=at)
    ((path, place),) = landing.kept
    assert path == "app/a.py"
    assert Path(place).read_text().startswith("mine = True\n")
    assert "build(1)" in (done.root / "app/a.py").read_text()
    assert place.startswith(str(done.root / ".git/workbench/keep"))


def test_a_file_put_in_place_between_look_and_write_is_kept_and_named(done):
    def at(now):
        if now == "linked" and "build" not in (done.root / "app/a.py").read_text():
            (done.root / "saved.tmp").write_text("mine = True\n")
            (done.root / "saved.tmp").rename(done.root / "app/a.py")

    landing = land(done.root, "", None, means=done.means, at=at)
    assert [path for path, _ in landing.kept] == ["app/a.py"]
    assert Path(landing.kept[0][1]).read_text() == "mine = True\n"


def test_an_edit_saved_before_the_look_stops_it_and_stays(done):
    lying = files(done.root)

    def at(now):
        if now == "written":
            (done.root / "app/b.py").write_text("mine = True\n")

    with pytest.raises(Conflict, match=r"app/b\.py was changed while"):
        land(done.root, "", None, means=done.means, at=at)
    assert files(done.root)["app/a.py"] == lying["app/a.py"]
    assert (done.root / "app/b.py").read_text() == "mine = True\n"
    assert_nothing_left(done.root)


def test_a_branch_that_moves_meanwhile_is_not_overwritten(done):
    lying, made = files(done.root), []

    def at(now):
        if now == "index-replaced" and not made:
            made.append(commit_on_main(done.root, "later.txt"))

    with pytest.raises(Conflict, match="refs/heads/main is at"):
        land(done.root, "", None, means=done.means, at=at)
    assert git(done.root, "rev-parse", "main") == made[0]
    assert files(done.root) == lying
    assert not landing_under_way(done.root)


def test_what_the_user_committed_in_the_gap_is_not_taken_from_him(done):
    def at(now):
        if now == "index-replaced" and git(done.root, "log", "-1", "--format=%s", "main") == "base":
            git(done.root, "commit", "-q", "-m", "mine")

    with pytest.raises(Conflict, match="refs/heads/main is at"):
        land(done.root, "", None, means=done.means, at=at)
    assert "build(1)" in blob_at(done.root, "main", "app/a.py")
    assert "build(1)" in (done.root / "app/a.py").read_text()
    assert git(done.root, "status", "--porcelain") == "M notes.txt\n M other.py\n?? mine.txt"


@pytest.mark.parametrize("point", ["written", "index-replaced"])
def test_a_branch_that_is_made_and_switched_to_meanwhile_gets_none_of_it(done, point):
    lying = files(done.root)

    def at(now):
        if now == point and git(done.root, "branch", "--show-current") == "main":
            git(done.root, "switch", "-q", "-c", "elsewhere")

    with pytest.raises(Conflict, match="main is not what is checked out any more"):
        land(done.root, "", None, means=done.means, at=at)
    assert files(done.root) == lying
    assert git(done.root, "status", "--porcelain") == "M notes.txt\nMM other.py\n?? mine.txt"
    assert_nothing_left(done.root)


def test_somebody_elses_lock_is_refused_and_left(done, tree_of):
    lock = done.root / ".git/index.lock"
    lock.write_text("theirs")
    before = tree_of(done.root)
    with pytest.raises(Refused, match=r"index\.lock is there"):
        land(done.root, "", None, means=done.means)
    assert lock.read_text() == "theirs"
    assert tree_of(done.root) == before


def test_a_disk_that_fails_puts_everything_back(done):
    lying = files(done.root)

    def at(now):
        if now == "written":
            raise OSError(28, "No space left on device", "app/b.py")

    with pytest.raises(EnvironmentFailed, match="No space left"):
        land(done.root, "", None, means=done.means, at=at)
    assert files(done.root) == lying
    assert_nothing_left(done.root)


def test_ctrl_c_puts_everything_back(done):
    lying = files(done.root)

    def at(now):
        if now == "written":
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="was interrupted"):
        land(done.root, "", None, means=done.means, at=at)
    assert files(done.root) == lying
    assert_nothing_left(done.root)


def test_a_landing_of_another_working_tree_is_ended_there(done, tmp_path):
    git(done.root, "worktree", "add", "-q", "-b", "release", str(tmp_path / "w"), "main")
    with pytest.raises(Killed):
        land(tmp_path / "w", "small", None, means=done.means, at=stop("swapped"))
    with pytest.raises(Refused, match="stopped before its end"):
        resume_landing(done.root, means=done.means)
    assert resume_landing(tmp_path / "w", means=done.means).branch == "release"
    assert git(tmp_path / "w", "status", "--porcelain") == ""


def test_a_ref_only_landing_that_died_does_not_move_a_branch_that_was_checked_out_since(done):
    git(done.root, "branch", "release", "main")
    with pytest.raises(Killed):
        land(done.root, "", "release", means=done.means, at=stop("recorded"))
    git(done.root, "checkout", "-q", "release")
    with pytest.raises(Conflict, match="not where the landing left it"):
        resume_landing(done.root, means=done.means)
    assert git(done.root, "rev-parse", "release") == git(done.root, "rev-parse", "main")
    assert land(done.root, "", None, means=done.means).branch == "release"


def test_modes_stay(make_case):
    case = make_case(user("a"), max_files=1)
    (case.root / "app/a.py").chmod(0o755)
    git(case.root, "commit", "-qam", "executable")
    case.run()
    land(case.root, "", None, means=case.means)
    assert (case.root / "app/a.py").stat().st_mode & stat.S_IXUSR
    assert git(case.root, "status", "--porcelain") == ""

"""A landing that is killed, fails, or meets an edit: it is finished or taken back, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import workbench
from tests.engine.landed import POINTS, Killed, assert_landed, assert_nothing_left, commit_on_main, stop, work
from tests.engine.test_run import at as blob_at
from tests.engine.test_run import git
from workbench.engine.land import land
from workbench.engine.landing import landing_under_way, resume_landing, undo_landing
from workbench.engine.rollback import rollback
from workbench.engine.standing import next_command, standing
from workbench.model.errors import Conflict, EnvironmentFailed, Interrupted, Refused, UsageError


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("how", ["land", "resume"])
def test_killed_at_any_point_it_is_finished(landable, point, how):
    before, head = work(landable.root), standing(landable.root, None).head
    with pytest.raises(Killed):
        land(landable.root, "", None, means=landable.means, at=stop(point))
    if how == "resume" and landing_under_way(landable.root):
        landing = resume_landing(landable.root, means=landable.means)
    else:
        landing = land(landable.root, "", None, means=landable.means)
    assert landing.to_commit == head
    assert landing.kept == ()
    assert_landed(landable.root, before, head)
    assert not landing_under_way(landable.root)


@pytest.mark.parametrize("point", POINTS[2:9])
def test_killed_again_while_it_is_finished_it_is_finished_still(landable, point):
    before, head = work(landable.root), standing(landable.root, None).head
    with pytest.raises(Killed):
        land(landable.root, "", None, means=landable.means, at=stop("swapped"))
    with pytest.raises(Killed):
        resume_landing(landable.root, means=landable.means, at=stop(point))
    assert resume_landing(landable.root, means=landable.means).kept == ()
    assert_landed(landable.root, before, head)


def files(root):
    found = {}
    for name in ("app/a.py", "app/b.py"):
        about = (root / name).lstat()
        found[name] = ((root / name).read_bytes(), about.st_mode, about.st_mtime_ns, about.st_ino)
    return found


@pytest.mark.parametrize("point", POINTS[1:9])
def test_killed_at_any_point_before_the_branch_moved_it_can_be_undone(landable, point):
    before, lying, base = work(landable.root), files(landable.root), standing(landable.root, None).base
    with pytest.raises(Killed):
        land(landable.root, "", None, means=landable.means, at=stop(point))
    undo_landing(landable.root, means=landable.means)
    assert files(landable.root) == lying
    assert work(landable.root) == before
    assert git(landable.root, "rev-parse", "main") == base
    assert git(landable.root, "status", "--porcelain") == "M notes.txt\nMM other.py\n?? mine.txt"
    assert_nothing_left(landable.root)
    assert next_command(standing(landable.root, None)) == "workbench land small"


@pytest.mark.parametrize("point", ["put-back", "index-written", "index-replaced", "closed"])
def test_killed_while_it_is_undone_it_can_still_be_undone(landable, point):
    lying = files(landable.root)
    with pytest.raises(Killed):
        land(landable.root, "", None, means=landable.means, at=stop("index-replaced"))
    with pytest.raises(Killed):
        undo_landing(landable.root, means=landable.means, at=stop(point))
    undo_landing(landable.root, means=landable.means)
    assert files(landable.root) == lying
    assert git(landable.root, "status", "--porcelain") == "M notes.txt\nMM other.py\n?? mine.txt"
    assert_nothing_left(landable.root)


def test_after_the_branch_moved_there_is_no_undoing(landable):
    with pytest.raises(Killed):
        land(landable.root, "", None, means=landable.means, at=stop("branch-moved"))
    with pytest.raises(Conflict, match="was moved before the landing stopped"):
        undo_landing(landable.root, means=landable.means)
    assert resume_landing(landable.root, means=landable.means).branch == "main"


@pytest.mark.parametrize("words", [("resume",), ("--json", "resume"), ("land",)])
def test_a_lock_of_a_git_that_died_with_the_landing_is_named_and_left(landable, words):
    with pytest.raises(Killed):
        land(landable.root, "", None, means=landable.means, at=stop("branch-moved"))
    lock = landable.root / ".git/HEAD.lock"
    lock.touch()
    ended = workbench(landable.root, *words)
    assert ended.returncode == 1
    assert str(lock) in ended.stdout.replace("\n", "")
    assert lock.exists()
    assert not landing_under_way(landable.root)


def test_nothing_else_begins_while_a_landing_waits(landable):
    with pytest.raises(Killed):
        land(landable.root, "", None, means=landable.means, at=stop("swapped"))
    for act in (landable.run, lambda: rollback(landable.root, "all", means=landable.means)):
        with pytest.raises(Refused, match="landing of run-1 on main stopped"):
            act()


def test_a_file_edited_after_the_kill_stops_it_and_the_others_go_back(landable):
    lying, base = files(landable.root), standing(landable.root, None).base
    with pytest.raises(Killed):
        land(landable.root, "", None, means=landable.means, at=stop("written"))
    (landable.root / "app/b.py").write_text("mine = True\n")
    with pytest.raises(Refused, match=r"app/b\.py \(edited\)"):
        resume_landing(landable.root, means=landable.means)
    assert files(landable.root)["app/a.py"] == lying["app/a.py"]
    assert (landable.root / "app/b.py").read_text() == "mine = True\n"
    assert git(landable.root, "rev-parse", "main") == base
    assert not landing_under_way(landable.root)
    assert_nothing_left(landable.root)


def test_an_edit_saved_in_place_between_look_and_write_is_kept_and_named(landable):
    def at(now):
        if now == "linked" and "build" not in (landable.root / "app/a.py").read_text():
            with (landable.root / "app/a.py").open("r+") as file:
                file.write("mine = True\n")

    landing = land(landable.root, "", None, means=landable.means, at=at)
    ((path, place),) = landing.kept
    assert path == "app/a.py"
    assert Path(place).read_text().startswith("mine = True\n")
    assert "build(1)" in (landable.root / "app/a.py").read_text()
    assert place.startswith(str(landable.root / ".git/workbench/keep"))


def test_a_file_put_in_place_between_look_and_write_is_kept_and_named(landable):
    def at(now):
        if now == "linked" and "build" not in (landable.root / "app/a.py").read_text():
            (landable.root / "saved.tmp").write_text("mine = True\n")
            (landable.root / "saved.tmp").rename(landable.root / "app/a.py")

    landing = land(landable.root, "", None, means=landable.means, at=at)
    assert [path for path, _ in landing.kept] == ["app/a.py"]
    assert Path(landing.kept[0][1]).read_text() == "mine = True\n"


def test_an_edit_saved_before_the_look_stops_it_and_stays(landable):
    lying = files(landable.root)

    def at(now):
        if now == "written":
            (landable.root / "app/b.py").write_text("mine = True\n")

    with pytest.raises(Conflict, match=r"app/b\.py was changed while"):
        land(landable.root, "", None, means=landable.means, at=at)
    assert files(landable.root)["app/a.py"] == lying["app/a.py"]
    assert (landable.root / "app/b.py").read_text() == "mine = True\n"
    assert_nothing_left(landable.root)


def test_a_branch_that_moves_meanwhile_is_not_overwritten(landable):
    lying, made = files(landable.root), []

    def at(now):
        if now == "index-replaced" and not made:
            made.append(commit_on_main(landable.root, "later.txt"))

    with pytest.raises(Conflict, match="refs/heads/main is at"):
        land(landable.root, "", None, means=landable.means, at=at)
    assert git(landable.root, "rev-parse", "main") == made[0]
    assert files(landable.root) == lying
    assert not landing_under_way(landable.root)


def test_what_the_user_committed_in_the_gap_is_not_taken_from_him(landable):
    def at(now):
        if now == "index-replaced" and git(landable.root, "log", "-1", "--format=%s", "main") == "base":
            git(landable.root, "commit", "-q", "-m", "mine")

    with pytest.raises(Conflict, match="refs/heads/main is at"):
        land(landable.root, "", None, means=landable.means, at=at)
    assert "build(1)" in blob_at(landable.root, "main", "app/a.py")
    assert "build(1)" in (landable.root / "app/a.py").read_text()
    assert git(landable.root, "status", "--porcelain") == "M notes.txt\n M other.py\n?? mine.txt"


@pytest.mark.parametrize("point", ["written", "index-replaced"])
def test_a_branch_that_is_made_and_switched_to_meanwhile_gets_none_of_it(landable, point):
    lying = files(landable.root)

    def at(now):
        if now == point and git(landable.root, "branch", "--show-current") == "main":
            git(landable.root, "switch", "-q", "-c", "elsewhere")

    with pytest.raises(Conflict, match="main is not what is checked out any more"):
        land(landable.root, "", None, means=landable.means, at=at)
    assert files(landable.root) == lying
    assert git(landable.root, "status", "--porcelain") == "M notes.txt\nMM other.py\n?? mine.txt"
    assert_nothing_left(landable.root)


def test_somebody_elses_lock_is_refused_and_left(landable, tree_of):
    lock = landable.root / ".git/index.lock"
    lock.write_text("theirs")
    before = tree_of(landable.root)
    with pytest.raises(Refused, match=r"index\.lock is there"):
        land(landable.root, "", None, means=landable.means)
    assert lock.read_text() == "theirs"
    assert tree_of(landable.root) == before


def test_a_disk_that_fails_puts_everything_back(landable):
    lying = files(landable.root)

    def at(now):
        if now == "written":
            raise OSError(28, "No space left on device", "app/b.py")

    with pytest.raises(EnvironmentFailed, match="No space left"):
        land(landable.root, "", None, means=landable.means, at=at)
    assert files(landable.root) == lying
    assert_nothing_left(landable.root)


def test_ctrl_c_puts_everything_back(landable):
    lying = files(landable.root)

    def at(now):
        if now == "written":
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="was interrupted"):
        land(landable.root, "", None, means=landable.means, at=at)
    assert files(landable.root) == lying
    assert_nothing_left(landable.root)


def test_a_landing_of_another_working_tree_is_ended_there(landable, tmp_path):
    git(landable.root, "worktree", "add", "-q", "-b", "release", str(tmp_path / "w"), "main")
    with pytest.raises(Killed):
        land(tmp_path / "w", "small", None, means=landable.means, at=stop("swapped"))
    with pytest.raises(Refused, match="stopped before its end"):
        resume_landing(landable.root, means=landable.means)
    assert resume_landing(tmp_path / "w", means=landable.means).branch == "release"
    assert git(tmp_path / "w", "status", "--porcelain") == ""


def test_a_ref_only_landing_that_died_does_not_move_a_branch_that_was_checked_out_since(landable):
    git(landable.root, "branch", "release", "main")
    with pytest.raises(Killed):
        land(landable.root, "", "release", means=landable.means, at=stop("recorded"))
    git(landable.root, "checkout", "-q", "release")
    with pytest.raises(Conflict, match="not where the landing left it"):
        resume_landing(landable.root, means=landable.means)
    assert git(landable.root, "rev-parse", "release") == git(landable.root, "rev-parse", "main")
    assert land(landable.root, "", None, means=landable.means).branch == "release"


def test_an_edit_that_came_between_is_named_beside_what_stopped_the_landing(landable):
    def at(now):
        text = (landable.root / "app/a.py").read_text()
        if now == "linked" and "build" not in text:
            (landable.root / "saved.tmp").write_text("mine = True\n")
            (landable.root / "saved.tmp").rename(landable.root / "app/a.py")
        if now == "written":
            (landable.root / "app/a.py").write_text("mine = 'later'\n")
            raise OSError(28, "No space left on device", "app/b.py")

    with pytest.raises(EnvironmentFailed, match="No space left") as caught:
        land(landable.root, "", None, means=landable.means, at=at)
    place = landable.root / ".git/workbench/keep"
    (kept,) = (one for one in place.rglob("*") if one.is_file())
    assert caught.value.hint == f"an edit that came between is kept (app/a.py in {kept}); everything was put back"
    assert kept.read_text() == "mine = True\n"
    assert (landable.root / "app/a.py").read_text() == "mine = 'later'\n"


def test_where_no_landing_is_under_way_there_is_nothing_to_take_back(landable, make_repo):
    with pytest.raises(UsageError, match="no landing is under way"):
        undo_landing(landable.root, means=landable.means)
    assert not landing_under_way(make_repo({"a.py": ""}))

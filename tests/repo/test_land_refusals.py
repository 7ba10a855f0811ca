"""Whatever of the user's stands in the way of a landing is named, and nothing is touched."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.repo.landing import commit_aside, land, lander, run
from workbench.model.errors import Conflict, Refused
from workbench.repo.land_check import landable


class Killed(BaseException):
    """Stands for the death of the process."""


def stop(point):
    def at(now):
        if now == point:
            raise Killed

    return at


NEW = {"app/a.py": b"print('new')\n", "app/b.py": b"new\n"}


def edited(root):
    (root / "app/a.py").write_text("print('mine')\n")


def edited_unseen(root):
    """The same size, and the time forced back: stat would call it clean."""
    about = (root / "app/a.py").stat()
    (root / "app/a.py").write_text("print('A')\n")
    os.utime(root / "app/a.py", ns=(about.st_atime_ns, about.st_mtime_ns))


def edited_to_the_new(root):
    (root / "app/a.py").write_bytes(NEW["app/a.py"])


def edited_assumed_unchanged(root):
    run(root, "update-index", "--assume-unchanged", "app/a.py")
    edited(root)


def staged(root):
    content = (root / "app/a.py").read_bytes()
    edited(root)
    run(root, "add", "app/a.py")
    (root / "app/a.py").write_bytes(content)


def staged_deletion(root):
    run(root, "rm", "-q", "--cached", "app/a.py")


def unmerged(root):
    blob = run(root, "rev-parse", "HEAD:app/a.py")
    stages = "".join(f"100644 {blob} {number}\tapp/a.py\n" for number in (1, 2, 3))
    run(root, "update-index", "--index-info", stdin=f"0 {'0' * 40}\tapp/a.py\n{stages}".encode())


def made_executable(root):
    (root / "app/a.py").chmod(0o755)


def deleted(root):
    (root / "app/a.py").unlink()


def a_link(root):
    shutil.copy(root / "app/a.py", root / "same.py")
    (root / "app/a.py").unlink()
    (root / "app/a.py").symlink_to("../same.py")


def a_directory(root):
    (root / "app/a.py").unlink()
    (root / "app/a.py").mkdir()


def a_pipe(root):
    (root / "app/a.py").unlink()
    os.mkfifo(root / "app/a.py")


def skipped(root):
    run(root, "update-index", "--skip-worktree", "app/a.py")
    (root / "app/a.py").unlink()


def skipped_but_there(root):
    run(root, "update-index", "--skip-worktree", "app/a.py")


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (edited, "edited"),
        (edited_unseen, "edited"),
        (edited_to_the_new, "edited"),
        (edited_assumed_unchanged, "edited"),
        (staged, "staged"),
        (staged_deletion, "staged"),
        (unmerged, "staged"),
        (made_executable, "edited"),
        (deleted, "deleted"),
        (a_link, "a link"),
        (a_directory, "not a file"),
        (a_pipe, "not a file"),
        (skipped, "kept out of the working tree by skip-worktree"),
        (skipped_but_there, "kept out of the working tree by skip-worktree"),
    ],
)
def test_the_users_work_on_a_changed_path_is_refused(root, snapshot, act, reason):
    new = commit_aside(root, NEW)
    act(root)
    before = snapshot(root)
    with pytest.raises(Refused, match="would go over work that is not in main") as caught:
        land(root, new)
    assert f"app/a.py ({reason})" in caught.value.message
    assert "app/b.py" not in caught.value.message
    assert caught.value.path == "app/a.py"
    assert snapshot(root) == before
    assert list((root / ".git/workbench").iterdir()) == []


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("where", ["new.py", "new/deep.py"])
def test_a_file_in_the_way_of_a_new_one_is_refused(root, snapshot, ignored, where):
    if ignored:
        (root / ".git/info").mkdir(exist_ok=True)
        (root / ".git/info/exclude").write_text("new.py\nnew\n")
    (root / "new.py" if where == "new.py" else root / "new").write_text("mine\n")
    new = commit_aside(root, {where: b"x\n"})
    before = snapshot(root)
    with pytest.raises(Refused, match=where):
        land(root, new)
    assert snapshot(root) == before


def test_a_directory_that_became_a_link_is_not_followed(root, tmp_path, snapshot):
    outside = tmp_path / "outside"
    shutil.copytree(root / "app", outside)
    shutil.rmtree(root / "app")
    (root / "app").symlink_to(outside)
    before = snapshot(outside)
    with pytest.raises(Refused, match=r"app/a\.py \(a link or a file stands for a directory\)"):
        land(root, commit_aside(root, NEW))
    assert snapshot(outside) == before


def test_a_directory_that_becomes_a_link_meanwhile_is_not_followed(root, tmp_path, snapshot):
    outside = tmp_path / "outside"
    shutil.copytree(root / "app", outside)
    before = snapshot(outside)

    def at(now):
        if now == "staged":
            (root / "app").rename(tmp_path / "away")
            (root / "app").symlink_to(outside)

    one = lander(root, commit_aside(root, NEW), at=at)
    one.check()
    with pytest.raises(Conflict, match=r"app/a\.py was changed while"):
        one.forward()
    assert one.undo() == ()
    assert snapshot(outside) == before


@pytest.mark.parametrize(("marker", "name"), [("MERGE_HEAD", "merge"), ("CHERRY_PICK_HEAD", "cherry-pick")])
def test_an_operation_in_progress_is_refused(root, marker, name):
    new = commit_aside(root, NEW)
    (root / ".git" / marker).write_text(run(root, "rev-parse", "HEAD") + "\n")
    with pytest.raises(Refused, match=f"a {name} is in progress"):
        land(root, new)


def test_what_is_no_regular_file_is_refused(root, snapshot):
    new = commit_aside(root, {"link": ("120000", b"README")})
    before = snapshot(root)
    with pytest.raises(Refused, match="link"):
        land(root, new)
    assert snapshot(root) == before


def test_somebody_elses_lock_is_refused_and_left(root):
    one = lander(root, commit_aside(root, NEW))
    (root / ".git/index.lock").write_text("theirs")
    with pytest.raises(Refused, match=r"index\.lock is there"):
        one.check()
    assert (root / ".git/index.lock").read_text() == "theirs"


def test_a_lock_taken_between_look_and_lock_is_left_and_nothing_written(root, snapshot):
    one = lander(root, commit_aside(root, NEW))
    one.check()
    (root / ".git/index.lock").write_text("theirs")
    before = snapshot(root)
    with pytest.raises(Refused, match=r"index\.lock is there"):
        one.forward()
    assert one.undo() == ()
    assert snapshot(root) == before


def test_a_lock_that_came_in_place_of_ours_is_left(root):
    def at(now):
        if now == "staged":
            (root / ".git/index.lock").unlink()
            (root / ".git/index.lock").write_text("theirs")
            raise OSError(5, "Input/output error")

    one = lander(root, commit_aside(root, NEW), at=at)
    with pytest.raises(OSError, match="Input"):
        one.forward()
    assert one.undo() == ()
    assert (root / ".git/index.lock").read_text() == "theirs"


def test_an_edit_between_look_and_lock_is_refused(root):
    one = lander(root, commit_aside(root, NEW))
    one.check()
    edited(root)
    with pytest.raises(Refused, match=r"app/a\.py \(edited\)"):
        one.forward()
    assert one.undo() == ()
    assert (root / "app/a.py").read_text() == "print('mine')\n"
    assert not (root / ".git/index.lock").exists()


def test_a_switch_between_look_and_lock_is_a_conflict(root):
    one = lander(root, commit_aside(root, NEW))
    one.check()
    run(root, "checkout", "-q", "-b", "other")
    with pytest.raises(Conflict, match="not what is checked out any more"):
        one.forward()
    assert one.undo() == ()
    assert run(root, "status", "--porcelain") == ""


def test_while_files_are_written_git_itself_keeps_out(root, git):
    seen = []

    def at(now):
        if now in ("staged", "swapped", "written", "index-written"):
            with pytest.raises(AssertionError, match="Unable to create"):
                git(root, "add", "README")
            seen.append(now)

    one = lander(root, commit_aside(root, NEW), at=at)
    one.check()
    one.forward()
    assert {"staged", "swapped", "written", "index-written"} <= set(seen)


def test_many_obstacles_are_named_up_to_a_bound(make_repo):
    names = [f"f{number:02}.py" for number in range(25)]
    root = make_repo(dict.fromkeys(names, "1\n"))
    new = commit_aside(root, dict.fromkeys(names, b"2\n"))
    for name in names:
        (root / name).write_text("mine\n")
    with pytest.raises(Refused, match=r"f19\.py \(edited\), and 5 more"):
        land(root, new)


def test_a_new_file_that_appears_meanwhile_is_not_overwritten(root):
    def at(now):
        if now == "linked":
            (root / "new.py").write_text("mine\n")

    one = lander(root, commit_aside(root, {"new.py": b"x\n"}), at=at)
    one.check()
    with pytest.raises(Conflict, match=r"new\.py was changed while"):
        one.forward()
    assert one.undo() == ()
    assert (root / "new.py").read_text() == "mine\n"
    assert run(root, "status", "--porcelain") == "?? new.py"


def test_what_is_saved_over_a_file_that_is_deleted_is_kept(root):
    def at(now):
        if now == "linked":
            (root / "saved").write_text("mine\n")
            (root / "saved").rename(root / "README")

    ((path, place),) = land(root, commit_aside(root, {"README": None}), at=at)
    assert path == "README"
    assert (root / place).read_text() == "mine\n"


def test_a_lock_taken_in_the_same_moment_is_left(root, snapshot, monkeypatch):
    """The last look finds no lock; git takes it before we link ours."""
    one = lander(root, commit_aside(root, NEW))
    one.check()

    def theirs(descriptor, mode, change=os.fchmod):
        (root / ".git/index.lock").write_text("theirs")
        return change(descriptor, mode)

    before = snapshot(root)
    monkeypatch.setattr(os, "fchmod", theirs)
    with pytest.raises(Refused, match=r"index\.lock is there"):
        one.forward()
    (root / ".git/index.lock").unlink()
    assert snapshot(root) == before
    assert list((root / ".git/workbench/land").iterdir()) == []


def test_a_working_tree_on_another_file_system_is_refused(repo):
    with pytest.raises(Refused, match="on different file systems") as caught:
        landable(repo, Path("/proc"), ())
    assert "git merge --ff-only" in caught.value.hint
    landable(repo, repo.root, ())


def test_what_was_taken_out_and_edited_since_a_kill_is_left_where_it_is(root):
    """An editor that saved in place, after our link and before the kill; then the user checked the file out again."""
    one = lander(root, commit_aside(root, NEW), at=stop("linked"))
    with pytest.raises(Killed):
        one.forward()
    (root / "app/a.py").write_text("mine\n")
    (root / "app/a.py").unlink()
    (root / ".git/index.lock").unlink()
    run(root, "checkout", "--", "app/a.py")
    with pytest.raises(Conflict, match=r"app/a\.py was changed while"):
        lander(root, one.move.new).forward(resuming=True)
    ((path, place),) = lander(root, one.move.new).undo()
    assert (path, Path(place).read_text()) == ("app/a.py", "mine\n")
    assert run(root, "status", "--porcelain") == ""


def test_what_was_taken_out_and_is_gone_comes_back_from_git(root):
    one = lander(root, commit_aside(root, {**NEW, "README": None, "n.py": b"n"}), at=stop("index-written"))
    with pytest.raises(Killed):
        one.forward()
    shutil.rmtree(root / ".git/workbench/keep")
    assert lander(root, one.move.new).undo() == ()
    assert run(root, "status", "--porcelain") == ""
    assert (root / "app/a.py").read_text() == "print('a')\n"

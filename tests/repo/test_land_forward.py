"""A branch that is checked out moves with its files and its index, exactly as git would have moved it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.checkout import below
from tests.repo.landing import commit_aside, land, lander, run
from workbench.model.errors import Conflict, Refused

NEW = {"app/a.py": b"print('new')\n", "app/b.py": b"# caf\xe9\r\nprint('new')\r\n"}


def git_moves_it(root, new, tmp_path):
    """Return what git itself makes of a clean checkout: every file with its bytes and whether it is executable."""
    other = tmp_path / "git"
    shutil.copytree(root, other, symlinks=True)
    run(other, "reset", "-q", "--hard")
    run(other, "merge", "-q", "--ff-only", new)
    return lying(other)


def lying(root):
    found = {}
    for place in below(root):
        if not place.is_dir():
            found[os.fsencode(place.relative_to(root))] = (place.read_bytes(), bool(place.stat().st_mode & 0o100))
    return found


def assert_moved(root, new):
    assert run(root, "rev-parse", "HEAD") == new
    assert run(root, "symbolic-ref", "HEAD") == "refs/heads/main"
    assert run(root, "status", "--porcelain") == ""
    assert run(root, "diff", "--cached", "HEAD") == ""
    assert list((root / ".git/workbench").iterdir()) == []
    assert not (root / ".git/index.lock").exists()


@pytest.mark.parametrize(
    "files",
    [
        NEW,
        {"app/run.sh": b"#!/bin/sh\nexit 0\n"},
        {"app/a.py": ("100755", b"print('new')\n"), "app/run.sh": ("100644", b"#!/bin/sh\n")},
        {"README": None, "app/a.py": b""},
        {"app/a.py": None, "app/b.py": None, "app/run.sh": None},
        {"new/deep/er.py": b"x = 1\n", "app/more.sh": ("100755", b"#!/bin/sh\n")},
        {"app/a.py": b"1\n", 'app/"q" \\ \n.py': b"2\n", "app/\udcff.py": b"3\n", "-n": b"4\n", ":(top)x": b"5\n"},
    ],
    ids=["content", "executable", "modes", "delete", "delete-directory", "add", "names"],
)
def test_it_is_what_git_would_have_made(root, tmp_path, files):
    new = commit_aside(root, files)
    expected = git_moves_it(root, new, tmp_path)
    assert land(root, new) == ()
    assert lying(root) == expected
    assert not any(place.is_dir() and not any(place.iterdir()) for place in root.glob("[!.]*"))
    assert_moved(root, new)


def test_names_that_were_odd_before_are_changed_too(make_repo):
    odd = ('q"\\ \n.py', b"\xff.py".decode("utf-8", "surrogateescape"), "-n", ":(top)x", "é.py")
    root = make_repo(dict.fromkeys(odd, "1\n"))
    new = commit_aside(root, dict.fromkeys(odd, b"2\n"))
    assert land(root, new) == ()
    assert {content for content, _ in lying(root).values()} == {b"2\n"}
    assert_moved(root, new)


def test_two_commits_with_one_tree_move_the_branch_and_nothing_else(root, snapshot):
    new = commit_aside(root, {})
    before = snapshot(root, (".git/refs/heads/main", ".git/logs"))
    assert land(root, new) == ()
    assert snapshot(root, (".git/refs/heads/main", ".git/logs")) == before
    assert_moved(root, new)


def test_sha256(make_repo):
    root = make_repo({"a.py": "1\n", "b.py": "1\n"}, object_format="sha256")
    new = commit_aside(root, {"a.py": b"2\n", "b.py": None, "c.py": b"3\n"})
    assert land(root, new) == ()
    assert_moved(root, new)


@pytest.mark.parametrize(
    ("attributes", "config"),
    [("*.py text eol=crlf\n", ()), ("*.py text=auto\n", ("core.autocrlf", "true")), ("", ("core.autocrlf", "true"))],
    ids=["eol", "auto", "config"],
)
def test_line_ends_are_those_of_a_checkout(make_repo, attributes, config, tmp_path):
    root = make_repo({"a.py": "1\n2\n", "b.py": "1\n", ".gitattributes": attributes})
    if config:
        run(root, "config", *config)
    for name in ("a.py", "b.py"):
        (root / name).unlink()
    run(root, "checkout-index", "--all") if config == () else run(
        root, "-c", "core.autocrlf=true", "checkout", "--", "."
    )
    assert (root / "a.py").read_bytes() == b"1\r\n2\r\n"
    new = commit_aside(root, {"a.py": b"3\n4\n"})
    assert land(root, new) == ()
    assert (root / "a.py").read_bytes() == b"3\r\n4\r\n"
    assert run(root, "rev-parse", "HEAD") == new
    assert not (root / ".git/workbench/keep").exists()


def test_a_file_that_git_would_normalise_but_has_not_is_no_edit(make_repo):
    root = make_repo({"a.py": b"1\r\n"})
    (root / ".gitattributes").write_text("* text=auto\n")
    new = commit_aside(root, {"a.py": b"2\r\n"})
    assert land(root, new) == ()
    assert run(root, "cat-file", "-p", "HEAD:a.py") == "2\r"


def test_a_clean_file_with_ends_of_its_own_comes_back_byte_for_byte(make_repo):
    root = make_repo({"a.py": "1\n2\n", ".gitattributes": "*.py text\n"})
    (root / "a.py").write_bytes(b"1\r\n2\n")
    run(root, "add", "a.py")
    assert run(root, "status", "--porcelain") == ""
    before = (root / "a.py").lstat()

    def at(now):
        if now == "written":
            raise OSError(5, "Input/output error")

    one = lander(root, commit_aside(root, {"a.py": b"3\n"}), at=at)
    one.check()
    with pytest.raises(OSError, match="Input"):
        one.forward()
    assert (root / "a.py").read_bytes() == b"3\n"
    assert one.undo() == ()
    assert (root / "a.py").read_bytes() == b"1\r\n2\n"
    assert (root / "a.py").lstat().st_ino == before.st_ino


def others(root):
    """What is staged of the files that NEW does not change."""
    return [line for line in run(root, "ls-files", "--stage").split("\n") if not line.endswith(tuple(NEW))]


def test_other_entries_of_the_index_stay_byte_for_byte(root):
    (root / "README").write_text("staged\n")
    (root / "added.py").write_text("added\n")
    (root / "later.py").write_text("later\n")
    run(root, "add", "README", "added.py")
    run(root, "add", "--intent-to-add", "later.py")
    run(root, "update-index", "--chmod=-x", "app/run.sh")
    (root / "README").write_text("edited after staging\n")
    before = [
        line for line in run(root, "ls-files", "--stage").split("\n") if "app/a" not in line and "app/b" not in line
    ]
    status = run(root, "status", "--porcelain")
    land(root, commit_aside(root, NEW))
    after = [
        line for line in run(root, "ls-files", "--stage").split("\n") if "app/a" not in line and "app/b" not in line
    ]
    assert after == before
    assert run(root, "status", "--porcelain") == status
    assert (root / "README").read_text() == "edited after staging\n"


def test_an_unfinished_merge_of_one_file_stays_unfinished(root):
    blob = run(root, "rev-parse", "HEAD:README")
    stages = "".join(f"100644 {blob} {number}\tREADME\n" for number in (1, 2, 3))
    run(root, "update-index", "--index-info", stdin=f"0 {'0' * 40}\tREADME\n{stages}".encode())
    land(root, commit_aside(root, NEW))
    assert run(root, "ls-files", "--unmerged").count("README") == 3


def test_the_index_keeps_its_mode_and_knows_the_new_files(root):
    (root / ".git/index").chmod(0o640)
    land(root, commit_aside(root, NEW))
    assert (root / ".git/index").stat().st_mode & 0o777 == 0o640
    assert run(root, "diff-files") == ""


def test_an_edit_of_the_same_size_right_after_is_seen(root):
    land(root, commit_aside(root, NEW))
    about = (root / "app/a.py").stat()
    (root / "app/a.py").write_bytes(b"print('NEW')\n")
    os.utime(root / "app/a.py", ns=(about.st_atime_ns, (root / ".git/index").stat().st_mtime_ns))
    assert run(root, "diff-files", "--name-only") == "app/a.py"


def test_a_split_index_is_landed_on(root):
    run(root, "update-index", "--split-index")
    new = commit_aside(root, NEW)
    land(root, new)
    assert_moved(root, new)


def test_a_sparse_checkout_is_landed_on_where_it_is_checked_out(make_repo):
    root = make_repo({"app/a.py": "1\n", "docs/deep/x": "1\n"})
    run(root, "sparse-checkout", "set", "--cone", "--sparse-index", "app")
    assert not (root / "docs").exists()
    with pytest.raises(Refused, match="docs/deep/x"):
        land(root, commit_aside(root, {"app/a.py": b"2\n", "docs/deep/x": b"2\n"}))
    new = commit_aside(root, {"app/a.py": b"2\n"})
    land(root, new)
    assert not (root / "docs").exists()
    assert_moved(root, new)


def test_the_reflogs_of_branch_and_head_tell_of_it(root):
    old, new = run(root, "rev-parse", "HEAD"), commit_aside(root, NEW)
    land(root, new)
    for ref in ("HEAD", "main"):
        assert run(root, "reflog", "-1", "--format=%gs", ref) == "land"
        assert run(root, "rev-parse", f"{ref}@{{1}}") == old


def no_exchange(place: Path, name: str, directory: int) -> bool:
    """A file system that cannot swap two files in one step."""
    return False


def test_without_an_exchange_it_renames(root):
    new = commit_aside(root, {**NEW, "README": None, "n.py": b""})
    assert land(root, new, swap=no_exchange) == ()
    assert_moved(root, new)


def test_without_an_exchange_a_file_put_in_place_meanwhile_stops_it(root):
    def at(now):
        if now == "linked":
            (root / "saved").write_text("mine\n")
            (root / "saved").rename(root / "app/a.py")

    one = lander(root, commit_aside(root, NEW), at=at, swap=no_exchange)
    one.check()
    with pytest.raises(Conflict, match=r"app/a\.py was changed while"):
        one.forward()
    assert one.undo() == ()
    assert (root / "app/a.py").read_text() == "mine\n"


def test_without_an_exchange_it_is_undone_too(root):
    def at(now):
        if now == "index-replaced":
            raise OSError(5, "Input/output error")

    before = lying(root)
    one = lander(root, commit_aside(root, {**NEW, "README": None, "n/n.py": b""}), at=at, swap=no_exchange)
    one.check()
    with pytest.raises(OSError, match="Input"):
        one.forward()
    undone = lander(root, one.move.new, swap=no_exchange)
    assert undone.undo() == ()
    assert lying(root) == before
    assert run(root, "status", "--porcelain") == ""

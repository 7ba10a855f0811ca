"""What a landing must come to and leave alone, a way to die in the middle of one, and a commit made meanwhile."""

from __future__ import annotations

import os
import subprocess

from tests.engine.test_run import git

POINTS = (
    "checked", "recorded", "locked", "staged", "linked", "swapped", "written", "index-written", "index-replaced",
    "branch-moved", "closed", "landed",
)  # fmt: skip


class Killed(BaseException):
    """Stands for the death of the process: nothing catches it."""


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

"""Clears away what a killed process of ours left behind, and only that; the caller holds the run lock.

The lock is inherited by every git child. Who holds it knows that none of them lives, so a lock file of a ref that
only we write is stale, unless the user's git is packing refs: then it is gone in a moment, and so may be directories.
The lock files of other refs, and git's own index lock, are never ours to remove.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from pathlib import Path

from workbench.repo import incoming, index
from workbench.repo.refs import OURS
from workbench.repo.repository import Repository

_PATIENCE = 0.1
"""Seconds: as long as git itself waits for the lock of a ref (core.filesRefLockTimeout)."""
_OF_GIT = ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "packed-refs.new", "shallow.lock")


def break_own_lock(repo: Repository, ref: str, *, run_branch: str | None = None) -> bool:
    """Remove the lock file of `ref` if one lies there for longer than git holds it; says whether it did.

    Only refs under refs/workbench/ and the full ref `run_branch` are ours; raises ValueError for others.
    """
    if ".." in ref or not (ref.startswith(OURS) or ref == run_branch):
        raise ValueError(f"the lock of {ref} is not ours to break")
    lock = repo.common_dir / f"{ref}.lock"
    if not (found := _identity(lock)):
        return False
    time.sleep(_PATIENCE)
    if stale := _identity(lock) == found:
        lock.unlink(missing_ok=True)
    return stale


def sweep(repo: Repository, *, run_branch: str | None = None) -> None:
    """Remove private indexes, unfinished objects and stale locks of refs that a killed run left behind."""
    for place in (*repo.state_dir.glob(f"{index.PREFIX}*"), *repo.objects_dir.glob(f"{incoming.PREFIX}*")):
        shutil.rmtree(place)
    for lock in locks_of_ours(repo):
        break_own_lock(repo, _ref(repo, lock))
    if run_branch is not None:
        break_own_lock(repo, run_branch, run_branch=run_branch)


def locks_of_ours(repo: Repository) -> list[Path]:
    """Return the lock files of refs that only we write."""
    return _locks_below(repo.common_dir / OURS)


def locks_of_git(repo: Repository) -> list[Path]:
    """Return the lock files that only the user may remove: of a git that is at work here, or of one that died."""
    places = dict.fromkeys([repo.git_dir, repo.common_dir])
    named = [place / name for place in places for name in _OF_GIT]
    refs = [one for one in _locks_below(repo.common_dir / "refs") if not _ref(repo, one).startswith(OURS)]
    return [one for one in named if one.is_file()] + refs


def _locks_below(place: Path) -> list[Path]:
    """Walk as `os.walk` does, which passes over a directory that is gone before it is looked into."""
    return sorted(Path(where, name) for where, _, names in os.walk(place) for name in names if name.endswith(".lock"))


def _identity(lock: Path) -> tuple[int, int] | None:
    try:
        about = lock.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (about.st_ino, about.st_mtime_ns) if stat.S_ISREG(about.st_mode) else None


def _ref(repo: Repository, lock: Path) -> str:
    return lock.relative_to(repo.common_dir).as_posix().removesuffix(".lock")

"""Reads the user's index, and writes a copy of it in which some paths have another content: never the index itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from workbench.repo.changes import Change, Side
from workbench.repo.encoding import raw, text
from workbench.repo.index import private_index
from workbench.repo.index_lock import IndexLock
from workbench.repo.repository import Repository

_WHOLE = ("-c", "core.splitIndex=false", "-c", "index.sparse=false")


class UserIndex:
    """What is staged: each path's content, and the paths that are kept out of the working tree."""

    def __init__(self, repo: Repository) -> None:
        self.sides: dict[str, Side] = {}
        self.not_checked_out: set[str] = set()
        for record in text(repo.git.ask("ls-files", "-z", "-t", "--stage").out).split("\0")[:-1]:
            about, path = record.split("\t", 1)
            tag, mode, name, number = about.split(" ")
            self.sides[path] = Side(mode if number == "0" else "unmerged", name)
            if tag == "S":
                self.not_checked_out.add(path)


def replace_entries(repo: Repository, lock: IndexLock, changes: Iterable[Change], at: Callable[[str], None]) -> None:
    """Make every path of `changes` in the user's index what it newly is; all other entries stay as they are.

    The lock must be held, and is let go.
    """
    with private_index(repo) as git:
        copy = Path(git.variables["GIT_INDEX_FILE"])
        shutil.copy2(lock.index, copy)
        own = repo.git.having(GIT_INDEX_FILE=str(copy))
        own.act(*_WHOLE, "update-index", "-z", "--index-info", stdin=b"".join(_line(one) for one in changes))
        own.act(*_WHOLE, "update-index", "-q", "--refresh", no=(1,))
        lock.replace_index(copy, at)


def _line(change: Change) -> bytes:
    side = change.new or change.old
    assert side is not None
    mode, name = ("0", "0" * len(side.id)) if change.new is None else (side.mode, side.id)
    return f"{mode} {name}\t".encode() + raw(change.path) + b"\0"

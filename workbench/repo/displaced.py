"""Keeps what a landing takes out of the user's working tree: until git is known to have it, else for good."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from workbench.repo.changes import Change
from workbench.repo.classify import holds, holds_either
from workbench.repo.ground import flush
from workbench.repo.repository import Repository

Kept = tuple[tuple[str, str], ...]
"""Edits that came between check and write: (path, where they are kept)."""


class Displaced:
    """The files taken out by one landing: `keep` mirrors the working tree, `stage` holds what was to replace them."""

    def __init__(self, repo: Repository, *, keep: Path, stage: Path) -> None:
        self._repo = repo
        self._keep = keep
        self.stage = stage

    def place(self, path: str) -> Path:
        """Return where the file that lay at `path` is kept; its directory is there."""
        place = self._keep / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def staged(self, path: str) -> Path:
        return self.stage / path

    def take_in(self, path: str) -> None:
        """Keep what lies staged at `path`: after a swap it is what lay in the working tree."""
        if not os.path.lexists(self.staged(path)):
            return
        self.staged(path).replace(self.place(path))
        # Two names of one file: rename leaves both.
        self.staged(path).unlink(missing_ok=True)
        flush(self.place(path).parent)

    def tidy(self, changes: Sequence[Change]) -> None:
        """Clear the stage of a landing that was killed; what is not ours there came from the working tree."""
        for change in changes:
            if holds(self._repo, self.staged(change.path), change.path, change.new):
                self.staged(change.path).unlink()
            self.take_in(change.path)
        _prune(self.stage)

    def settle(self, root: Path, changes: Sequence[Change], known: Mapping[str, str]) -> Kept:
        """Drop what git has, or what still lies in the working tree; return what is left, which is somebody's edit.

        `known` are ids, by path, of bytes that are known to be the old content.
        """
        left = []
        for change in changes:
            place = self._keep / change.path
            if not os.path.lexists(place):
                continue
            lies_there = _same(place, root / change.path)
            if lies_there or holds_either(self._repo, place, change, known.get(change.path, "")):
                place.unlink()
            else:
                left.append((change.path, str(place)))
        _prune(self._keep)
        return tuple(left)


def _prune(directory: Path) -> None:
    """Remove the directories in which nothing is left."""
    for below in [*reversed(list(_directories(directory))), directory]:
        with suppress(OSError):
            below.rmdir()


def _directories(directory: Path) -> Iterator[Path]:
    return (place for place in sorted(directory.rglob("*")) if place.is_dir() and not place.is_symlink())


def _same(one: Path, other: Path) -> bool:
    with suppress(FileNotFoundError, NotADirectoryError):
        return os.path.samestat(one.lstat(), other.lstat())
    return False

"""The files as they lie in the working tree, tracked and untracked but not ignored, seen through one `ls-files`."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from workbench.model.errors import EnvironmentFailed, UsageError
from workbench.model.source import Entry
from workbench.repo.attributes import attributes, refused_attributes
from workbench.repo.encoding import is_utf8, shown, text
from workbench.repo.git import Git
from workbench.repo.objects import Leaf
from workbench.repo.repository import Repository

# Nothing there, a file where a directory should be or the other way, an impossible name, a link, a socket.
_NO_FILE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.ENXIO})
# A cleaned blob differs from the file it came from only where one of these is set.
_CONVERTING = ("filter", "ident", "working-tree-encoding")
_UNTRACKED = "100644"


class _Listed(NamedTuple):
    """A path in `ls-files`: H clean, C changed, R deleted, S not checked out, h trusted blindly, ? untracked."""

    tags: str
    leaf: Leaf


class WorkingTreeSources:
    """What is on disk now. An entry has a blob id only where git calls the file clean against its index."""

    def __init__(self, repo: Repository) -> None:
        if repo.root is None:
            raise UsageError("a bare repository has no working tree", hint="name a commit with --commit")
        self._git = repo.git
        self._root = repo.root
        self._private_attributes = repo.common_dir / "info" / "attributes"
        self._inside = cache(self._is_inside)

    @property
    def commit(self) -> str | None:
        return None

    def entries(self) -> tuple[Entry, ...]:
        """All regular files on disk, sorted by path; deleted ones are left out."""
        return self._seen[0]

    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """(path for display, reason): "symlink", "submodule", "repository", "path-not-utf8", "not-checked-out", ..."""
        return self._seen[1]

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (path, content) for the regular files that exist, in the order asked; no link is followed."""
        for path in paths:
            content = _content(f"{self._root}/{path}") if self._inside(_directory(path)) else None
            if content is not None:
                yield path, content

    def refused_attributes(self, paths: Iterable[str]) -> dict[str, str]:
        """Return, for those of `paths` that git filters or re-encodes, the attribute that says so."""
        return refused_attributes(self._git, paths, cached=False)

    @cached_property
    def _seen(self) -> tuple[tuple[Entry, ...], tuple[tuple[str, str], ...]]:
        entries: list[Entry] = []
        unreadable: list[tuple[str, str]] = []
        for listed in _list(self._git).values():
            found = self._look_at(listed)
            if isinstance(found, Entry):
                entries.append(found)
            elif found:
                unreadable.append((shown(listed.leaf.path), found))
        return tuple(sorted(self._without_converted(entries), key=attrgetter("path"))), tuple(sorted(unreadable))

    def _look_at(self, listed: _Listed) -> Entry | str:
        """Return the entry a path stands for, the reason it cannot be read, or "" for what is not there."""
        tags, leaf = listed
        if tags == "H" or leaf.mode == "160000" or not is_utf8(leaf.path):
            return leaf.unreadable or Entry(leaf.path, leaf.id, leaf.mode == "100755")
        return "repository" if leaf.path.endswith("/") else self._on_disk(leaf.path, tags)

    def _on_disk(self, path: str, tags: str) -> Entry | str:
        try:
            mode = (self._root / path).lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return "not-checked-out" if "S" in tags else ""
        if stat.S_ISLNK(mode) or not self._inside(_directory(path)):
            return "symlink"
        return Entry(path, "", bool(mode & stat.S_IXUSR)) if stat.S_ISREG(mode) else "not-a-file"

    def _without_converted(self, entries: list[Entry]) -> list[Entry]:
        """Take the blob id from entries whose file is not what the blob holds."""
        declared = [self._root / entry.path for entry in entries if entry.path.endswith(".gitattributes")]
        if not any(self._converts(place) for place in [*declared, self._private_attributes]):
            return entries
        paths = [entry.path for entry in entries if entry.blob]
        converted = {path for path, _, _ in attributes(self._git, paths, _CONVERTING, cached=False)}
        return [Entry(one.path, "", one.executable) if one.path in converted else one for one in entries]

    def _converts(self, place: Path) -> bool:
        content = _content(place) or b""
        return any(name.encode() in content for name in _CONVERTING)

    def _is_inside(self, directory: str) -> bool:
        """Say whether a directory of the tree is reached without following a link."""
        return (self._root / directory).resolve() == self._root.resolve() / directory


def _content(place: Path | str) -> bytes | None:
    """Return what a regular file holds, None where there is none; raises EnvironmentFailed if it cannot be read."""
    try:
        with open(place, "rb", opener=_no_link) as file:
            return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except OSError as error:
        if error.errno in _NO_FILE:
            return None
        raise EnvironmentFailed(f"{place} cannot be read: {error.strerror}", path=str(place)) from error


def _no_link(place: str, flags: int) -> int:
    # Not blocking, so that a named pipe without a writer opens, and is then seen to be no file.
    return os.open(place, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _directory(path: str) -> str:
    return path.rpartition("/")[0]


def _list(git: Git) -> dict[str, _Listed]:
    """Return each path once, with all that `ls-files` says of it."""
    kinds = ("--cached", "--modified", "--deleted", "--others", "--exclude-standard")
    found: dict[str, _Listed] = {}
    for record in text(git.ask("ls-files", "-z", "-v", "--stage", *kinds).out).split("\0")[:-1]:
        tag = record[0]
        if tag == "?":
            found[record[2:]] = _Listed(tag, Leaf(_UNTRACKED, "", record[2:]))
            continue
        about, path = record.split("\t", 1)
        _, mode, name, _ = about.split(" ")
        earlier = found.get(path)
        found[path] = _Listed(earlier.tags + tag if earlier else tag, Leaf(mode, name, path))
    return found

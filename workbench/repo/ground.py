"""Reaches into the user's working tree without ever following a link: each directory is opened from the one above.

A path that was checked and then opened again by name can lead elsewhere the second time. A descriptor cannot.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class InTheWayError(Exception):
    """Something that is no directory of the tree stands where a path needs one: `reason` says what."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Seen:
    """A regular file as it was read: the id git would give its bytes, and whether its owner may execute it."""

    id: str
    executable: bool


@contextmanager
def directory_of(root: Path, path: str, *, make: bool = False) -> Iterator[int]:
    """Yield a descriptor of the directory a path lies in; `make` makes what is missing of it.

    Raises FileNotFoundError where it is missing, InTheWayError where a link or a file stands in its place.
    """
    descriptor = os.open(root, _DIRECTORY & ~os.O_NOFOLLOW)
    try:
        for name in Path(path).parent.parts:
            below = _step(descriptor, name, make=make)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def look(name: str, directory: int | None = None, *, length: int) -> Seen | None:
    """Return the file as it is, None for nothing; `length` is that of an object id, which names its hash.

    Raises InTheWayError for what is no regular file.
    """
    try:
        descriptor = os.open(name, _FILE, dir_fd=directory)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise InTheWayError("a link" if error.errno == errno.ELOOP else "not a file") from error
        raise
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise InTheWayError("not a file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read()
    finally:
        os.close(descriptor)
    return Seen(blob_id(content, length), bool(about.st_mode & stat.S_IXUSR))


def blob_id(content: bytes, length: int) -> str:
    """Return the id git gives these bytes, in ids of `length` hexadecimal digits."""
    hashed = hashlib.sha1(usedforsecurity=False) if length == 40 else hashlib.sha256()
    hashed.update(b"blob %d\0" % len(content))
    hashed.update(content)
    return hashed.hexdigest()


def flush(place: Path | int) -> None:
    """Make what is written in a file or a directory last: a path, or the descriptor of one."""
    descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC) if isinstance(place, Path) else place
    try:
        os.fsync(descriptor)
    finally:
        if isinstance(place, Path):
            os.close(descriptor)


def _step(directory: int, name: str, *, make: bool) -> int:
    try:
        if make and not _there(directory, name):
            os.mkdir(name, dir_fd=directory)
        return os.open(name, _DIRECTORY, dir_fd=directory)
    except OSError as error:
        # A link that must not be followed is ENOTDIR too, when a directory was asked for.
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise InTheWayError("a link or a file stands for a directory") from error
        raise


def _there(directory: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True

"""Holds git's own lock of the user's index, and puts a new index in its place through that lock.

While it is held, `git add`, `commit`, `checkout`, `reset` and `stash` refuse. The lock is a second name of a file of
ours, so after a crash it is known whose it is: a lock file that is not that file is never touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workbench.model.errors import Refused
from workbench.repo.ground import flush
from workbench.repo.repository import Repository

_MARKER = b"workbench is landing a branch here; `workbench resume` finishes it\n"


class IndexLock:
    """The index lock of the working tree of `repo`; `home` is where our own name of it is kept."""

    def __init__(self, repo: Repository, home: Path) -> None:
        self.path = repo.git_dir / "index.lock"
        self.index = repo.git_dir / "index"
        self._own = home / "index.lock"

    @property
    def held(self) -> bool:
        """Whether the lock is there and ours, taken now or by a process that was killed."""
        return _same(self._own, self.path)

    def take(self) -> None:
        """Take the lock, or take it up again; raises Refused while somebody else has it."""
        if self.held:
            return
        # Not held: this name is a leftover, or by now the name of the user's index, which must not be written to.
        self._own.unlink(missing_ok=True)
        self.refuse_foreign()
        mode = self.index.stat().st_mode & 0o777 if self.index.exists() else 0o600
        descriptor = os.open(self._own, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(descriptor, mode)
            os.write(descriptor, _MARKER)
        finally:
            os.close(descriptor)
        try:
            os.link(self._own, self.path)
        except FileExistsError as error:
            self._own.unlink()
            raise self._foreign() from error

    def refuse_foreign(self) -> None:
        """Raise Refused if somebody else holds the lock."""
        if os.path.lexists(self.path) and not self.held:
            raise self._foreign()

    def _foreign(self) -> Refused:
        return Refused(
            f"{self.path} is there: another git is at work, or one died",
            hint="wait for it; if no git is running, remove that file, and try again",
            path=str(self.path),
        )

    def replace_index(self, prepared: Path, at: Callable[[str], None]) -> None:
        """Make the file `prepared` the index, and let go of the lock. The lock must be held."""
        about = prepared.stat()
        with prepared.open("rb") as source, self.path.open("wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            # git trusts an entry as clean only if it is older than the index, so the index must not seem younger.
            os.utime(target.fileno(), ns=(about.st_atime_ns, about.st_mtime_ns))
            os.fsync(target.fileno())
        at("index-written")
        self.path.rename(self.index)
        flush(self.index.parent)
        at("index-replaced")
        self._own.unlink()

    def release(self) -> None:
        """Let go of the lock if it is ours; the index stays as it is."""
        if self.held:
            self.path.unlink()
        self._own.unlink(missing_ok=True)


def _same(one: Path, other: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(one.lstat(), other.lstat())
    return False

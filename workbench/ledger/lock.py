"""One run at a time in a repository: a lock that the kernel lets go of when the last of our processes is gone.

The descriptor is handed to every child, so a suite that outlives a killed workbench still keeps others out,
and nothing stale is left when it ends. What the file says is only for the message; the file is never deleted.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from workbench.model.errors import EnvironmentFailed, LockHeld

_PROC = Path("/proc")


class RunLock:
    """The held lock. Made by `acquire`; let go of by `release` or at the end of a `with` block."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self._fd = fd

    @classmethod
    def acquire(cls, state_dir: Path, *, owner: str) -> RunLock:
        """Take the lock of the repository whose state is in `state_dir`, in the name of the command `owner`.

        Raises LockHeld at once if it is taken, EnvironmentFailed where files cannot be locked.
        """
        path = state_dir / "run.lock"
        try:
            fd = _opened(path)
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _sign(fd, owner)
        except BlockingIOError as error:
            held = _held(path, fd)
            os.close(fd)
            raise held from error
        except OSError as error:
            os.close(fd)
            raise _unusable(path, error) from error
        return cls(path, fd)

    @property
    def fd(self) -> int:
        """The descriptor to hand to children (`pass_fds`)."""
        return self._fd

    def release(self) -> None:
        """Let go. Not by unlocking: a child that still runs goes on holding it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def at_work(state_dir: Path) -> LockHeld | None:
    """Return the refusal that taking the lock would meet, None while no other process has its file open.

    Nothing is locked for the answer, so that asking never keeps a run from starting.
    """
    path = state_dir / "run.lock"
    if not path.is_file() or not any(_having_open(path)):
        return None
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        return _held(path, fd)
    finally:
        os.close(fd)


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who took the lock; `ticks` is the process's start in clock ticks since boot, which a reused pid has not."""

    pid: int
    ticks: str
    owner: str

    @property
    def alive(self) -> bool:
        return bool(self.ticks) and _start_ticks(self.pid) == self.ticks


def _opened(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    os.set_inheritable(fd, True)
    return fd


def _sign(fd: int, owner: str) -> None:
    """Replace what the file says by who holds it now."""
    pid = os.getpid()
    text = json.dumps({"pid": pid, "ticks": _start_ticks(pid), "owner": owner})
    os.ftruncate(fd, 0)
    os.write(fd, text.encode())


def _held(path: Path, fd: int) -> LockHeld:
    """Return the refusal, saying who holds the lock and what to do."""
    holder = _read(fd)
    since = datetime.fromtimestamp(os.fstat(fd).st_mtime, UTC).isoformat(timespec="seconds")
    if holder is None:
        message, hint = "another workbench is starting here", "try again"
    elif holder.alive:
        message = f"workbench is at work here: process {holder.pid} ({holder.owner}), since {since}"
        hint = f"wait for it, or stop it with `kill -INT {holder.pid}`; it can be resumed"
    else:
        children = " ".join(str(pid) for pid in _having_open(path))
        message = (
            f"the workbench that worked here since {since} (process {holder.pid}, {holder.owner}) has ended, "
            f"but a program it started still runs: {children or 'its process is not visible from here'}"
        )
        hint = f"wait for it, or end it with `kill {children}`, then `workbench resume`" if children else "wait for it"
    return LockHeld(message, hint=hint, path=str(path))


def _read(fd: int) -> _Holder | None:
    try:
        return _Holder(**json.loads(os.pread(fd, 1 << 20, 0)))
    except (ValueError, TypeError):
        return None


def _start_ticks(pid: int) -> str:
    """Return when a process started, empty if there is none or it has ended and only waits to be reaped."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return ""
    after_name = stat.rpartition(")")[2].split()
    return "" if after_name[0] in "ZX" else after_name[19]


def _having_open(path: Path) -> Iterator[int]:
    """Yield the other processes, of those we may look at, that have the lock file open."""
    target = path.resolve()
    for process in _PROC.glob("[0-9]*"):
        pid = int(process.name)
        if pid != os.getpid() and target in _open_files(process):
            yield pid


def _open_files(process: Path) -> Iterator[Path]:
    """Yield what a process has open; files and processes may go while we look."""
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            with suppress(OSError):
                yield descriptor.readlink()


def _unusable(path: Path, error: OSError) -> EnvironmentFailed:
    return EnvironmentFailed(
        f"the run lock cannot be taken: {error.strerror}",
        hint="the repository's git directory must be writable and on a file system with locks",
        path=str(path),
    )

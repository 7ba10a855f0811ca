"""Runs one command and outlives it, so that nothing of the command outlives us.

A process of its own, because a child subreaper adopts the orphans of its whole process: inside
workbench, where several gates and git run at once, nobody could tell whose orphan one is. Here
there is one command, and when `waitpid` knows no child any more, nothing of it lives. When
workbench itself dies, the lifeline (a pipe whose other end it holds) closes and the command ends too.

Run as a script by workbench's own interpreter: a job in JSON on stdin, one answer in JSON on stdout.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

GRACE = 1.0
"""Seconds between TERM and KILL."""
PATIENCE = 5.0
"""Seconds after the first KILL in which everything must be gone."""

_SET_CHILD_SUBREAPER = 36
_CHUNK = 1 << 16


class Job(TypedDict):
    """`timeout` in seconds, `cap` in bytes of output kept; `lifeline` and `inherit` are descriptors."""

    argv: list[str]
    cwd: str
    env: dict[str, str]
    timeout: float
    output: str
    cap: int
    lifeline: int
    inherit: list[int]


class Answer(TypedDict):
    """How the command ended; a `reason` says that it did not end by itself, or never began.

    `left_out`: bytes of output beyond the cap.
    """

    exit_code: int | None
    signal: int | None
    timed_out: bool
    seconds: float
    left_out: int
    reason: str


class Capture:
    """Keeps the first and the last half of a flood in a file; what lies between is counted and left out.

    A size limit on the file (RLIMIT_FSIZE) would be simpler, but it also strikes the files a test
    writes, and turns its prints into errors: a flood would change the verdict.
    """

    def __init__(self, path: Path, cap: int) -> None:
        self.broken = ""
        self.left_out = 0
        self._file = path.open("wb", buffering=0)
        self._half = cap // 2
        self._room = self._half
        self._tail = bytearray()

    def add(self, data: bytes) -> None:
        if self._room:
            head, data = data[: self._room], data[self._room :]
            self._room -= len(head)
            self._write(head)
        self._tail += data
        if len(self._tail) > 2 * self._half:
            self._trim()

    def close(self) -> None:
        self._trim()
        if self.left_out:
            self._write(b"\n[... %d bytes left out ...]\n" % self.left_out)
        self._write(bytes(self._tail))
        self._file.close()

    def _trim(self) -> None:
        excess = len(self._tail) - self._half
        if excess > 0:
            del self._tail[:excess]
            self.left_out += excess

    def _write(self, data: bytes) -> None:
        try:
            while data and not self.broken:
                data = data[self._file.write(data) :]
        except OSError as error:
            # The command goes on: a full disk is no reason to break its pipe.
            self.broken = f"its output could not be kept: {error.strerror}"


class Watch:
    """One running command: its output, its orphans, its end."""

    def __init__(self, leader: subprocess.Popen[bytes], output: int, lifeline: int, capture: Capture) -> None:
        self.status: int | None = None
        self.abandoned = False
        self._leader = leader
        self._capture = capture
        self._output: int | None = output
        self._lifeline = lifeline
        self._selector = selectors.DefaultSelector()
        os.set_blocking(output, False)
        self._selector.register(output, selectors.EVENT_READ, self._pump)
        self._selector.register(lifeline, selectors.EVENT_READ, self._abandon)

    def listen(self, wakeup: int) -> None:
        """Heed a child's end, which makes `wakeup` readable, and a request to stop."""
        self._selector.register(wakeup, selectors.EVENT_READ, lambda: os.read(wakeup, _CHUNK))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._abandon())

    def until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Pass output on until `done` or the time is over; say which."""
        deadline = time.monotonic() + seconds
        while not done():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for key, _ in self._selector.select(left):
                key.data()
        return True

    def leader_ended(self) -> bool:
        """Bury adopted orphans, but leave the leader's body: until then its group's number stays taken."""
        if self.abandoned:
            return True
        while (body := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
            if body.si_pid == self._leader.pid:
                return True
            os.waitpid(body.si_pid, 0)
        return False

    def childless(self) -> bool:
        """Bury the dead; true when nothing of the command is left, not even an orphan."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            if pid == self._leader.pid:
                self.status = self._leader.returncode = os.waitstatus_to_exitcode(status)

    def end_everything(self) -> bool:
        """TERM, a moment, KILL: the group and whatever left it. Says whether all are gone."""
        gone = self.childless()
        if not gone:
            _signal_descendants(signal.SIGTERM)
            gone = self.until(self.childless, GRACE)
        last = time.monotonic() + PATIENCE
        while not gone and time.monotonic() < last:
            # Again and again: a process may fork between the listing and the signal.
            _signal_descendants(signal.SIGKILL)
            gone = self.until(self.childless, 0.05)
        return gone

    def drain(self) -> None:
        """Take what is still in the pipe, without waiting for a survivor that holds it."""
        with suppress(BlockingIOError):
            while self._output is not None:
                self._pump()

    def _pump(self) -> None:
        if self._output is None:
            return
        data = os.read(self._output, _CHUNK)
        if data:
            self._capture.add(data)
        else:
            self._selector.unregister(self._output)
            self._output = None

    def _abandon(self) -> None:
        if not self.abandoned:
            self.abandoned = True
            self._selector.unregister(self._lifeline)


def _signal_descendants(number: signal.Signals) -> None:
    import psutil  # only when something is left to end: most commands leave nothing

    own = os.getpgrp()
    for process in psutil.Process().children(recursive=True):
        try:
            group = os.getpgid(process.pid)
            if group == own:
                process.send_signal(number)
            else:
                os.killpg(group, number)
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue


def supervise(job: Job) -> Answer:
    """Run the job's command to its end, or to the time-out, and end all it left behind."""
    import ctypes  # slow to load, and this file is also imported for its constants

    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wakeup = _wake_on_child()
    capture = Capture(Path(job["output"]), job["cap"])
    reading, writing = os.pipe()
    started = time.monotonic()
    try:
        leader = _start(job, writing)
    except OSError as error:
        return _answer(reason=f"cannot start {error.filename or job['argv'][0]}: {error.strerror}")
    finally:
        os.close(writing)
    watch = Watch(leader, reading, job["lifeline"], capture)
    watch.listen(wakeup)
    in_time = watch.until(watch.leader_ended, job["timeout"])
    seconds = time.monotonic() - started
    gone = watch.end_everything()
    watch.drain()
    capture.close()
    reason = "" if gone else "some of its processes could not be ended"
    if watch.abandoned:
        reason = "interrupted"
    return _answer(
        status=watch.status if in_time else None,
        timed_out=not in_time,
        seconds=seconds,
        left_out=capture.left_out,
        reason=reason or capture.broken,
    )


def _wake_on_child() -> int:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    return reading


def _start(job: Job, output: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        job["argv"],
        cwd=job["cwd"],
        env=job["env"],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=job["inherit"],
        process_group=0,
    )


def _answer(
    *,
    status: int | None = None,
    timed_out: bool = False,
    seconds: float = 0.0,
    left_out: int = 0,
    reason: str = "",
) -> Answer:
    killed = status is not None and status < 0
    return {
        "exit_code": None if killed else status,
        "signal": -status if status is not None and killed else None,
        "timed_out": timed_out,
        "seconds": seconds,
        "left_out": left_out,
        "reason": reason,
    }


if __name__ == "__main__":
    json.dump(supervise(json.load(sys.stdin)), sys.stdout)

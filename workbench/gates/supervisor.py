"""Runs one command and outlives it, so that nothing of the command outlives us.

A process of its own, because a child subreaper adopts the orphans of its whole process: inside
workbench, where several gates and git run at once, nobody could tell whose orphan one is. Here
there is one command, and when `waitpid` knows no child any more, nothing of it lives. When
workbench itself dies, the lifeline (a pipe whose other end it holds) closes and the command ends too.

Run by workbench's own interpreter: a job comes marshalled on stdin, one answer goes to stdout. Every gate waits
for this to start, so it imports little: `subprocess`, `json` and `pathlib` would treble its cost.
"""

from __future__ import annotations

import marshal
import os
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.gates.job import Answer, Job

GRACE = 1.0
"""Seconds between TERM and KILL."""
PATIENCE = 5.0
"""Seconds after the first KILL in which everything must be gone."""

_SET_CHILD_SUBREAPER = 36
_CHUNK = 1 << 16
_LEFT_IGNORED = (signal.SIGPIPE, signal.SIGXFSZ)
"""Python ignores these; what it starts must not."""


class Capture:
    """Keeps the first and the last half of a flood in a file; what lies between is counted and left out.

    A size limit on the file (RLIMIT_FSIZE) would be simpler, but it also strikes the files a test
    writes, and turns its prints into errors: a flood would change the verdict.
    """

    def __init__(self, path: str, cap: int) -> None:
        self.broken = ""
        self.left_out = 0
        self._file = open(path, "wb", buffering=0)  # noqa: PTH123, SIM115  see the top; it lives as long as this process
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

    def __init__(self, leader: int, output: int, lifeline: int, capture: Capture) -> None:
        self.status: int | None = None
        self.abandoned = False
        self._leader = leader
        self._capture = capture
        self._output: int | None = output
        self._lifeline = lifeline
        self._heard: dict[int, Callable[[], object]] = {}
        self._poll = select.poll()
        os.set_blocking(output, False)
        self._hear(output, self._pump)
        self._hear(lifeline, self._abandon)

    def _hear(self, descriptor: int, then: Callable[[], object]) -> None:
        self._heard[descriptor] = then
        self._poll.register(descriptor, select.POLLIN)

    def listen(self, wakeup: int) -> None:
        """Heed a child's end, which makes `wakeup` readable, and a request to stop."""
        self._hear(wakeup, lambda: os.read(wakeup, _CHUNK))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._abandon())

    def until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Pass output on until `done` or the time is over; say which."""
        deadline = time.monotonic() + seconds
        while not done():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for descriptor, _ in self._poll.poll(left * 1000):
                self._heard[descriptor]()
        return True

    def leader_ended(self) -> bool:
        """Bury adopted orphans, but leave the leader's body: until then its group's number stays taken."""
        if self.abandoned:
            return True
        while (body := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is not None:
            if body.si_pid == self._leader:
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
            if pid == self._leader:
                self.status = os.waitstatus_to_exitcode(status)

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
        try:
            while self._output is not None:
                self._pump()
        except BlockingIOError:
            return

    def _pump(self) -> None:
        if self._output is None:
            return
        data = os.read(self._output, _CHUNK)
        if data:
            self._capture.add(data)
        else:
            self._poll.unregister(self._output)
            self._output = None

    def _abandon(self) -> None:
        if not self.abandoned:
            self.abandoned = True
            self._poll.unregister(self._lifeline)


def _signal_descendants(number: signal.Signals) -> None:
    # Only when something is left to end, and most commands leave nothing: where packages are is not known till then.
    import site

    site.main()
    import psutil

    own, groups = os.getpgrp(), set[int]()
    for process in psutil.Process().children(recursive=True):
        try:
            group = os.getpgid(process.pid)
            if group == own:
                process.send_signal(number)
            groups.add(group)
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue
    # Each group once: each of thousands in one group would have the signal thousands of times.
    for group in groups - {own}:
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            continue


def supervise(job: Job) -> Answer:
    """Run the job's command to its end, or to the time-out, and end all it left behind."""
    import ctypes  # slow to load, and this file is also imported for its constants

    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wakeup = _wake_on_child()
    capture = Capture(job["output"], job["cap"])
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


def _start(job: Job, output: int) -> int:
    """Start the command as the leader of a group of its own; raise OSError when there is no such program."""
    os.chdir(job["cwd"])
    os.environ["PATH"] = job["env"].get("PATH", os.defpath)  # where a bare name is looked for
    os.set_inheritable(job["lifeline"], False)
    return os.posix_spawnp(
        job["argv"][0],
        job["argv"],
        job["env"],
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, output, 1),
            (os.POSIX_SPAWN_DUP2, output, 2),
        ],
        setpgroup=0,
        setsigdef=_LEFT_IGNORED,
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


def main() -> None:
    """Take a job from stdin, and answer on stdout."""
    job: Job = marshal.load(sys.stdin.buffer)  # noqa: S302  from the process that started this one
    marshal.dump(dict(supervise(job)), sys.stdout.buffer)

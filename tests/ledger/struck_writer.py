"""Writes a story into a ledger, under a strace that kills it at one of its system calls.

Run as a program of its own, once: each story is written by a fork, which imports nothing. strace kills every process at
its call number `AT[name]`; a fork that is to die at an earlier one first makes calls of that name that change nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ledger_stories import PLAN, started, ticking, to_kept

# Some only so that the forks find imported what a ledger imports as it opens.
from workbench.ledger import apply, events, log, migrations  # noqa: F401
from workbench.ledger.ledger import Ledger
from workbench.model import event as e
from workbench.model import redact  # noqa: F401

# Not `openat`: a kill as a file is about to be made leaves what the call before it left.
AT = {"pwrite64": 100, "fdatasync": 20, "fsync": 20, "unlink": 20, "ftruncate": 20, "fchown": 20, "mkdir": 20}

_FIRST = next(PLAN.batches()).id
_KEPT = to_kept(PLAN, _FIRST, parent=PLAN.base_commit)
STEPS: Sequence[tuple[e.Event, ...]] = ((started(PLAN),), tuple(_KEPT[:1]), tuple(_KEPT[1:4]), tuple(_KEPT[4:]))
"""What is recorded at once."""


def write(ledger: Ledger, done: int, end: int) -> Iterator[int]:
    """Record the steps from number `done` on; yield how many are done, after each."""
    for number, step in enumerate(STEPS[done:end], done + 1):
        if isinstance(step[0], e.RunStarted):
            ledger.begin_run(step[0], PLAN)
        else:
            ledger.record(*step)
        yield number


def strace(place: Path) -> list[str]:
    """Return the command that serves stories."""
    program = shutil.which("strace")
    assert program is not None
    injected = [word for name, at in AT.items() for word in ("-e", f"inject={name}:signal=KILL:when={at}")]
    traced = f"trace={','.join(AT)}"
    command = [program, "-f", "-qq", "-o", os.devnull, "-e", traced, *injected]
    return [*command, sys.executable, __file__, str(place / "scratch")]


def main(scratch: str) -> None:
    """Serve until the requests end: a fork for each, its acknowledgements, then how it ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _carry_out(json.loads(line), scratch)
        _, status = os.waitpid(child, 0)
        _say(f"ended {os.waitstatus_to_exitcode(status)}")


def _carry_out(request: list[str], scratch: str) -> None:
    path, done, end, name, k = request
    _spend(name, AT[name] - int(k), scratch)
    with Ledger.open(Path(path), clock=ticking()) as ledger:
        _say(done)
        for number in write(ledger, int(done), int(end)):
            _say(f"{number}")
    os._exit(0)


def _spend(name: str, calls: int, scratch: str) -> None:
    file = os.open(scratch, os.O_CREAT | os.O_RDWR, 0o600)
    harmless: dict[str, Callable[[], object]] = {
        "pwrite64": lambda: os.pwrite(file, b"x", 0),
        "fdatasync": lambda: os.fdatasync(file),
        "fsync": lambda: os.fsync(file),
        "unlink": lambda: Path(scratch, "none").unlink(),
        "ftruncate": lambda: os.ftruncate(file, 0),
        "fchown": lambda: os.fchown(file, -1, -1),
        "mkdir": lambda: Path("/").mkdir(),
    }
    for _ in range(calls):
        with suppress(OSError):
            harmless[name]()
    os.close(file)


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1])

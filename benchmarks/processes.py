"""What a command costs: CPU seconds of all the processes it starts, also of those that outlive it for a moment."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_BE_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """Seconds; what the command ended with, printed, and said beside that."""

    cpu: float
    wall: float
    code: int
    output: str
    said: str


def adopt_orphans() -> None:
    """Become the parent of processes whose own parent ends first, so that their time is counted (Linux only)."""
    ctypes.CDLL(None).prctl(_BE_SUBREAPER, 1, 0, 0, 0)


def cost_of(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Cost:
    """Run a command to its end and wait for everything it left behind."""
    _wait_for_all()
    before, began = _spent(), time.monotonic()
    ended = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    wall = time.monotonic() - began
    _wait_for_all()
    return Cost(_spent() - before, wall, ended.returncode, ended.stdout, ended.stderr)


def _wait_for_all() -> None:
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

"""Named instants of the safety protocol, before and after every act: where a test lets the process die.

Only the environment variable `WORKBENCH_FAULT` brings them to life: `trace:FILE` writes down the points that are
passed, `POINT:K` kills the process with SIGKILL when POINT is passed for the K-th time. Without it they do nothing.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

_WANTED = os.environ.get("WORKBENCH_FAULT", "")
_passed: Counter[str] = Counter()


def fault(point: str) -> None:
    """Pass an instant by its name, `what.before` or `what.after`."""
    if _WANTED:
        _pass(point)


def _pass(point: str) -> None:
    name, _, rest = _WANTED.rpartition(":")
    if name == "trace":
        with Path(rest).open("a", encoding="utf-8") as file:
            file.write(f"{point}\n")
        return
    _passed[point] += 1
    if point == name and _passed[point] == int(rest):
        os.kill(os.getpid(), signal.SIGKILL)

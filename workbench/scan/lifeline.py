"""Ties a worker process to the one it works for.

A worker of a process pool waits for work on a pipe whose other end it holds itself, so it never learns that
the process that feeds it was killed: it would wait for ever, and hold what it inherited.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from multiprocessing.connection import wait


def end_with_parent() -> None:
    """End this process as soon as the process that it works for is gone, whatever ended that one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)

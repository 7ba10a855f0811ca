"""Strikes a process at the k-th of its own acts on files and programs: by an error of the system, or by SIGKILL.

An audit hook of the interpreter sees every act before it happens, and what it raises is what the act raises. So no
line of the product knows of it. What SQLite and git write themselves is struck by other means.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

ERRORS = ("ENOSPC", "EIO", "EMFILE", "EAGAIN", "EACCES", "EROFS", "EINTR")
ON_FILES = frozenset({"os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.truncate"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

seen = 0


def install(request: Mapping[str, Any]) -> None:
    """Strike from now on: `strike` is `{at, how, lasting}`, `ours` the directories whose files count."""
    at, how, lasting = (request["strike"][name] for name in ("at", "how", "lasting"))
    roots = tuple(request["ours"])

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        global seen  # noqa: PLW0603  a hook cannot be taken out again, and there is one in a process
        if not _is_an_act(event, arguments, roots):
            return
        seen += 1
        if seen == at or (lasting and seen > at):
            _hit(how, arguments[0])

    sys.addaudithook(hook)


def _is_an_act(event: str, arguments: tuple[Any, ...], roots: tuple[str, ...]) -> bool:
    if event == "subprocess.Popen":
        return True
    if event != "open" and event not in ON_FILES:
        return False
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
        return False
    if not isinstance(arguments[0], str | bytes | os.PathLike):
        return False
    path = os.fsdecode(arguments[0])
    return "__pycache__" not in path and (path.startswith(roots) or not path.startswith("/"))


def _hit(how: str, target: object) -> None:
    if how == "KILL":
        os.kill(os.getpid(), signal.SIGKILL)
    number = getattr(errno, how)
    raise OSError(number, os.strerror(number), str(target))

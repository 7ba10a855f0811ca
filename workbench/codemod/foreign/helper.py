"""A program that stays and answers requests, one line each: it is started once, not for every file."""

from __future__ import annotations

import atexit
import base64
import json
import os
import selectors
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.codemod.foreign.editor import ProgramFailedError
from workbench.codemod.foreign.program import end_group, end_with_caller, environment

_MOST = 64 << 20
_REMEMBERED = 64


class Helper:
    """One such program. It ends with its input, and so with the process that asks it."""

    def __init__(self, argv: tuple[str, ...], root: Path) -> None:
        self._argv, self._root = argv, root
        self._running: subprocess.Popen[bytes] | None = None
        self._answers: dict[tuple[str, bytes], dict[str, Any]] = {}
        self._home = tempfile.TemporaryDirectory(prefix="workbench-program-")
        atexit.register(self.end)

    def ask(self, path: str, source: bytes, seconds: float) -> dict[str, Any]:
        """Return the answer for one file; raises ProgramFailedError. Every step of a rewrite asks for it."""
        key = (path, source)
        if key not in self._answers:
            answer = self._asked(path, source, seconds)
            while len(self._answers) >= _REMEMBERED:
                del self._answers[next(iter(self._answers))]
            self._answers[key] = answer
        return self._answers[key]

    def _asked(self, path: str, source: bytes, seconds: float) -> dict[str, Any]:
        running = self._start()
        assert running.stdin is not None
        request = {"path": path, "source": base64.b64encode(source).decode("ascii")}
        try:
            running.stdin.write(json.dumps(request).encode() + b"\n")
            running.stdin.flush()
            answer = json.loads(self._line(running, time.monotonic() + seconds))
        except (OSError, ValueError) as error:
            raise self._failed(f"it ended without an answer: {self._told() or error}") from None
        if not isinstance(answer, dict) or "error" in answer:
            raise ProgramFailedError(str(answer["error"] if isinstance(answer, dict) else answer))
        return answer

    def end(self) -> None:
        """End the program and all it started."""
        running, self._running = self._running, None
        if running is not None:
            end_group(running.pid)
            with suppress(OSError):
                running.communicate()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._running is None:
            with Path(self._home.name, "stderr").open("wb") as told:
                self._running = subprocess.Popen(
                    self._argv,
                    cwd=self._home.name,
                    env=environment(Path(self._home.name), {"PYTHONPATH": str(self._root)}),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=told,
                    start_new_session=True,
                    preexec_fn=end_with_caller,  # noqa: PLW1509 - as in `program`
                )
        return self._running

    def _line(self, running: subprocess.Popen[bytes], until: float) -> bytes:
        assert running.stdout is not None
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(running.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise self._failed("it took too long")
                part = os.read(running.stdout.fileno(), 1 << 16)
                line += part
                if not part or len(line) > _MOST:
                    break
        return line

    def _told(self) -> str:
        return Path(self._home.name, "stderr").read_text("utf-8", "replace").strip()[-400:]

    def _failed(self, why: str) -> ProgramFailedError:
        self.end()
        return ProgramFailedError(why)


@lru_cache(maxsize=8)
def helper(argv: tuple[str, ...], root: Path) -> Helper:
    """Return the helper of this process for a command line."""
    return Helper(argv, root)

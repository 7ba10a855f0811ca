"""A long-lived helper in the target's interpreter that says whether sources compile there.

One process for thousands of files, because starting an interpreter costs fifty times what compiling a
file does; in the target's interpreter, because what 3.13 accepts may be an error in 3.9, and the reverse.
"""

from __future__ import annotations

import json
import selectors
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from workbench.gates import compile_worker
from workbench.model.errors import EnvironmentFailed

_SCRIPT = str(Path(compile_worker.__file__))
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a source does not compile: the line, from 1, where there is one, and what Python says."""

    line: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.line is None else f"line {self.line}: {self.message}"


class Compiler:
    """Asks one helper at a time; a source on which it dies or hangs is asked once more of a fresh one.

    Use as a context manager, from one thread at a time. `seconds` is the time one source may take.
    """

    def __init__(self, python: Path, *, seconds: float = _SECONDS) -> None:
        self._python = python
        self._seconds = seconds
        self._helper: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def compile(self, path: str, source: bytes) -> Refusal | None:
        """Return None if `source` compiles; `path` is only what messages call it.

        Raises EnvironmentFailed if the interpreter cannot be started.
        """
        end = ""
        for _ in range(2):
            helper = self._started()
            try:
                return self._ask(helper, path, source)
            except (BrokenPipeError, EOFError):
                end = f"the compiler crashed ({self._stop()})"
            except TimeoutError:
                self._stop()
                end = f"compiling took longer than {self._seconds:g} s"
        return Refusal(None, end)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._helper is None:
            try:
                self._helper = subprocess.Popen(
                    [str(self._python), "-I", "-S", _SCRIPT],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
                self._line(self._helper)
            except (OSError, EOFError) as error:
                self._stop()
                raise EnvironmentFailed(
                    f"the interpreter {self._python} does not start: {error or 'it ended at once'}",
                    hint="name the project's interpreter as `python` under [run]",
                ) from None
        return self._helper

    def _ask(self, helper: subprocess.Popen[bytes], path: str, source: bytes) -> Refusal | None:
        questions = cast("IO[bytes]", helper.stdin)
        questions.write(json.dumps([path, len(source)]).encode() + b"\n" + source)
        questions.flush()
        found = json.loads(self._line(helper))
        return Refusal(*found) if found else None

    def _line(self, helper: subprocess.Popen[bytes]) -> bytes:
        """Read one answer; it is written at once, so that it is whole when its first byte is there."""
        answers = cast("IO[bytes]", helper.stdout)
        with selectors.DefaultSelector() as selector:
            selector.register(answers, selectors.EVENT_READ)
            if not selector.select(self._seconds):
                raise TimeoutError
        line = answers.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line

    def _stop(self) -> int | None:
        helper, self._helper = self._helper, None
        if helper is None:
            return None
        # A pipe that broke in the middle of a question breaks again when it is closed.
        with suppress(BrokenPipeError), helper:
            helper.kill()
        return helper.returncode

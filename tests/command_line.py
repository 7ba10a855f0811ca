"""Answers command lines in this process: one of its own takes half a second to start, and few tests are about it."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

from workbench.cli.boundary import answer


def workbench(root: Path, *words: str) -> CompletedProcess[str]:
    """Give a command at `root`; return what a process of its own would."""
    return answered("-C", str(root), *words)


def answered(*words: str, encoding: str = "utf-8") -> CompletedProcess[str]:
    """Answer a command line whose streams can only hold what `encoding` can."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = answer([*words])
    return CompletedProcess(words, code, *(one.buffer.getvalue().decode("utf-8") for one in (out, err)))

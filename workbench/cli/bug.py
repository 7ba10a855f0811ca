"""What is left behind when workbench itself is at fault: a log that can be sent along with a report."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from workbench.model.errors import WorkbenchError


def write_log(bug: BaseException, arguments: list[str]) -> WorkbenchError:
    """Write the traceback to the user's state directory and return the error that names the file."""
    told = f"a bug in workbench: {type(bug).__name__}: {bug}"
    try:
        path = _write(_report(bug, arguments))
    except OSError as denied:
        return WorkbenchError(f"{told} (and no log could be written: {denied})", hint="run it again with --verbose")
    return WorkbenchError(told, hint=f"send us the log, {path}")


def _report(bug: BaseException, arguments: list[str]) -> str:
    import platform
    from importlib.metadata import version

    return "\n".join(
        [
            f"workbench {version('codemod-workbench')}, Python {sys.version}, {platform.platform()}",
            f"arguments: {arguments!r}",
            "",
            *traceback.format_exception(bug),
        ]
    )


def _write(text: str) -> Path:
    from platformdirs import user_state_path

    directory = user_state_path("workbench", appauthor=False) / "bugs"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{os.getpid()}.log"
    # Arguments and messages may hold what is nobody else's business: readable by its owner only, never through a link.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as log:
        log.write(text)
    return path

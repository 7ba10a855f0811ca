"""The one place where an exception becomes words and an exit code. Nothing else in the house catches broadly."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from io import TextIOWrapper

from typer import Abort, Exit, TyperException

from workbench.cli.app import PROGRAM, run, wants
from workbench.cli.bug import write_log
from workbench.model.errors import (
    Conflict,
    EnvironmentFailed,
    Interrupted,
    PlanFileError,
    Problem,
    Refused,
    UsageError,
    WorkbenchError,
)

_BROKEN_PIPE = 141
_RESUME = f"{PROGRAM} resume"
_SYSTEM = frozenset(
    getattr(errno, name)
    for name in (
        "EACCES",
        "EAGAIN",
        "EDQUOT",
        "EFBIG",
        "EINTR",
        "EIO",
        "EMFILE",
        "ENFILE",
        "ENOMEM",
        "ENOSPC",
        "EPERM",
        "EROFS",
    )
)


def answer(arguments: list[str]) -> int:
    """Carry out a command line; print what went wrong, if it did; return the exit code of the contract."""
    _survive_any_encoding()
    try:
        code = run(arguments)
        sys.stdout.flush()
    except Exit as stop:
        code = stop.exit_code
    except BrokenPipeError:
        code = _reader_left()
    except (KeyboardInterrupt, Abort):
        code = _tell(Interrupted("interrupted; what was kept stays kept", hint=_RESUME), arguments)
    except WorkbenchError as error:
        code = _tell(error, arguments)
    except TyperException as error:
        code = _tell(_usage(error), arguments)
    except OSError as error:
        code = _tell(_denied(error) or write_log(error, arguments), arguments)
    except Exception as bug:  # noqa: BLE001  the one boundary: anything unforeseen is our bug, and is logged
        code = _tell(write_log(bug, arguments), arguments)
    return code


def _survive_any_encoding() -> None:
    """Show a character that the terminal's encoding lacks as an escape; it must never end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _usage(error: TyperException) -> UsageError:
    context = getattr(error, "ctx", None)
    command = PROGRAM if context is None else context.command_path
    return UsageError(error.format_message(), hint=f"{command} --help")


def _denied(error: OSError) -> WorkbenchError | None:
    """Return the error for what the system would not do: a full disk, a file it guards. None for our own mistakes."""
    if error.errno not in _SYSTEM:
        return None
    return EnvironmentFailed(
        f"the system refused: {error.strerror}",
        hint=f"mend that; `{_RESUME}` then goes on, if a run or a landing was under way",
        path=None if error.filename is None else str(error.filename),
    )


def _reader_left() -> int:
    """Say nothing more to a closed pipe, not even at exit, and end like a program the signal had killed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _BROKEN_PIPE


def _tell(error: WorkbenchError, arguments: list[str]) -> int:
    if wants(arguments, "--json"):
        from workbench.report.documents.error import error_document
        from workbench.report.objects import dump

        sys.stdout.write(dump(error_document(error)))
        sys.stdout.flush()
    else:
        sys.stderr.write(in_words(error))
    if wants(arguments, "--verbose", "-v"):
        from workbench.report.safe import safe_lines

        sys.stderr.write(safe_lines(traceback.format_exc()))
    return error.exit_code


def in_words(error: WorkbenchError) -> str:
    """Return what happened, where, what was left untouched, and what to type next; safe for a terminal."""
    from workbench.report.safe import safe

    lines = [f"{PROGRAM}: {error.message}"]
    if isinstance(error, PlanFileError):
        lines += [f"  {_problem(one)}" for one in error.problems]
    elif error.path is not None:
        lines.append(f"  at {error.path}" + (f":{error.line}" if error.line is not None else ""))
    untouched = _untouched(error)
    if untouched:
        lines.append(f"  {untouched}")
    if error.hint:
        lines.append(f"  next: {error.hint}")
    return "".join(f"{safe(one)}\n" for one in lines)


def _problem(problem: Problem) -> str:
    where = f"line {problem.line}: " if problem.line is not None else ""
    key = f"{problem.key}: " if problem.key else ""
    suggestion = f"; {problem.suggestion}" if problem.suggestion else ""
    return f"{where}{key}{problem.message}{suggestion}"


def _untouched(error: WorkbenchError) -> str:
    match error:
        case Refused():
            return "nothing was changed"
        case Conflict():
            return "nothing was overwritten"
        case _:
            return ""

"""Looks at a ledger without a single write: none that brings it up to date, none that rolls a torn one back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.ledger.database import ASIDE
from workbench.ledger.ledger import Ledger
from workbench.ledger.lock import at_work
from workbench.ledger.schema import VERSION
from workbench.ledger.unfinished import unfinished
from workbench.model.diagnosis import Diagnosis, note, sound, to_mend
from workbench.model.errors import WorkbenchError

_HEADER = 100
_USER_VERSION = slice(60, 64)  # in the header of every SQLite file


def ledger(state: Path) -> Iterator[Diagnosis]:
    """Say whether a run is at work, whether the ledger can be read, and whether something in it is unfinished."""
    busy = at_work(state)
    if busy is not None:
        yield to_mend("run lock", busy.message, busy.hint)
    else:
        yield sound("run lock", "free")
    path = state / "ledger.db"
    try:
        yield from _remembered(path)
    except (WorkbenchError, OSError) as error:
        hint = error.hint if isinstance(error, WorkbenchError) else ""
        yield to_mend("ledger", str(error), hint or "make it readable for you", [str(path)])


def _remembered(path: Path) -> Iterator[Diagnosis]:
    if not path.exists():
        yield sound("ledger", "none yet: `plan` and `run` make it")
    elif path.with_name(f"{path.name}-journal").exists():
        yield note("ledger", "a step of it was torn by a kill; the next command rolls that step back")
    elif 0 < _version(path) < VERSION:
        yield note("ledger", "made by an older workbench; the next command brings it up to date")
    else:
        yield from _read(path)


def _version(path: Path) -> int:
    with path.open("rb") as file:
        return int.from_bytes(file.read(_HEADER)[_USER_VERSION])


def _read(path: Path) -> Iterator[Diagnosis]:
    opened = Ledger.read(path)
    assert opened is not None
    with opened:
        wrong = opened.verify()
        if wrong:
            mend = ASIDE
            yield to_mend("ledger", wrong[0], mend)
        else:
            yield sound("ledger", f"holds, with {len(opened.runs())} runs")
        yield _unfinished(opened)


def _unfinished(opened: Ledger) -> Diagnosis:
    waiting = unfinished(opened)
    if waiting is None:
        return sound("unfinished", "nothing")
    return to_mend("unfinished", f"{waiting.message}, and nothing else begins before", waiting.hint)

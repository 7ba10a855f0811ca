"""Holds a ledger against itself: the file, the chain of events, the suites' outcomes, and the state they make."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.ledger import chain, replay
from workbench.ledger.codec import MalformedError
from workbench.ledger.database import snapshot, speaking
from workbench.ledger.events import unpack
from workbench.model.errors import LedgerBroken, WorkbenchError


def problems(db: sqlite3.Connection, path: Path) -> tuple[str, ...]:
    """Return everything wrong; what stands on something broken is not looked at."""
    for check in (_file, chain.problems, _outcomes, _state):
        found = _found(check, db, path)
        if found:
            return found
    return ()


def _found(check: Callable[[sqlite3.Connection], Iterator[str]], db: sqlite3.Connection, path: Path) -> tuple[str, ...]:
    try:
        with speaking(path), snapshot(db):
            return tuple(check(db))
    except LedgerBroken as error:
        return (error.message,)


def _file(db: sqlite3.Connection) -> Iterator[str]:
    for (line,) in db.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield f"the file is damaged: {line}"


def _outcomes(db: sqlite3.Connection) -> Iterator[str]:
    for digest, content in db.execute("SELECT digest, content FROM outcomes"):
        try:
            unpack(digest, content)
        except MalformedError as error:
            yield str(error)


def _state(db: sqlite3.Connection) -> Iterator[str]:
    try:
        for table in replay.differences(db):
            yield f"the table {table} is not what the events make it"
    except WorkbenchError as error:
        yield f"the events cannot be applied again: {error.message}"

"""Opens SQLite in the one way the safety protocol allows, and says in our words what it reports."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from workbench.ledger.codec import MalformedError
from workbench.model.errors import EnvironmentFailed, LedgerBroken, Refused, WorkbenchError

_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_HINTS = {
    sqlite3.SQLITE_FULL: "free some disk space; the ledger is as it was before this step; `workbench resume` goes on",
    sqlite3.SQLITE_BUSY: "another process is writing to the ledger; wait for it and try again",
    sqlite3.SQLITE_LOCKED: "another process is writing to the ledger; wait for it and try again",
    sqlite3.SQLITE_READONLY: "make the ledger and its directory writable for you, and try again",
    sqlite3.SQLITE_PERM: "make the ledger and its directory writable for you, and try again",
    sqlite3.SQLITE_CANTOPEN: "make the ledger and its directory readable and writable for you, and try again",
    sqlite3.SQLITE_IOERR: "check the disk; the ledger is as it was before this step; `workbench resume` goes on",
}
ASIDE = "`workbench verify` lists what is wrong; `workbench rebuild` sets it aside and makes it again from git"


@contextmanager
def speaking(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system report about the ledger at `path` into errors of our own tree."""
    try:
        yield
    except MalformedError as error:
        raise LedgerBroken(f"the ledger holds what it should not: {error}", hint=ASIDE, path=str(path)) from error
    except sqlite3.Error as error:
        ours = _translated(error, path)
        if ours is None:
            raise
        raise ours from error
    except OSError as error:
        reason = error.strerror or str(error)
        hint = _HINTS[sqlite3.SQLITE_CANTOPEN]
        raise EnvironmentFailed(f"the ledger cannot be opened: {reason}", hint=hint, path=str(path)) from error


def _translated(error: sqlite3.Error, path: Path) -> WorkbenchError | None:
    """Return our error for SQLite's; None for what only a bug of ours can cause."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and isinstance(error, sqlite3.OperationalError):  # Python's own: text that is not UTF-8
        return LedgerBroken(f"the ledger cannot be read: {error}", hint=ASIDE, path=str(path))
    primary = (code or 0) & 0xFF
    if primary in _BROKEN:
        return LedgerBroken(f"the ledger is damaged: {error}", hint=ASIDE, path=str(path))
    if primary in _HINTS:
        return EnvironmentFailed(f"the ledger could not be used: {error}", hint=_HINTS[primary], path=str(path))
    return None


def create(path: Path) -> None:
    """Make an empty file at `path` for the owner only, and its directory; leave an existing file's content alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        _require_regular(path)
        path.chmod(0o600)


def _require_regular(path: Path) -> None:
    if path.is_symlink() or not path.is_file():
        raise Refused(f"{path} is not a regular file", hint="look at what it is, and move it away", path=str(path))


_TO_WRITE = (
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # or REPLACE would delete events without asking their trigger
    "PRAGMA cache_size = -32768",
)


def connect(path: Path, *, busy_seconds: float) -> sqlite3.Connection:
    """Open the existing file for reading and writing; every transaction is begun by hand.

    The rollback journal with EXTRA syncs its directory too: what was acknowledged survives a power cut.
    """
    return _open(path, busy_seconds, _TO_WRITE)


def connect_to_read(path: Path, *, busy_seconds: float) -> sqlite3.Connection:
    """Open the existing file for queries only.

    Not by `mode=ro`: after a crash the first reader must be able to roll the hot journal back.
    """
    _require_regular(path)
    return _open(path, busy_seconds, ("PRAGMA query_only = ON",))


def _open(path: Path, busy_seconds: float, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=rw"
    db = sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None)
    try:
        for pragma in pragmas:
            db.execute(pragma)
    except BaseException:
        db.close()
        raise
    return db


def storable(text: str) -> str:
    """Return text that UTF-8 can hold: lone surrogates, from undecodable output, become escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit everything inside at once, or nothing. Takes the write lock at its beginning, not at the first write."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk has rolled back by itself
            db.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(db: sqlite3.Connection) -> Iterator[None]:
    """Let everything read inside be of one moment, whatever another process writes meanwhile."""
    db.execute("BEGIN")
    try:
        db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # the moment is that of the first look
        yield
    finally:
        db.execute("ROLLBACK")


def named(db: sqlite3.Connection, sql: str, parameters: tuple[object, ...] = ()) -> list[sqlite3.Row]:
    """Return the rows of a query with their columns by name."""
    with closing(db.cursor()) as cursor:
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, parameters).fetchall()

"""Tells which version a ledger file has, and brings an older one up to this one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from workbench.ledger import database
from workbench.ledger.schema import APPLICATION, VERSION
from workbench.model.errors import LedgerBroken


def version_of(db: sqlite3.Connection, path: Path) -> int:
    """Return the ledger's version, 0 for an empty file; refuse one that is newer than this code, or no ledger."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (objects,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if objects and application != APPLICATION:
        raise LedgerBroken(
            f"{path} is not a ledger of workbench", hint="look at what it is, and move it away", path=str(path)
        )
    if version > VERSION:
        raise LedgerBroken(
            f"the ledger was made by a newer workbench (version {version}, this one knows {VERSION})",
            hint="update workbench; the ledger was not touched",
            path=str(path),
        )
    return int(version)


def bring_up_to_date(db: sqlite3.Connection, path: Path) -> None:
    """Migrate an older or empty ledger, on a connection that may write."""
    version = version_of(db, path)
    if version < VERSION:
        from workbench.ledger.migrations import migrate

        migrate(db, path, version=version)


def bring_up_to_date_for_reading(path: Path, *, busy_seconds: float) -> None:
    """Migrate an older ledger that somebody only wants to read."""
    with closing(database.connect(path, busy_seconds=busy_seconds)) as db:
        bring_up_to_date(db, path)

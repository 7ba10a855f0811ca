"""How a ledger of an earlier version becomes one of this version: one function per version, never edited again.

Apart from the rest because it alone needs sqlite-utils, which `status` must not wait for.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from workbench.ledger.database import transaction
from workbench.ledger.schema import APPLICATION, EVENTS, LANDS, PLANS, STATE

LEDGER = Migrations("workbench")


@LEDGER()
def m001_first(db: Database) -> None:
    """Plans, events, state."""
    for statement in (*PLANS, *EVENTS, *STATE):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION:d}")


@LEDGER()
def m002_lands(db: Database) -> None:
    """Landings: moves of the user's own branch."""
    for statement in LANDS:
        db.execute(statement)


def migrate(db: sqlite3.Connection, path: Path, *, version: int, migrations: Migrations = LEDGER) -> None:
    """Bring the ledger at `path` up to date in one transaction; one that holds anything is backed up before."""
    if version:
        back_up(db, backup_of(path, version))
    with transaction(db):
        database = Database(db, execute_plugins=False)
        migrations.apply(database)
        db.execute(f"PRAGMA user_version = {len(migrations.applied(database)):d}")


def backup_of(path: Path, version: int) -> Path:
    """Return where a ledger of `version` is backed up to."""
    return path.with_name(f"{path.name}.v{version}.backup")


def back_up(db: sqlite3.Connection, backup: Path) -> None:
    """Write a complete copy, readable for the owner only; an older copy stands until the new one is whole."""
    unfinished = backup.with_name(f"{backup.name}.part")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    db.execute("VACUUM INTO ?", (str(unfinished),))
    unfinished.replace(backup)

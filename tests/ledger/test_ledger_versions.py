"""An older ledger is brought up to date, with a backup; a newer one is left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from ledger_stories import PLAN, RUN, begun, mode, ticking
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from workbench.ledger import database, migrations
from workbench.ledger.ledger import Ledger
from workbench.ledger.migrations import backup_of, m001_first, migrate
from workbench.ledger.schema import COMPARED, LANDS, STATE, VERSION
from workbench.model.errors import LedgerBroken


@pytest.mark.parametrize("reading", [True, False])
def test_a_newer_ledger_is_refused_and_left_alone(tmp_path: Path, reading: bool) -> None:
    path = begun(tmp_path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(LedgerBroken, match="newer workbench"):
        Ledger.read(path) if reading else Ledger.open(path, clock=ticking())
    assert path.read_bytes() == before


def next_version() -> Migrations:
    """The versions of today and one that comes after."""
    later = Migrations("workbench")
    later()(m001_first)

    @later()
    def m002_next(db: Database) -> None:
        db.execute("CREATE TABLE later (x)")

    return later


def test_an_older_ledger_is_backed_up_and_brought_up_to_date(tmp_path: Path) -> None:
    path = begun(tmp_path)
    with closing(database.connect(path, busy_seconds=1)) as db:
        migrate(db, path, version=VERSION, migrations=next_version())
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
        assert db.execute("SELECT count(*) FROM later").fetchone() == (0,)
    backup = backup_of(path, VERSION)
    assert mode(backup) == 0o600
    with Ledger.open(backup, clock=ticking()) as ledger:
        assert ledger.load_run(RUN).violations == PLAN.violations
        assert ledger.verify() == ()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = begun(tmp_path)
    broken = next_version()

    @broken()
    def m003_wrong(db: Database) -> None:
        db.execute("CREATE TABLE wrong (x)")
        db.execute("SELECT * FROM nowhere")

    with closing(database.connect(path, busy_seconds=1)) as db, pytest.raises(sqlite3.OperationalError):
        migrate(db, path, version=VERSION, migrations=broken)
    with Ledger.open(path, clock=ticking()) as ledger:
        tables = {name for (name,) in ledger._db.execute("SELECT name FROM sqlite_master")}
        assert not tables & {"later", "wrong"}
        assert ledger.verify() == ()


def test_a_backup_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    path = begun(tmp_path)
    backup = backup_of(path, VERSION)
    backup.with_name(f"{backup.name}.part").write_text("half")
    with closing(database.connect(path, busy_seconds=1)) as db:
        migrations.back_up(db, backup)
        migrations.back_up(db, backup)
    assert {one.name for one in path.parent.iterdir()} == {path.name, backup.name}


def test_reading_brings_a_ledger_up_to_date_that_was_killed_in_its_first_moment(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.touch()
    ledger = Ledger.read(path)
    assert ledger is not None
    with ledger:
        assert ledger.runs() == ()
        assert ledger.verify() == ()


def test_the_version_is_the_number_of_migrations_and_every_state_table_is_compared(tmp_path: Path) -> None:
    path = begun(tmp_path)
    with closing(sqlite3.connect(path)) as db:
        applied = migrations.LEDGER.applied(Database(db, execute_plugins=False))
        assert len(applied) == VERSION == db.execute("PRAGMA user_version").fetchone()[0]
    assert {one.split()[2] for one in (*STATE, *LANDS) if one.startswith("CREATE TABLE")} == set(COMPARED)

"""A landing is begun, then ends once; a ledger from before there were landings learns of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from ledger_stories import PLAN, RUN, begun, oid, started, ticking
from sqlite_utils.migrations import Migrations

from workbench.ledger import database
from workbench.ledger.ledger import Ledger
from workbench.ledger.migrations import backup_of, m001_first, migrate
from workbench.model import event as e
from workbench.model.errors import WorkbenchError

INTENT = e.LandStarted(RUN, "land-1", "main", oid("base"), oid("tip"), "/w", ("app/m0.py", "app/ä\udcff.py"))


@pytest.fixture
def ledger(tmp_path: Path):
    with Ledger.open(begun(tmp_path), clock=ticking()) as opened:
        yield opened


def test_a_landing_under_way_is_found_until_it_ends(ledger: Ledger) -> None:
    assert ledger.landing() is None
    ledger.record(INTENT)
    assert ledger.landing() == INTENT
    assert ledger.load_run(RUN).landed == ""
    ledger.record(e.Landed(RUN, "land-1"))
    assert ledger.landing() is None
    assert ledger.load_run(RUN).landed == oid("tip")
    assert ledger.verify() == ()


def test_a_landing_that_was_given_up_landed_nothing(ledger: Ledger) -> None:
    ledger.record(INTENT, e.LandAbandoned(RUN, "land-1", "why", (("a.py", "/k/a.py"),)))
    assert (ledger.landing(), ledger.load_run(RUN).landed) == (None, "")


def test_no_second_landing_begins_and_none_ends_that_did_not_begin(ledger: Ledger) -> None:
    with pytest.raises(WorkbenchError, match="no landing land-1 under way"):
        ledger.record(e.Landed(RUN, "land-1"))
    ledger.record(INTENT)
    with pytest.raises(WorkbenchError, match="land-1 has not ended"):
        ledger.record(e.LandStarted(RUN, "land-2", "main", oid("base"), oid("tip"), "", ()))
    ledger.record(e.LandAbandoned(RUN, "land-1", ""))
    with pytest.raises(WorkbenchError, match="no landing land-1 under way"):
        ledger.record(e.Landed(RUN, "land-1"))


def test_a_ledger_of_version_1_can_record_landings(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    first = Migrations("workbench")
    first()(m001_first)
    database.create(path)
    with closing(database.connect(path, busy_seconds=1)) as db:
        migrate(db, path, version=0, migrations=first)
    with Ledger.open(path, clock=ticking()) as opened:
        opened.begin_run(started(PLAN), PLAN)
        opened.record(INTENT)
        assert opened.verify() == ()
    with closing(sqlite3.connect(backup_of(path, 1))) as backup:
        assert backup.execute("PRAGMA user_version").fetchone() == (1,)

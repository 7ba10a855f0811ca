"""The file itself: whose it is, what becomes of an old, a new, a foreign, a locked or a full one."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from ledger_stories import FIRST, PLAN, RUN, begun, mode, opened, started, ticking, to_judging

from workbench.ledger import database
from workbench.ledger.ledger import Ledger
from workbench.model import event as e
from workbench.model.errors import EnvironmentFailed, LedgerBroken, Refused, WorkbenchError
from workbench.model.run import RunOutcome


def path_in(directory: Path) -> Path:
    return directory / "state" / "ledger.db"


def test_ledger_and_directory_are_the_owners_alone(tmp_path: Path) -> None:
    path = begun(tmp_path)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    path.chmod(0o644)
    with Ledger.open(path, clock=ticking()):
        assert mode(path) == 0o600


def test_a_write_is_synced_all_the_way(tmp_path: Path) -> None:
    with Ledger.open(path_in(tmp_path), clock=ticking()) as ledger:
        assert ledger._db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert ledger._db.execute("PRAGMA synchronous").fetchone() == (3,)
        assert ledger._db.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_there_is_nothing_to_read_where_there_is_no_ledger(tmp_path: Path) -> None:
    assert Ledger.read(path_in(tmp_path)) is None
    assert not path_in(tmp_path).parent.exists()


def test_reading_sees_what_was_written_and_cannot_write(tmp_path: Path) -> None:
    path = begun(tmp_path)
    ledger = Ledger.read(path)
    assert ledger is not None
    with ledger:
        assert ledger.load_run(RUN).violations == PLAN.violations
        assert ledger.verify() == ()
        with pytest.raises(WorkbenchError, match="opened to be read"):
            ledger.record(e.RunResumed(RUN))
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            ledger._db.execute("DELETE FROM runs")


def test_all_that_is_read_at_once_is_of_one_moment_even_before_the_first_look(tmp_path: Path) -> None:
    path = begun(tmp_path)
    with (
        closing(database.connect_to_read(path, busy_seconds=0)) as reader,
        closing(database.connect(path, busy_seconds=0)) as writer,
        database.snapshot(reader),
        pytest.raises(sqlite3.OperationalError, match="locked"),
        database.transaction(writer),
    ):
        writer.execute("UPDATE runs SET head = base")


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    foreign, text = tmp_path / "foreign.db", tmp_path / "text.db"
    with closing(sqlite3.connect(foreign)) as db:
        db.execute("CREATE TABLE t (x)")
    text.write_text("a diary\n" * 1000)
    with pytest.raises(LedgerBroken, match="not a ledger"):
        Ledger.open(foreign, clock=ticking())
    with pytest.raises(LedgerBroken, match="damaged"):
        Ledger.open(text, clock=ticking())
    with pytest.raises(LedgerBroken, match="damaged"):
        Ledger.read(text)


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    target = begun(tmp_path)
    link = tmp_path / "ledger.db"
    link.symlink_to(target)
    with pytest.raises(Refused, match="not a regular file"):
        Ledger.open(link, clock=ticking())
    with pytest.raises(Refused, match="not a regular file"):
        Ledger.read(link)


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(EnvironmentFailed, match="cannot be opened"):
        opened(tmp_path)


def test_a_full_disk_loses_nothing_and_the_next_step_works(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        (pages,) = ledger._db.execute("PRAGMA page_count").fetchone()
        ledger._db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(EnvironmentFailed, match="full") as caught:
            ledger.record(e.RunInterrupted(RUN, "x" * 100_000))
        assert caught.value.exit_code == 5
        assert "free some disk space" in caught.value.hint
        assert not ledger._db.in_transaction
        ledger._db.execute("PRAGMA max_page_count = 1000000")
        assert len(ledger.events(RUN)) == 1
        ledger.record(e.RunResumed(RUN))
        assert ledger.verify() == ()


def test_a_bug_of_ours_is_not_blamed_on_the_disk(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            ledger.begin_run(started(PLAN), PLAN)
        assert len(ledger.events(RUN)) == 1


def test_a_transaction_that_ended_by_itself_is_not_rolled_back_again(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as db:

        def all_undone_by_sqlite() -> None:
            with database.transaction(db):
                db.execute("ROLLBACK")
                raise EnvironmentFailed("the disk is full")

        with pytest.raises(EnvironmentFailed):
            all_undone_by_sqlite()


def test_another_writer_is_waited_for_and_then_told(tmp_path: Path) -> None:
    path = begun(tmp_path)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        Ledger.open(path, clock=ticking(), busy_seconds=0.05) as ledger,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnvironmentFailed, match="locked") as caught:
            ledger.record(e.RunResumed(RUN))
        assert "another process" in caught.value.hint
        other.execute("ROLLBACK")
        ledger.record(e.RunResumed(RUN))
        assert len(ledger.events(RUN)) == 2


def test_two_writers_share_one_chain(tmp_path: Path) -> None:
    path = begun(tmp_path)
    with Ledger.open(path, clock=ticking()) as one, Ledger.open(path, clock=ticking()) as other:
        for _ in range(3):
            one.record(e.RunInterrupted(RUN, "one"))
            other.record(e.RunResumed(RUN))
        assert one.verify() == ()
        assert len(other.events(RUN)) == 7


def test_the_write_lock_is_taken_before_anything_is_read(tmp_path: Path) -> None:
    path = begun(tmp_path)
    with (
        closing(database.connect(path, busy_seconds=0)) as one,
        closing(database.connect(path, busy_seconds=0)) as other,
        database.transaction(one),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def _write_and_die(path: str) -> None:
    db = database.connect(Path(path), busy_seconds=1)
    db.execute("PRAGMA cache_size = 1")
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE runs SET head = 'torn'")
    for n in range(2_000):  # more than the cache holds, so that pages reach the file before the commit
        db.execute("INSERT INTO names VALUES (?, ?)", (10_000 + n, f"{n}" * 50))
    os.kill(os.getpid(), 9)


@pytest.mark.parametrize("reading", [True, False])
def test_the_first_after_a_crash_rolls_the_torn_transaction_back(tmp_path: Path, reading: bool) -> None:
    path = begun(tmp_path)
    process = multiprocessing.get_context("spawn").Process(target=_write_and_die, args=(str(path),))
    process.start()
    process.join()
    assert process.exitcode == -9
    assert path.with_name("ledger.db-journal").stat().st_size > 0
    ledger = Ledger.read(path) if reading else Ledger.open(path, clock=ticking())
    assert ledger is not None
    with ledger:
        assert ledger.load_run(RUN).head == PLAN.base_commit
        assert ledger.verify() == ()


def test_a_later_opening_keeps_what_was_there(tmp_path: Path) -> None:
    path = begun(tmp_path)
    with Ledger.open(path, clock=ticking()) as ledger:
        ledger.record(*to_judging(PLAN, FIRST, parent=PLAN.base_commit))
        ledger.record(e.RunFinished(RUN, RunOutcome.PARTIAL, PLAN.base_commit))
    with Ledger.open(path, clock=ticking()) as ledger:
        assert len(ledger.events(RUN)) == 6
        assert ledger.verify() == ()


def test_status_waits_for_no_heavy_import(tmp_path: Path) -> None:
    path = begun(tmp_path)
    code = """
import sys
from pathlib import Path
from workbench.ledger.ledger import Ledger
with Ledger.read(Path(sys.argv[1])) as ledger:
    ledger.totals(ledger.latest_run("ssot"))
heavy = {"sqlite_utils", "pydantic", "click", "libcst", "git", "rich", "typer", "workbench.model.event"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

"""Any byte of an event that changes is found, by the next opening or at the latest by `verify`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from ledger_stories import RUN, dropped, make_plan, opened, started, ticking, to_judging, to_kept

from workbench.ledger.ledger import Ledger
from workbench.model import event as e
from workbench.model.batch import BatchState
from workbench.model.errors import LedgerBroken

PLAN = make_plan()
FIRST = next(PLAN.batches()).id
BODY = b"a sentence that stands in the file just once"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with opened(tmp_path) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        ledger.record(e.RunInterrupted(RUN, BODY.decode()), e.RunResumed(RUN))
        ledger.record(*to_kept(PLAN, FIRST, parent=PLAN.base_commit))
        return ledger.path


def problems(path: Path) -> tuple[str, ...]:
    ledger = Ledger.read(path, check=False)
    assert ledger is not None
    with ledger:
        return ledger.verify()


def reopen(path: Path) -> None:
    with Ledger.open(path, clock=ticking()) as ledger:
        ledger.record(e.RunInterrupted(RUN, "again"))


def tampered(path: Path, *statements: str) -> None:
    """Change the file as somebody who knows SQLite would."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TRIGGER events_are_never_changed")
        db.execute("DROP TRIGGER events_are_never_deleted")
        for statement in statements:
            db.execute(statement)


def flip(path: Path, where: bytes, offset: int) -> None:
    content = bytearray(path.read_bytes())
    assert content.count(where) == 1
    content[content.index(where) + offset] ^= 0x80
    path.write_bytes(content)


def test_a_sound_ledger_has_no_problems(path: Path) -> None:
    assert problems(path) == ()
    reopen(path)
    assert problems(path) == ()


@pytest.mark.parametrize("offset", range(0, len(BODY), 5))
def test_a_flipped_byte_in_a_body_is_found_and_the_event_named(path: Path, offset: int) -> None:
    flip(path, BODY, offset)
    with pytest.raises(LedgerBroken, match="event 2 does not follow") as caught:
        Ledger.open(path, clock=ticking())
    assert caught.value.exit_code == 6
    assert "workbench verify" in caught.value.hint
    with pytest.raises(LedgerBroken, match="event 2 does not follow"):
        Ledger.read(path)
    assert problems(path)[0].startswith("event 2 does not follow")


@pytest.mark.parametrize("column", ["ts", "run", "kind", "body", "hash"])
def test_every_column_is_covered(path: Path, column: str) -> None:
    tampered(path, f"UPDATE events SET {column} = replace({column}, substr({column}, -2), 'zz') WHERE n = 3")
    with pytest.raises(LedgerBroken, match="event 3 does not follow"):
        Ledger.open(path, clock=ticking())


def test_a_missing_event_is_found_in_the_middle_and_at_both_ends(path: Path) -> None:
    tampered(path, "DELETE FROM events WHERE n = 3")
    assert problems(path)[0] == "event 3 is missing"
    with pytest.raises(LedgerBroken, match="event 3 is missing"):
        Ledger.open(path, clock=ticking())


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM events WHERE n = (SELECT max(n) FROM events)",
        "DELETE FROM events",
        "UPDATE chain SET n = n - 1",
        "UPDATE chain SET hash = 'ff'",
        "INSERT INTO events SELECT n + 1, ts, run, kind, body, hash FROM events ORDER BY n DESC LIMIT 1",
    ],
)
def test_a_lost_end_is_found(path: Path, statement: str) -> None:
    tampered(path, statement)
    assert problems(path)
    with pytest.raises(LedgerBroken):
        Ledger.open(path, clock=ticking())


def test_a_lost_record_of_the_end_is_found(path: Path) -> None:
    tampered(path, "DELETE FROM chain")
    assert problems(path) == ("the record of the chain's end is missing",)
    with pytest.raises(LedgerBroken, match="the chain's end is missing"):
        Ledger.open(path, clock=ticking())


def test_an_opening_checks_what_was_written_since_the_last_and_verify_checks_all(path: Path) -> None:
    reopen(path)
    flip(path, BODY, 0)
    with Ledger.open(path, clock=ticking()):
        pass
    assert problems(path)[0].startswith("event 2 does not follow")


def test_a_lost_event_at_the_mark_is_found(path: Path) -> None:
    reopen(path)
    tampered(path, "DELETE FROM events WHERE n = (SELECT verified FROM chain)")
    with pytest.raises(LedgerBroken, match="is missing"):
        Ledger.open(path, clock=ticking())


@pytest.mark.parametrize("statement", ["UPDATE events SET body = body", "DELETE FROM events"])
def test_the_database_itself_refuses_to_change_events(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement)


def test_replacing_an_event_is_refused_too(path: Path) -> None:
    with (
        Ledger.open(path, clock=ticking()) as ledger,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        ledger._db.execute("REPLACE INTO events SELECT * FROM events WHERE n = 1")


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        (
            "UPDATE site_states SET state = 'open' WHERE fingerprint = (SELECT min(fingerprint) FROM site_states)",
            "site_states",
        ),
        ("UPDATE counts SET sites = sites + 1 WHERE state = 'fixed'", "counts"),
        ("UPDATE batches SET state = 'rolled_back'", "batches"),
        ("UPDATE runs SET head = 'elsewhere'", "runs"),
        ("DELETE FROM judgements", "judgements"),
        ("DELETE FROM verdicts", "verdicts"),
        ("DELETE FROM keeps", "keeps"),
    ],
)
def test_state_that_does_not_follow_from_the_events_is_found(path: Path, statement: str, table: str) -> None:
    tampered(path, statement)
    assert f"the table {table} is not what the events make it" in problems(path)


def test_a_number_that_its_table_forbids_is_found(path: Path) -> None:
    tampered(path, "PRAGMA ignore_check_constraints = ON", "UPDATE counts SET sites = -1")
    assert set(problems(path)) == {"the file is damaged: CHECK constraint failed in counts"}


def test_state_that_cannot_be_read_is_told(path: Path) -> None:
    tampered(path, "UPDATE runs SET head = CAST(x'ff' AS TEXT)", "UPDATE plans SET content = x'00'")
    with Ledger.open(path, clock=ticking()) as ledger:
        with pytest.raises(LedgerBroken, match="cannot be read"):
            ledger.load_run(RUN)
        with pytest.raises(LedgerBroken, match="text of a frozen plan cannot be unpacked"):
            ledger.plan_text(PLAN.digest)


def test_a_remembered_verdict_without_its_event_is_told(path: Path) -> None:
    tampered(path, "UPDATE verdicts SET event = 999")
    tree = to_judging(PLAN, FIRST, parent="")[-1].tree
    with (
        Ledger.open(path, clock=ticking()) as ledger,
        pytest.raises(LedgerBroken, match="event 999 is missing"),
    ):
        ledger.cached_judgement(tree, "unit", "k")


def test_changed_outcomes_of_tests_are_found(path: Path) -> None:
    tampered(path, "UPDATE outcomes SET content = x'00'")
    assert "cannot be unpacked" in problems(path)[0]
    tampered_again = Ledger.read(path)
    assert tampered_again is not None
    with tampered_again as ledger, pytest.raises(LedgerBroken, match="cannot be unpacked"):
        ledger.events(RUN)


def test_lost_outcomes_are_found(path: Path) -> None:
    tampered(path, "DELETE FROM outcomes")
    assert "the outcomes" in problems(path)[0]
    assert "are missing" in problems(path)[0]


def test_an_event_of_an_unknown_kind_is_refused_when_read(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        for event in to_judging(PLAN, FIRST, parent=PLAN.base_commit):
            ledger.record(event)
        ledger.record(dropped(FIRST, BatchState.ROLLED_BACK))
        ledger._db.execute("DROP TRIGGER events_are_never_changed")
        ledger._db.execute("UPDATE events SET kind = 'from_the_future' WHERE n = 2")
        with pytest.raises(LedgerBroken, match="event 2: unknown kind 'from_the_future'"):
            ledger.events(RUN)


def test_events_that_cannot_be_applied_again_are_told(path: Path) -> None:
    tampered(path, "DELETE FROM plan_batches")
    assert problems(path) == (f"the events cannot be applied again: the run's plan has no batch {FIRST}",)


def damage(path: Path, table: str) -> None:
    """Overwrite the head of the first page of a table."""
    with closing(sqlite3.connect(path)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : (page - 1) * size + 8] = b"\xff" * 8
    path.write_bytes(content)


def test_damage_below_the_state_is_told(path: Path) -> None:
    damage(path, "suites")
    assert "damaged" in problems(path)[0]


def test_damage_below_the_chain_is_told(path: Path) -> None:
    damage(path, "events")
    with pytest.raises(LedgerBroken, match="damaged"):
        Ledger.open(path, clock=ticking())
    assert "damaged" in problems(path)[0]


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path) -> Iterator[None]:
    yield
    assert {one.name for one in (tmp_path / "state").iterdir()} == {"ledger.db"}

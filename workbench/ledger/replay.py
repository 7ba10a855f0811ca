"""Makes the state again from plans and events alone: the proof that the state tables hold nothing of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from types import MappingProxyType

from workbench.ledger import codec, log
from workbench.ledger.apply import At, apply
from workbench.ledger.schema import CLEARED, COMPARED
from workbench.model.event import KeepDecided, LandStarted, RollbackStarted
from workbench.model.run import GateRecord, QuarantineRecord, SuiteRecord

# Columns that hold a record as JSON: a field that such a record got later is not in those stored before.
_RECORDS: Mapping[str, tuple[str, type]] = MappingProxyType(
    {
        "batches": ("decision", KeepDecided),
        "judgements": ("record", GateRecord),
        "quarantine": ("record", QuarantineRecord),
        "suites": ("record", SuiteRecord),
        "rollbacks": ("started", RollbackStarted),
        "lands": ("started", LandStarted),
    }
)


def replay(db: sqlite3.Connection) -> None:
    """Empty the state tables and apply every event again, inside the caller's transaction."""
    for statement in CLEARED:
        db.execute(statement)
    for stored in log.read(db):
        apply(stored.event, At(db, stored.n, stored.ts.isoformat(timespec="microseconds")))


def differences(db: sqlite3.Connection) -> Iterator[str]:
    """Yield the name of each state table that is not what the events make it; `db` itself is only read."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as again:
        db.backup(again)
        replay(again)
        for table, query in COMPARED.items():
            if not _same(table, db.execute(query), again.execute(query)):
                yield table


def _same(table: str, one: sqlite3.Cursor, other: sqlite3.Cursor) -> bool:
    names = [column[0] for column in one.description]
    stored, made = one.fetchall(), other.fetchall()
    if stored == made or table not in _RECORDS:
        return bool(stored == made)
    column, kind = _RECORDS[table]
    at = names.index(column)
    return [(*row[:at], _as_now(kind, row[at]), *row[at + 1 :]) for row in stored] == made


def _as_now(kind: type, text: str | None) -> str | None:
    """Return a stored record as it would be stored today; what was not written by us stays, and differs."""
    if text is None:
        return None
    try:
        data = codec.parse(text)
        return codec.dumps(codec.shaped(kind, data)) if codec.dumps(data) == text else text
    except codec.MalformedError:
        return text

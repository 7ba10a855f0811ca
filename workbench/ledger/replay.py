"""Makes the state again from plans and events alone: the proof that the state tables hold nothing of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from workbench.ledger import log
from workbench.ledger.apply import At, apply
from workbench.ledger.schema import CLEARED, COMPARED


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
            if not _same(db.execute(query), again.execute(query)):
                yield table


def _same(one: sqlite3.Cursor, other: sqlite3.Cursor) -> bool:
    return one.fetchall() == other.fetchall()

"""Writes events into the chain and reads them back, with the outcomes of tests that are kept beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from workbench.ledger import chain
from workbench.ledger.codec import MalformedError
from workbench.ledger.events import StoredEvent, decode, encode
from workbench.model.event import Event

_OF_RUN = """SELECT n, CAST(ts AS BLOB), CAST(run AS BLOB), CAST(kind AS BLOB), CAST(body AS BLOB), CAST(hash AS BLOB)
    FROM events WHERE run = ? ORDER BY n"""


def write(db: sqlite3.Connection, ts: str, event: Event) -> int:
    """Append an event inside the caller's transaction and return its number."""
    encoded = encode(event)
    if encoded.outcomes is not None:
        db.execute("INSERT OR IGNORE INTO outcomes VALUES (?, ?)", encoded.outcomes)
    return chain.append(db, ts, event.run, encoded.kind, encoded.body)


def stored(link: chain.Link, outcomes: Callable[[str], bytes]) -> StoredEvent:
    """Return the event a row holds, or raise MalformedError naming its number."""
    try:
        kind, body = link.kind.decode(), link.body.decode()
        event = decode(kind, body, outcomes)
        return StoredEvent(link.n, datetime.fromisoformat(link.ts.decode()), kind, event, link.hash.decode())
    except ValueError as error:
        raise MalformedError(f"event {link.n}: {error}") from error


def outcomes_in(db: sqlite3.Connection) -> Callable[[str], bytes]:
    """Return what finds a suite's outcomes by digest; raises MalformedError for one that is not there."""

    def find(digest: str) -> bytes:
        row = db.execute("SELECT content FROM outcomes WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            raise MalformedError(f"the outcomes {digest} are missing")
        return bytes(row[0])

    return find


def read(db: sqlite3.Connection, *, run: str | None = None, kinds: Collection[str] = ()) -> Iterator[StoredEvent]:
    """Yield the events, of one run or of all, of some kinds or of all, in order. Raises MalformedError."""
    find = outcomes_in(db)
    rows = chain.links(db) if run is None else (chain.Link(*row) for row in db.execute(_OF_RUN, (run,)))
    return (stored(link, find) for link in rows if not kinds or link.kind.decode(errors="replace") in kinds)


def read_one(db: sqlite3.Connection, n: int) -> StoredEvent:
    """Return event `n`. Raises MalformedError."""
    link = next(chain.links(db, after=n - 1), None)
    if link is None or link.n != n:
        raise MalformedError(f"event {n} is missing")
    return stored(link, outcomes_in(db))

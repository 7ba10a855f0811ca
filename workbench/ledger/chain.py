"""The append-only chain of events: each hash covers the event and all before it, so no byte can rot unseen.

`chain` holds the last number and hash, which betrays a lost end, and up to where an earlier opening has
checked: opening checks what was appended since, and the next append moves the mark.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# As blobs: a flipped byte may leave text that is no UTF-8, and that must be told, not crashed upon.
_AFTER = """SELECT n, CAST(ts AS BLOB), CAST(run AS BLOB), CAST(kind AS BLOB), CAST(body AS BLOB), CAST(hash AS BLOB)
    FROM events WHERE n > ? ORDER BY n"""


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the chain, as bytes."""

    n: int
    ts: bytes
    run: bytes
    kind: bytes
    body: bytes
    hash: bytes

    def follows(self, before: bytes) -> bool:
        """Whether the hash is that of this row after `before`."""
        return self.hash == _hash(before, str(self.n).encode(), self.ts, self.run, self.kind, self.body)


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"\n".join(parts)).hexdigest().encode()


def append(db: sqlite3.Connection, ts: str, run: str, kind: str, body: str) -> int:
    """Append one event inside the caller's transaction and return its number."""
    last, before = db.execute("SELECT n, hash FROM chain").fetchone()
    n = int(last) + 1
    row = (ts, run, kind, body)
    digest = _hash(before.encode(), str(n).encode(), *(part.encode() for part in row)).decode()
    db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", (n, *row, digest))
    db.execute("UPDATE chain SET n = ?, hash = ?", (n, digest))
    return n


def mark_verified(db: sqlite3.Connection, n: int) -> None:
    """Remember, inside the caller's transaction, that everything up to event `n` was checked."""
    db.execute("UPDATE chain SET verified = max(verified, ?)", (n,))


def links(db: sqlite3.Connection, *, after: int = 0) -> Iterator[Link]:
    """Yield the rows after number `after`, in order."""
    return (Link(*row) for row in db.execute(_AFTER, (after,)))


def first_problem(db: sqlite3.Connection) -> str | None:
    """Check what was appended since the last mark; return what is wrong first, or None."""
    end = _end(db)
    if end is None:
        return _NO_END
    before = b""
    if end.verified:
        row = db.execute("SELECT CAST(hash AS BLOB) FROM events WHERE n = ?", (end.verified,)).fetchone()
        if row is None:
            return f"event {end.verified} is missing"
        before = row[0]
    return next(_walk(links(db, after=end.verified), end.verified, before, end), None)


def length(db: sqlite3.Connection) -> int:
    """Return the number of the last event."""
    end = _end(db)
    return 0 if end is None else end.n


def problems(db: sqlite3.Connection) -> Iterator[str]:
    """Yield everything wrong with the whole chain."""
    end = _end(db)
    if end is None:
        yield _NO_END
    else:
        yield from _walk(links(db), 0, b"", end)


_NO_END = "the record of the chain's end is missing"


@dataclass(frozen=True, slots=True)
class _End:
    n: int
    hash: bytes
    verified: int


def _end(db: sqlite3.Connection) -> _End | None:
    row = db.execute("SELECT n, CAST(hash AS BLOB), verified FROM chain").fetchone()
    return None if row is None else _End(*row)


def _walk(rows: Iterable[Link], last: int, before: bytes, end: _End) -> Iterator[str]:
    """Yield what is wrong with `rows`, which should go on from event `last` with hash `before` to `end`."""
    for link in rows:
        if link.n != last + 1:
            yield f"event {last + 1} is missing"
        elif not link.follows(before):
            yield f"event {link.n} does not follow from those before it: it, or the hash before it, was changed"
        last, before = link.n, link.hash
    if (last, before) != (end.n, end.hash):
        yield f"the chain ends at event {last} and should end at event {end.n}, or the record of its end was changed"

"""Keeps frozen plans by digest: the text as it was shown, and its batches and sites as rows that runs build on."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from workbench.ledger import codec
from workbench.ledger.database import storable

if TYPE_CHECKING:
    from workbench.model.plan import Plan
    from workbench.model.violation import Violation


def freeze(db: sqlite3.Connection, plan: Plan, text: str) -> None:
    """Store plan and text inside the caller's transaction and make it the last frozen of its name."""
    number = store(db, plan)
    db.execute(
        "UPDATE plans SET content = ? WHERE id = ? AND content IS NULL",
        (zlib.compress(text.encode("utf-8", "surrogatepass"), 1), number),
    )
    last = db.execute("SELECT plan FROM frozen WHERE name = ? ORDER BY n DESC LIMIT 1", (plan.name,)).fetchone()
    if last != (number,):
        db.execute("INSERT INTO frozen (name, plan) VALUES (?, ?)", (plan.name, number))


def store(db: sqlite3.Connection, plan: Plan) -> int:
    """Store the plan's rows inside the caller's transaction unless they are there; return the plan's number."""
    row = db.execute("SELECT id FROM plans WHERE digest = ?", (plan.digest,)).fetchone()
    if row is not None:
        return int(row[0])
    (last,) = db.execute("SELECT coalesce(max(site), 0) FROM plan_sites").fetchone()
    number = db.execute(
        "INSERT INTO plans (digest, name, title, issue, rules, first_site, last_site) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            plan.digest,
            plan.name,
            plan.title,
            plan.issue,
            codec.dumps(plan.rules),
            last + 1,
            last + len(plan.violations),
        ),
    ).lastrowid
    assert number is not None
    db.executemany("INSERT INTO plan_batches VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _batch_rows(number, plan))
    _store_sites(db, plan.violations, after=last)
    db.execute(
        "INSERT INTO plan_fingerprints SELECT ?, fingerprint, site FROM plan_sites WHERE site > ? ORDER BY fingerprint",
        (number, last),
    )
    return number


def text_of(db: sqlite3.Connection, digest: str) -> str | None:
    """Return the frozen text of a digest, or None if it is not here."""
    return _text(db.execute("SELECT content FROM plans WHERE digest = ?", (digest,)).fetchone())


def latest_text(db: sqlite3.Connection, name: str) -> str | None:
    """Return the text frozen last under a plan's name, or None."""
    return _text(
        db.execute(
            """SELECT content FROM frozen JOIN plans ON plans.id = frozen.plan
               WHERE frozen.name = ? ORDER BY n DESC LIMIT 1""",
            (name,),
        ).fetchone()
    )


def _text(row: tuple[bytes | None] | None) -> str | None:
    if row is None or row[0] is None:
        return None
    try:
        return zlib.decompress(row[0]).decode("utf-8", "surrogatepass")
    except (zlib.error, UnicodeDecodeError) as error:
        raise codec.MalformedError("the text of a frozen plan cannot be unpacked") from error


def _batch_rows(number: int, plan: Plan) -> Iterator[tuple[object, ...]]:
    for seq, batch in enumerate(plan.batches(), 1):
        yield (
            number,
            seq,
            batch.id,
            batch.priority.value,
            codec.dumps(batch.rules),
            batch.package,
            codec.dumps(batch.files),
            len(batch.fingerprints),
        )


def _store_sites(db: sqlite3.Connection, violations: tuple[Violation, ...], *, after: int) -> None:
    names = _Names(db)
    db.executemany(
        "INSERT INTO plan_sites VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_site_row(site, one, names) for site, one in enumerate(violations, after + 1)),
    )
    names.save()


def _site_row(site: int, one: Violation, names: _Names) -> tuple[object, ...]:
    place = one.place
    return (
        site,
        one.fingerprint,
        names[one.rule],
        names[one.kind],
        names[one.path],
        names[one.scope],
        names[storable(one.message)],
        storable(one.snippet),
        place.start,
        place.end,
        place.line,
        place.column,
        place.end_line,
        place.end_column,
        one.priority.value,
        one.state.value,
        one.reason,
        storable(one.detail),
    )


class _Names(dict[str, int]):
    """Strings by number: each is stored once, however many sites share it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        super().__init__(db.execute("SELECT text, id FROM names"))
        self._db = db
        self._known = len(self)

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self) + 1
        return number

    def save(self) -> None:
        """Write the strings met for the first time."""
        new = islice(self.items(), self._known, None)
        self._db.executemany("INSERT INTO names (text, id) VALUES (?, ?)", new)

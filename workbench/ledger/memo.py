"""A memory beside the ledger: what was worked out from files, so that only those that changed are worked on again.

It is no record of anything. It may be deleted at any time, is replaced when damaged or strange, and a row counts only
if its proof holds. Whatever goes wrong with it is as if there were none.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import stat
import zlib
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from workbench.ledger import database
from workbench.ledger.codec import MalformedError, loads, plain
from workbench.model.errors import WorkbenchError
from workbench.model.fault import fault

T = TypeVar("T")

FORMAT = 1
MOST_BYTES = 256 << 20
"""A larger file is thrown away: what is in it can be had again."""

_MOST_OWNERS = 8
_MOST_BYTES_A_ROW = 8 << 20
_SMALL = 1 << 10
_BUSY_SECONDS = 1.0
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_TROUBLE = (sqlite3.Error, OSError, WorkbenchError)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS owners (owner TEXT PRIMARY KEY, turn INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS remembered (
    owner TEXT NOT NULL, section TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, proof BLOB NOT NULL,
    PRIMARY KEY (owner, section, key)
);
"""


class Memo:
    """The memory of one plan (`owner`) for the time of a `with` block; `context` is part of every key.

    What was not asked for in a section by the end of the block is dropped from it: it stood for files that have
    changed. If the block raises, the file stays as it was.
    """

    def __init__(self, path: Path, owner: str, context: str) -> None:
        self._owner, self._context = owner, context
        self._db = _opened(path)
        self._path = path
        self._known: dict[str, dict[bytes, tuple[bytes, bytes]]] = {}
        self._used: dict[str, set[bytes]] = {}
        self._fresh: dict[str, dict[bytes, bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._db is None:
            return
        with suppress(*_TROUBLE):
            if kind is None:
                self._save(self._db)
        self._db.close()
        with suppress(OSError):
            if self._path.stat().st_size > MOST_BYTES:
                self._path.unlink()

    def recall(self, section: str, key: str, kind: type[T]) -> T | None:
        """Return the value kept under a key, None where there is none to be trusted."""
        name = self._named(section, key)
        value, proof = self._section(section).get(name, (b"", b""))
        if not proof or proof != _proof(section, name, value):
            return None
        try:
            found = loads(kind, _unpacked(value))
        except (MalformedError, zlib.error, UnicodeDecodeError):
            return None
        self._used[section].add(name)
        return found

    def keep(self, section: str, key: str, value: object) -> None:
        """Keep a value under a key."""
        self._section(section)
        self._fresh[section][self._named(section, key)] = _packed(_text(value))

    def digest(self, value: object) -> str:
        """Return what stands for a value in the key of another."""
        return hashlib.blake2b(_text(value), digest_size=16).hexdigest()

    def _named(self, section: str, key: str) -> bytes:
        text = f"{self._context}\0{section}\0{key}"
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()

    def _section(self, section: str) -> dict[bytes, tuple[bytes, bytes]]:
        if section not in self._known:
            self._used[section], self._fresh[section] = set(), {}
            self._known[section] = self._read(section)
        return self._known[section]

    def _read(self, section: str) -> dict[bytes, tuple[bytes, bytes]]:
        if self._db is None:
            return {}
        words = "SELECT key, value, proof FROM remembered WHERE owner = ? AND section = ?"
        try:
            rows = self._db.execute(words, (self._owner, section)).fetchall()
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF not in _BUSY:
                self._forget(self._db)
            return {}
        return {key: (value, proof) for key, value, proof in rows if _are_bytes(key, value, proof)}

    def _forget(self, db: sqlite3.Connection) -> None:
        """Throw a damaged file away, and begin another."""
        db.close()
        with suppress(OSError):
            self._path.unlink()
        self._db = _opened(self._path)

    def _save(self, db: sqlite3.Connection) -> None:
        fault("memo.saved.before")
        with database.transaction(db):
            for section, known in self._known.items():
                fresh = self._fresh[section]
                gone = known.keys() - self._used[section] - fresh.keys()
                db.executemany(
                    "DELETE FROM remembered WHERE owner = ? AND section = ? AND key = ?",
                    ((self._owner, section, key) for key in gone),
                )
                db.executemany(
                    "INSERT OR REPLACE INTO remembered VALUES (?, ?, ?, ?, ?)",
                    ((self._owner, section, key, one, _proof(section, key, one)) for key, one in fresh.items()),
                )
            fault("memo.saved.within")
            self._make_room(db)
        fault("memo.saved.after")

    def _make_room(self, db: sqlite3.Connection) -> None:
        """Note whose turn it was, and drop the plans whose turn was longest ago."""
        db.execute(
            "INSERT OR REPLACE INTO owners SELECT ?, coalesce(max(turn), 0) + 1 FROM owners",
            (self._owner,),
        )
        rows = db.execute("SELECT owner FROM owners ORDER BY turn DESC").fetchall()
        for row in rows[_MOST_OWNERS:]:
            db.execute("DELETE FROM remembered WHERE owner = ?", row)
            db.execute("DELETE FROM owners WHERE owner = ?", row)


def _opened(path: Path) -> sqlite3.Connection | None:
    """Open the file, made anew where it is none of ours; None where that cannot be."""
    with suppress(*_TROUBLE):
        if path.is_symlink() or (path.exists() and not stat.S_ISREG(path.stat().st_mode)):
            return None
        found = _ours(path)
        if found is None:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
            found = _ours(path)
        return found
    return None


def _ours(path: Path) -> sqlite3.Connection | None:
    """Open the file if it is of this format, or new."""
    database.create(path)
    try:
        db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error:
        return None
    try:
        # A power cut may cost all of it, and then it is replaced: to wait for the disk would not be worth it.
        db.execute("PRAGMA synchronous = OFF")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if version not in (0, FORMAT) or (tables and version == 0):
            db.close()
            return None
        if not tables:
            db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;")
    except sqlite3.OperationalError:  # another process has it: then there is none for now
        db.close()
        raise
    except sqlite3.DatabaseError:
        db.close()
        return None
    return db


def _proof(section: str, key: bytes, value: bytes) -> bytes:
    return hashlib.blake2b(section.encode() + key + value, digest_size=16).digest()


def _are_bytes(*values: object) -> bool:
    return all(isinstance(one, bytes) for one in values)


def _text(value: object) -> bytes:
    """Return a value as JSON; what is ordered keeps its order, sets are sorted."""
    return json.dumps(plain(value), separators=(",", ":")).encode("ascii")


def _packed(text: bytes) -> bytes:
    """Return JSON as it is kept: what is small would cost more time to compress than it saves room."""
    return text if len(text) < _SMALL else zlib.compress(text, 1)


def _unpacked(value: bytes) -> str:
    if value.startswith(b"{"):
        return value.decode("ascii")
    text = zlib.decompressobj()
    found = text.decompress(value, _MOST_BYTES_A_ROW)
    if not text.eof:
        raise MalformedError("more than is kept in one row")
    return found.decode("ascii")

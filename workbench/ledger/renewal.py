"""Puts a ledger that was made anew in the place of the old one by one rename: whoever looks finds the one or the other.

A journal beside the old file belongs to that file. SQLite would roll it back into whatever bears its name, so that it
is set aside before the rename, and never after.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.ledger.ledger import Ledger
from workbench.model.errors import EnvironmentFailed, LedgerBroken
from workbench.model.fault import fault

_JOURNAL = "-journal"


def holds(path: Path) -> bool:
    """Say whether there is a ledger at `path` that can be trusted; a step torn by a kill is rolled back first."""
    try:
        ledger = Ledger.read(path)
    except LedgerBroken:
        return False
    if ledger is None:
        return False
    with ledger:
        return not ledger.verify()


@contextmanager
def place_for_new(path: Path) -> Iterator[Path]:
    """Yield where the ledger that is to replace the one at `path` is made: empty before, and gone afterwards."""
    new = path.with_name(f"{path.name}.new")
    _discard(new)
    try:
        yield new
    finally:
        _discard(new)


def replace(path: Path, new: Path) -> Path | None:
    """Make `new`, which must be closed, the ledger at `path`; return the name under which the old one is kept.

    Raises EnvironmentFailed where the file system cannot give a file two names; then nothing was changed.
    """
    fault("rebuild.aside.before")
    aside = _set_aside(path)
    fault("rebuild.aside.after")
    fault("rebuild.placed.before")
    new.replace(path)
    _flush(path.parent)
    fault("rebuild.placed.after")
    return aside


def _set_aside(path: Path) -> Path | None:
    """Give the file at `path` a second name, never that of another file; its journal goes along."""
    journal = path.with_name(f"{path.name}{_JOURNAL}")
    if not path.exists():
        journal.unlink(missing_ok=True)
        return None
    aside = _free_name(path)
    try:
        if not aside.exists():
            os.link(path, aside)
    except OSError as error:
        hint = f"move {path.name} away by hand, then `workbench rebuild`; nothing was changed"
        raise EnvironmentFailed(
            f"the old ledger cannot be kept: {error.strerror}", hint=hint, path=str(path)
        ) from error
    if journal.exists():
        journal.replace(aside.with_name(f"{aside.name}{_JOURNAL}"))
    _flush(path.parent)
    return aside


def _free_name(path: Path) -> Path:
    """Return the first name that is free, or that a renewal killed before its rename has given the same file."""
    number = 1
    while (aside := path.with_name(f"{path.name}.aside-{number}")).exists() and not aside.samefile(path):
        number += 1
    return aside


def _discard(file: Path) -> None:
    for ending in ("", _JOURNAL):
        file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)


def _flush(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

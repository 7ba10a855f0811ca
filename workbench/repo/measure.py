"""Takes the measure of what is the user's, before and after: so that a certificate can say that it was not touched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from workbench.model.run import Checkout
from workbench.repo.encoding import raw, text
from workbench.repo.repository import Repository


def measure(repo: Repository) -> Checkout | None:
    """Return digests of the index, of the names of untracked files, and of how each tracked file lies there.

    None without a working tree. No content is read: a file counts by mode, size and time. Ignored files do not count.
    """
    if repo.root is None:
        return None
    index = repo.git.ask("ls-files", "-z", "--stage").out
    untracked = repo.git.ask("ls-files", "-z", "--others", "--exclude-standard").out
    tracked = (record.partition(b"\t")[2] for record in index.split(b"\0")[:-1])
    return Checkout(_digest([index]), _digest([untracked]), _digest(_lying(repo.root, tracked)))


def _lying(root: Path, tracked: Iterable[bytes]) -> Iterable[bytes]:
    for path in tracked:
        try:
            found = (root / text(path)).lstat()
        except OSError:
            yield b"%s absent\0" % path
            continue
        yield b"%s %s\0" % (path, raw(f"{found.st_mode:o} {found.st_size} {found.st_mtime_ns}"))


def _digest(parts: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part)
    return found.hexdigest()

"""What a tree of files looks like to the rooms that only read: entries and bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A regular file of a tree: POSIX path from the root, blob id (empty when not hashed), executable bit."""

    path: str
    blob: str = ""
    executable: bool = False


class Sources(Protocol):
    """A tree of files, from a commit, the working tree, or memory."""

    @property
    def commit(self) -> str | None:
        """The commit id the files come from; None for a working tree."""

    def entries(self) -> tuple[Entry, ...]:
        """All regular files, sorted by path; symlinks, gitlinks and non-UTF-8 paths are left out."""

    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """(path for display, reason) of what `entries` leaves out."""

    def refused_attributes(self, paths: Iterable[str]) -> Mapping[str, str]:
        """Return, for those of `paths` whose text is not what git keeps, the attribute that says so."""

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield (path, content) for the paths that exist, in the order asked."""

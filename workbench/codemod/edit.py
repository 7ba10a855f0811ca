"""Byte splices: the only way a source ever changes, so that every byte outside the spans survives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace bytes `start`..`end` (end exclusive) of a source by `new`."""

    start: int
    end: int
    new: bytes


class OverlappingEdits(ValueError):
    """Two edits of one rewrite touch the same bytes."""


def splice(source: bytes, edits: Iterable[Edit]) -> bytes:
    """Return `source` with `edits` applied.

    Equal edits count once. What is inserted where another edit starts comes before it. Raises
    OverlappingEdits when two different edits overlap, or insert at one point in an order nobody declared.
    """
    parts: list[bytes] = []
    at = 0
    last: Edit | None = None
    for edit in sorted(set(edits)):
        if edit.start < at or (last is not None and last.start == last.end == edit.start == edit.end):
            raise OverlappingEdits(f"{last} meets {edit}")
        parts += (source[at : edit.start], edit.new)
        at, last = edit.end, edit
    parts.append(source[at:])
    return b"".join(parts)

"""Takes one change of a file back from under later ones, line by line, or says that it cannot be told apart.

git calls lines that only touch a conflict. Both changes are known here in full, so that only lines that both changed
are one: two imports under one another, each rewritten by its own rule, can be taken back apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_Hunk = tuple[int, int, Sequence[bytes]]
"""Lines `start` to `end` of the common text become these."""


def undone(before: bytes, after: bytes, now: bytes) -> bytes | None:
    """Return `now` without the change from `before` to `after`; None where a later change met its lines."""
    common = _lines(after)
    back, later = [*_hunks(common, _lines(before))], [*_hunks(common, _lines(now))]
    back = [one for one in back if one not in later]  # taken back already
    if any(_meet(one, other) for one in back for other in later):
        return None
    made: list[bytes] = []
    at = 0
    for start, end, lines in sorted([*back, *later], key=lambda one: (one[0], one[1])):
        made += [*common[at:start], *lines]
        at = end
    return b"".join([*made, *common[at:]])


def _meet(one: _Hunk, other: _Hunk) -> bool:
    """Say whether two hunks change the same lines, or add lines where the other one does or takes some away."""
    if one[0] == one[1] and other[0] == other[1]:
        return one[0] == other[0]
    if one[0] == one[1] or other[0] == other[1]:
        return one[0] <= other[1] and other[0] <= one[1]
    return one[0] < other[1] and other[0] < one[1]


def _hunks(common: Sequence[bytes], other: Sequence[bytes]) -> Iterator[_Hunk]:
    for tag, start, end, first, last in SequenceMatcher(None, common, other, autojunk=False).get_opcodes():
        if tag != "equal":
            yield start, end, other[first:last]


def _lines(content: bytes) -> list[bytes]:
    """Split at newlines only: a form feed or a lone carriage return is part of its line."""
    *whole, rest = content.split(b"\n")
    return [line + b"\n" for line in whole] + ([rest] if rest else [])

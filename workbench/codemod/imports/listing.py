"""Comma-separated lists as text: an item goes in or out, and comments, line breaks and commas stay tidy.

Serves the names of an import and the arguments of a call. Offsets are into the text that is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

LINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Span:
    """Where an item stands, its comma not included."""

    start: int
    end: int


def is_one_per_line(text: str, items: Sequence[Span], bracket: int | None) -> bool:
    """Say whether every item starts a line of its own, below the opening bracket (None: no bracket)."""
    if bracket is None or not items:
        return False
    starts = [_line_start(text, one.start) for one in items]
    lead = all(not text[start : one.start].strip() for start, one in zip(starts, items, strict=True))
    return lead and starts[0] > bracket and len(set(starts)) == len(starts)


def inserted(text: str, items: Sequence[Span], at: int, new: str, *, bracket: int | None, newline: str) -> str:
    """Return `text` with `new` as item number `at`."""
    if is_one_per_line(text, items, bracket):
        return _with_line(text, items, at, new, bracket=bracket or 0, newline=newline)
    if at < len(items):
        start = items[at].start
        return f"{text[:start]}{new}, {text[start:]}"
    if items:
        return f"{text[: items[-1].end]}, {new}{text[items[-1].end :]}"
    start = 0 if bracket is None else bracket + 1
    return f"{text[:start]}{new}{text[start:]}"


def _with_line(text: str, items: Sequence[Span], at: int, new: str, *, bracket: int, newline: str) -> str:
    """Add a line below the bracket or the item that comes before."""
    indent = text[_line_start(text, items[0].start) : items[0].start]
    if at == 0:
        end = _comment_end(text, bracket + 1)
        return f"{text[:end]}{newline}{indent}{new},{text[end:]}"
    above = items[at - 1].end
    comma = comma_after(text, above)
    if comma is None:
        end = _comment_end(text, above)
        return f"{text[:above]},{text[above:end]}{newline}{indent}{new}{text[end:]}"
    end = _comment_end(text, comma + 1)
    return f"{text[:end]}{newline}{indent}{new},{text[end:]}"


def removed(text: str, items: Sequence[Span], index: int, *, bracket: int | None) -> str:
    """Return `text` without an item, its comma, and a comment on a line it had to itself."""
    gone = items[index]
    start, end = (0, 0) if bracket is None else _own_lines(text, gone)
    if end > start:
        return text[:start] + text[end:]
    if index + 1 < len(items):
        following = items[index + 1].start
        if "#" not in text[gone.end : following]:
            return text[: gone.start] + text[following:]
    elif index and "#" not in text[items[index - 1].end : gone.start]:
        return text[: items[index - 1].end] + text[gone.end :]
    comma = comma_after(text, gone.end)
    end = gone.end if comma is None else comma + 1
    return text[: gone.start] + text[end:].lstrip(" \t")


def _own_lines(text: str, gone: Span) -> tuple[int, int]:
    """Return the span of the whole lines an item has to itself; an empty span if it shares them."""
    comma = comma_after(text, gone.end)
    after = gone.end if comma is None else comma + 1
    start, end = _line_start(text, gone.start), _line_end(text, after)
    rest = text[after:end].strip()
    alone = not text[start : gone.start].strip() and (not rest or rest.startswith("#"))
    if start == 0 or not alone:
        return 0, 0
    ending = LINE.match(text, end)
    return start, ending.end() if ending else end


def comma_after(text: str, at: int) -> int | None:
    """Return where the comma that follows offset `at` stands, looking past comments; None at the list's end."""
    while at < len(text):
        if text[at] == ",":
            return at
        if text[at] == "#":
            at = _line_end(text, at)
        elif not text[at].isspace() and text[at] != "\\":
            return None
        else:
            at += 1
    return None


def past_blanks(text: str, at: int) -> int:
    """Return the offset of the first thing at or after `at` that is neither white space nor a comment."""
    while at < len(text) and (text[at].isspace() or text[at] in "#\\"):
        at = _line_end(text, at) if text[at] == "#" else at + 1
    return at


def _comment_end(text: str, at: int) -> int:
    """Return the end of the line if only a comment follows offset `at` on it, else `at`."""
    end = _line_end(text, at)
    rest = text[at:end].strip()
    return end if not rest or rest.startswith("#") else at


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end(text: str, at: int) -> int:
    found = LINE.search(text, at)
    return found.start() if found else len(text)

"""Reads what a migration document shows: pairs of code, as it is and as it should be.

Teams write such pairs under headings ("Current Code", "Updated Code"), as halves of one block under comments
("# Before", "# After"), or as a diff. Prose is not interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})\s*(\w*)")
_OLD = re.compile(r"\b(current|before|old|legacy|deprecated|wrong|broken|bad|instead of|replace)\b", re.IGNORECASE)
_NEW = re.compile(
    r"\b(updated?|after|new|correct|fixed|good|replace with|should be|target|recommended)\b", re.IGNORECASE
)
_PYTHON = frozenset({"", "py", "python", "python3", "diff"})


@dataclass(frozen=True, slots=True)
class Pair:
    """Code as it is and as it should be; `line` is where the first of them stands, from 1."""

    line: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class _Block:
    """A fenced block: the line of words above it, its lines, and the number of its first line."""

    label: str
    language: str
    line: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def pairs(text: str) -> tuple[Pair, ...]:
    """Return the pairs of a Markdown document, in order; text without any gives none."""
    return tuple(_pairs(list(_blocks(text.splitlines()))))


def sources(text: str) -> tuple[str, ...]:
    """Return all code of a document, block by block."""
    return tuple(block.text for block in _blocks(text.splitlines()))


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    fence, start, language = "", 0, ""
    for number, line in enumerate(lines):
        found = _FENCE.match(line)
        if not fence and found:
            fence, start, language = found[1], number, found[2].lower()
        elif fence and line.strip().startswith(fence):
            if language in _PYTHON:
                label = next((one for one in reversed(lines[:start]) if one.strip()), "")
                yield _Block(label, language, start + 2, tuple(lines[start + 1 : number]))
            fence = ""


def _pairs(blocks: Sequence[_Block]) -> Iterator[Pair]:
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        if block.language == "diff":
            yield _of_diff(block)
        elif (halves := _halves(block)) is not None:
            yield halves
        elif following is not None and _is_old(block.label) and _is_new(following.label):
            yield Pair(block.line, block.text, following.text)


def _is_old(label: str) -> bool:
    return bool(_OLD.search(label)) and not _NEW.search(label)


def _is_new(label: str) -> bool:
    return bool(_NEW.search(label))


def _of_diff(block: _Block) -> Pair:
    body = [line for line in block.lines if not line.startswith(("---", "+++", "@@"))]
    old = "\n".join(line[1:] for line in body if not line.startswith("+"))
    new = "\n".join(line[1:] for line in body if not line.startswith("-"))
    return Pair(block.line, old + "\n", new + "\n")


def _halves(block: _Block) -> Pair | None:
    """Split a block at the comments that say what is old and what is new; None if there are no two such comments."""
    comments = [(number, line) for number, line in enumerate(block.lines) if line.strip().startswith("#")]
    old = next((number for number, line in comments if _is_old(line)), None)
    new = next((number for number, line in comments if _is_new(line) and old is not None and number > old), None)
    if old is None or new is None:
        return None
    return Pair(
        block.line + old, "\n".join(block.lines[old + 1 : new]) + "\n", "\n".join(block.lines[new + 1 :]) + "\n"
    )

"""Where calls of one dotted name stand, as Python's own tokenizer tells: no parser, and nothing of workbench.

It reads every grammar, and is right where files bind the names in question by imports alone.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from tokenize import TokenInfo

_LAYOUT = (tokenize.NL, tokenize.COMMENT, tokenize.ENCODING)
_OPEN, _SHUT = ("(", "[", "{"), (")", "]", "}")


@dataclass(frozen=True)
class Imported:
    """One name that `from module import name` binds, and where it is written; `statement` are the bytes of it all."""

    module: str
    name: str
    local: str
    start: int
    statement: tuple[int, int]


@dataclass(frozen=True)
class Call:
    """A call: the bytes at which its name, its brackets and what stands before and in them start and end."""

    start: int
    opens: int
    shuts: int
    before: TokenInfo
    last: TokenInfo
    """The last token within the brackets, the opening one if there is none."""
    alone: bool
    """Whether the last argument begins a line."""


class Source:
    """A file in UTF-8, `package` is what its relative imports start from."""

    def __init__(self, content: bytes, package: str = "") -> None:
        self.content = content
        self._package = package
        lines = content.splitlines(keepends=True)
        self._lines = [line.decode() for line in lines]
        self._starts = [*accumulate(map(len, lines), initial=0)]

    @cached_property
    def tokens(self) -> list[TokenInfo]:
        read = tokenize.tokenize(io.BytesIO(self.content).readline)
        return [one for one in read if one.type not in _LAYOUT]

    @cached_property
    def words(self) -> list[str]:
        return [one.string for one in self.tokens]

    def offset(self, place: tuple[int, int]) -> int:
        """Return the byte of a token's line and column."""
        line, column = place
        return self._starts[line - 1] + len(self._lines[line - 1][:column].encode())

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1, of a byte."""
        before = self.content[:offset].decode()
        return before.count("\n") + 1, len(before) - before.rfind("\n")

    def imported(self) -> Iterator[Imported]:
        """Yield the names that `from` statements bind."""
        for first, word in enumerate(self.words):
            if word == "from" and self.words[first - 1] != "yield" and "import" in self.words[first : first + 20]:
                yield from self._names(first, self.words.index("import", first))

    def _names(self, first: int, at: int) -> Iterator[Imported]:
        module = self._absolute("".join(self.words[first + 1 : at]))
        last = next(n for n in range(at, len(self.words)) if self.tokens[n].type == tokenize.NEWLINE)
        statement = (self.offset(self.tokens[first].start), self.offset(self.tokens[last - 1].end))
        for n in range(at + 1, last):
            if self.tokens[n].type == tokenize.NAME and self.words[n - 1] in ("import", "(", ","):
                local = self.words[n + 2] if self.words[n + 1] == "as" else self.words[n]
                yield Imported(module, self.words[n], local, self.offset(self.tokens[n].start), statement)

    def _absolute(self, module: str) -> str:
        name = module.lstrip(".")
        if name == module:
            return name
        parts = self._package.split(".")
        kept = parts[: len(parts) - (len(module) - len(name)) + 1]
        return ".".join([*kept, *([name] if name else [])])

    def spellings(self, dotted: str) -> list[str]:
        """Return how the file calls a dotted name, by its `from` imports, or by an `import` of its top module."""
        home, _, last = dotted.rpartition(".")
        found = {one.local for one in self.imported() if f"{one.module}.{one.name}" == dotted}
        found |= {f"{one.local}.{last}" for one in self.imported() if f"{one.module}.{one.name}" == home}
        return sorted(found | ({dotted} if "." not in home else set()))

    def calls(self, dotted: str) -> Iterator[Call]:
        """Yield the calls of a dotted name, in source order."""
        wanted = [[*_with_dots(spelling), "("] for spelling in self.spellings(dotted)]
        for first in range(1, len(self.words)):
            for parts in wanted:
                opens = first + len(parts) - 1
                if self.words[first : opens + 1] == parts and self.words[first - 1] != ".":
                    yield self._call(first, opens, _closing(self.words, opens))

    def _call(self, first: int, opens: int, shuts: int) -> Call:
        starts = (self.offset(self.tokens[n].start) for n in (first, opens, shuts))
        ahead = _last_separator(self.words, opens, shuts)
        alone = self.tokens[ahead].start[0] < self.tokens[ahead + 1].start[0]
        return Call(*starts, self.tokens[first - 1], self.tokens[shuts - 1], alone)


def _with_dots(dotted: str) -> Iterator[str]:
    for number, part in enumerate(dotted.split(".")):
        yield from (".", part) if number else (part,)


def _closing(words: Sequence[str], opens: int) -> int:
    depth = 0
    for at in range(opens, len(words)):
        depth += (words[at] in _OPEN) - (words[at] in _SHUT)
        if depth == 0:
            return at
    raise AssertionError(f"the bracket at token {opens} is never closed")


def _last_separator(words: Sequence[str], opens: int, shuts: int) -> int:
    """Return the comma before the last argument, or the opening bracket."""
    depth, found = 0, opens
    for at in range(opens, shuts):
        depth += (words[at] in _OPEN) - (words[at] in _SHUT)
        if words[at] == "," and depth == 1 and at + 1 < shuts:
            found = at
    return found


def spliced(content: bytes, edits: Sequence[tuple[int, int, bytes]]) -> bytes:
    """Return the content with (start, end, new) in place of bytes."""
    for start, end, new in sorted(edits, reverse=True):
        content = content[:start] + new + content[end:]
    return content

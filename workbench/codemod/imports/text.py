"""One import statement as text: names go in, come out and change without disturbing a comment or a bracket.

Everything here takes and returns the text of a single statement (from its first character to its last,
continuation lines as they stand), so that several changes of one statement simply follow each other.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from workbench.codemod.imports.listing import LINE, Span, inserted, is_one_per_line, removed
from workbench.codemod.imports.order import MemberOrder, member_place

_BLANK = r"(?:\s|\\\r?\n)*"
_FROM = re.compile(rf"from(?P<before>{_BLANK})(?P<module>.+?)(?P<after>{_BLANK})\bimport\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Member:
    """One alias of a statement: what it takes, what it calls it, and where it stands in the text."""

    name: str
    asname: str | None = None
    start: int = 0
    end: int = 0

    @property
    def local(self) -> str:
        return self.asname or self.name

    @property
    def written(self) -> str:
        return f"{self.name} as {self.asname}" if self.asname else self.name


@dataclass(frozen=True, slots=True)
class Layout:
    """How the file writes: line ends, the statement's indentation, the longest line, the order of names."""

    newline: str = "\n"
    indent: str = ""
    limit: int = 88
    order: MemberOrder | None = None


def members(text: str) -> tuple[Member, ...]:
    """Return the aliases of the statement `text`, in order, with their offsets into it."""
    (statement,) = ast.parse(text).body
    assert isinstance(statement, ast.Import | ast.ImportFrom)
    starts = line_starts(text)
    return tuple(
        Member(
            alias.name,
            alias.asname,
            offset(text, starts, alias.lineno, alias.col_offset),
            offset(text, starts, alias.end_lineno or 0, alias.end_col_offset or 0),
        )
        for alias in statement.names
    )


def line_starts(text: str) -> list[int]:
    """Return where the lines of `text` start, as Python counts lines."""
    return [0, *(found.end() for found in LINE.finditer(text))]


def offset(text: str, starts: list[int], line: int, column: int) -> int:
    """Return the offset into `text` of a place given as `ast` gives it."""
    start = starts[line - 1]
    encoded = text[start : start + column].encode("utf-8", "surrogatepass")[:column]
    return start + len(encoded.decode("utf-8", "surrogatepass"))


def statement(module: str | None, member: Member) -> str:
    """Write a new statement: `import NAME` when `module` is None, else `from module import NAME`."""
    head = "import" if module is None else f"from {module} import"
    return f"{head} {member.written}"


def with_module(text: str, module: str) -> str:
    """Return the from-import `text` taking its names from `module` (dots included) instead."""
    found = _FROM.match(text)
    assert found is not None
    before, after = found["before"] or " ", found["after"] or " "
    return f"from{before}{module}{after}import{text[found.end() :]}"


def with_member(text: str, index: int, new: Member) -> str:
    """Return `text` with alias `index` written anew."""
    old = members(text)[index]
    return text[: old.start] + new.written + text[old.end :]


def without_member(text: str, index: int) -> str:
    """Return `text` without alias `index`; one at least must stay."""
    spans = [Span(one.start, one.end) for one in members(text)]
    return removed(text, spans, index, bracket=_bracket(text))


def with_new_member(text: str, new: Member, layout: Layout) -> str:
    """Return `text` with `new` added: in sorted place where the list is sorted, else at the end."""
    every = members(text)
    at = member_place([one.name for one in every], new.name, layout.order)
    spans = [Span(one.start, one.end) for one in every]
    bracket = _bracket(text)
    longer = inserted(text, spans, at, new.written, bracket=bracket, newline=layout.newline)
    return longer if is_one_per_line(text, spans, bracket) else _wrapped(longer, layout)


def _bracket(text: str) -> int | None:
    found = text.find("(")
    return None if found < 0 else found


def _wrapped(text: str, layout: Layout) -> str:
    """Return `text`, in brackets with one name per line if it is a single line that grew too long."""
    too_long = len(layout.indent) + len(text) > layout.limit
    if not too_long or LINE.search(text) or "#" in text:
        return text
    every = members(text)
    head = text[: every[0].start].rstrip().removesuffix("(").rstrip()
    deeper = layout.indent + ("\t" if layout.indent.startswith("\t") else "    ")
    lines = [f"{head} (", *(f"{deeper}{one.written}," for one in every), f"{layout.indent})"]
    return layout.newline.join(lines)

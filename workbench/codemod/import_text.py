"""One import statement as text: names go in, come out and change without disturbing a comment or a bracket.

Everything here takes and returns the text of a single statement (from its first character to its last,
continuation lines as they stand), so that several changes of one statement simply follow each other.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from workbench.codemod.import_order import member_place

_LINE = re.compile(r"\r\n|\r|\n")
_FROM = re.compile(r"from(?P<before>(?:\s|\\\r?\n)*)(?P<module>.+?)(?P<after>(?:\s|\\\r?\n)*)\bimport\b", re.S)


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
    """How the file writes: its line ending, the statement's indentation, the longest line allowed."""

    newline: str = "\n"
    indent: str = ""
    limit: int = 88


def members(text: str) -> tuple[Member, ...]:
    """Return the aliases of the statement `text`, in order, with their offsets into it."""
    (statement,) = ast.parse(text).body
    assert isinstance(statement, ast.Import | ast.ImportFrom)
    starts = [0, *(found.end() for found in _LINE.finditer(text))]
    return tuple(
        Member(
            alias.name,
            alias.asname,
            _offset(text, starts, alias.lineno, alias.col_offset),
            _offset(text, starts, alias.end_lineno or 0, alias.end_col_offset or 0),
        )
        for alias in statement.names
    )


def _offset(text: str, starts: list[int], line: int, column: int) -> int:
    start = starts[line - 1]
    width = len(text[start:].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "surrogatepass"))
    return start + width


def statement(module: str | None, member: Member) -> str:
    """Write a new statement: `import NAME` when `module` is None, else `from module import NAME`."""
    head = "import" if module is None else f"from {module} import"
    return f"{head} {member.written}"


def with_module(text: str, module: str) -> str:
    """Return the from-import `text` taking its names from `module` (dots included) instead."""
    found = _FROM.match(text)
    assert found is not None
    before, after = found["before"] or " ", found["after"] or " "
    return f"from{before}{module}{after}{text[found.end('after') :]}"


def with_member(text: str, index: int, new: Member) -> str:
    """Return `text` with alias `index` written anew."""
    old = members(text)[index]
    return text[: old.start] + new.written + text[old.end :]


def without_member(text: str, index: int) -> str:
    """Return `text` without alias `index`; one at least must stay."""
    every = members(text)
    gone = every[index]
    line_start, line_end = _own_line(text, every, index)
    if line_end > line_start:
        return text[:line_start] + text[line_end:]
    if index + 1 < len(every):
        following = every[index + 1]
        if "#" not in text[gone.end : following.start]:
            return text[: gone.start] + text[following.start :]
    elif "#" not in text[every[index - 1].end : gone.start]:
        return text[: every[index - 1].end] + text[gone.end :]
    comma = _comma(text, gone.end)
    end = gone.end if comma is None else comma + 1
    return text[: gone.start] + text[end:].lstrip(" \t")


def with_new_member(text: str, new: Member, layout: Layout) -> str:
    """Return `text` with `new` added: in sorted place where the list is sorted, else at the end."""
    every = members(text)
    at = member_place([one.name for one in every], new.name)
    if _one_per_line(text, every):
        return _add_line(text, every, at, new, layout)
    if at < len(every):
        start = every[at].start
        longer = f"{text[:start]}{new.written}, {text[start:]}"
    else:
        end = every[-1].end
        longer = f"{text[:end]}, {new.written}{text[end:]}"
    return _wrapped(longer, layout)


def _add_line(text: str, every: tuple[Member, ...], at: int, new: Member, layout: Layout) -> str:
    """Add `new` on a line of its own, below the bracket or the alias it follows."""
    indent = text[_line_start(text, every[0].start) : every[0].start]
    if at == 0:
        end = _line_end(text, text.index("("))
        return f"{text[:end]}{layout.newline}{indent}{new.written},{text[end:]}"
    above = every[at - 1].end
    comma = _comma(text, above)
    if comma is None:
        end = _comment_end(text, above)
        return f"{text[:above]},{text[above:end]}{layout.newline}{indent}{new.written}{text[end:]}"
    end = _comment_end(text, comma + 1)
    return f"{text[:end]}{layout.newline}{indent}{new.written},{text[end:]}"


def _wrapped(text: str, layout: Layout) -> str:
    """Return `text`, in brackets with one name per line if it is a single line that grew too long."""
    too_long = len(layout.indent) + len(text) > layout.limit
    if not too_long or _LINE.search(text) or "#" in text:
        return text
    every = members(text)
    head = text[: every[0].start].rstrip().removesuffix("(").rstrip()
    deeper = layout.indent + ("\t" if layout.indent.startswith("\t") else "    ")
    lines = [f"{head} (", *(f"{deeper}{one.written}," for one in every), f"{layout.indent})"]
    return layout.newline.join(lines)


def _one_per_line(text: str, every: tuple[Member, ...]) -> bool:
    starts = [_line_start(text, one.start) for one in every]
    first = text[starts[0] : every[0].start]
    return starts[0] > 0 and not first.strip() and len(set(starts)) == len(starts) and "(" in text


def _own_line(text: str, every: tuple[Member, ...], index: int) -> tuple[int, int]:
    """Return the span of the whole lines alias `index` has to itself; an empty span if it shares them."""
    gone = every[index]
    comma = _comma(text, gone.end)
    start, end = _line_start(text, gone.start), _line_end(text, (comma or gone.end))
    rest = text[(gone.end if comma is None else comma + 1) : end].strip()
    alone = not text[start : gone.start].strip() and (not rest or rest.startswith("#"))
    if start == 0 or not alone:
        return 0, 0
    ending = _LINE.match(text, end)
    return start, ending.end() if ending else end


def _comma(text: str, at: int) -> int | None:
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


def _comment_end(text: str, at: int) -> int:
    """Return the end of the line if only a comment follows offset `at` on it, else `at`."""
    end = _line_end(text, at)
    rest = text[at:end].strip()
    return end if not rest or rest.startswith("#") else at


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end(text: str, at: int) -> int:
    found = _LINE.search(text, at)
    return found.start() if found else len(text)

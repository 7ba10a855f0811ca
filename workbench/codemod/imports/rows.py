"""Turns "this statement goes, that one comes" into byte splices, one line of statements at a time.

A row is the run of statements of one block that share physical lines: usually one, more around `;`.
Comments, blank lines and indentation belong to the row's lines, so they are settled here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from workbench.codemod.ancestry import Ancestry
from workbench.codemod.edit import Edit
from workbench.codemod.source import Module


@dataclass(frozen=True, slots=True)
class Insert:
    """A new statement below or above an anchor; blank lines set it off; `inline` keeps it on the anchor's line."""

    text: str
    below: bool = True
    blank_before: int = 0
    blank_after: int = 0
    inline: bool = False
    anchor: ast.stmt | None = None


@dataclass(slots=True)
class _Row:
    """Offsets are bytes: `start`/`end` of the lines (line end excluded), `statements` in order."""

    statements: list[ast.stmt]
    start: int
    end: int
    inserts: list[Insert] = field(default_factory=list)


class Rows:
    """Collects changes to whole statements of one module."""

    def __init__(self, module: Module, ancestry: Ancestry) -> None:
        self._module = module
        self._ancestry = ancestry
        self._source = module.source
        self._texts: dict[int, str | None] = {}
        self._rows: dict[int, _Row] = {}
        self._only: list[Insert] = []

    def replace(self, statement: ast.stmt, text: str | None) -> None:
        """Write a statement anew; None takes it away."""
        self._row(statement)
        self._texts[id(statement)] = text

    def insert(self, anchor: ast.stmt | None, new: Insert) -> None:
        """Put a new statement next to `anchor`; at the end of the file if there is no statement in it."""
        if anchor is None:
            self._only.append(new)
            return
        row = self._row(anchor)
        inserts = row.inserts
        new = replace(new, anchor=anchor, inline=new.inline or self._suite_on_one_line(row))
        if inserts and inserts[-1].below == new.below:  # one group of new lines, set off once
            inserts[-1] = replace(inserts[-1], blank_after=0)
            new = replace(new, blank_before=0)
        inserts.append(new)

    def follows(self, anchor: ast.stmt, node: ast.AST) -> bool:
        """Say whether `node` stands on the anchor's own line, behind it."""
        members = self._row(anchor).statements
        later = members[next(n for n, one in enumerate(members) if one is anchor) + 1 :]
        trail = self._ancestry.trail(node)
        return any(one in trail for one in later)

    def indent(self, statement: ast.stmt) -> str:
        """Return the white space before the line `statement` starts on."""
        return self._indent(self._row(statement))

    def is_bare(self, statement: ast.stmt) -> bool:
        """Say whether `statement` has its lines to itself, without a comment behind it."""
        row = self._row(statement)
        end = self._span(statement)[1]
        return len(row.statements) == 1 and not self._source[end : row.end].strip()

    def gone(self, statement: ast.stmt) -> bool:
        """Say whether `statement` is to be taken away."""
        return self._texts.get(id(statement), "") is None

    def edits(self) -> Iterator[Edit]:
        """Yield the splices."""
        for row in {id(one): one for one in self._rows.values()}.values():
            yield from self._edits_of(row)
        if self._only:
            newline, end = self._module.newline, len(self._source)
            lead = newline if self._source and not self._source.endswith((b"\n", b"\r")) else ""
            yield Edit(end, end, self._encode(lead + "".join(one.text + newline for one in self._only)))

    # ---- one row

    def _row(self, statement: ast.stmt) -> _Row:
        known = self._rows.get(id(statement))
        if known is not None:
            return known
        block = self._ancestry.block(statement).statements
        first = last = next(n for n, one in enumerate(block) if one is statement)
        while first > 0 and block[first - 1].end_lineno == self._line(block[first]):
            first -= 1
        while last + 1 < len(block) and self._line(block[last + 1]) == block[last].end_lineno:
            last += 1
        members = block[first : last + 1]
        start = self._start_of_line(self._start(members[0]))
        row = _Row(members, start, self._end_of_line(self._span(members[-1])[1]))
        self._rows.update({id(one): row for one in members})
        return row

    def _edits_of(self, row: _Row) -> Iterator[Edit]:
        kept = [one for one in row.statements if not self.gone(one)]
        changed = any(id(one) in self._texts for one in row.statements)
        if not changed and not any(one.inline for one in row.inserts):
            yield from self._around(row)
        elif kept or row.inserts or self._empties_block(row):
            yield self._rewritten(row, kept)
        else:
            yield self._removed(row)

    def _around(self, row: _Row) -> Iterator[Edit]:
        """Insert lines above and below a row that stays as it is."""
        above = [one for one in row.inserts if not one.below]
        below = [one for one in row.inserts if one.below]
        if above:
            yield Edit(row.start, row.start, self._encode(self._lines(row, above, lead=False)))
        if below:
            yield Edit(row.end, row.end, self._encode(self._lines(row, below, lead=True)))

    def _lines(self, row: _Row, inserts: list[Insert], *, lead: bool) -> str:
        """Write inserts as lines, each led (below a row) or followed (above one) by a line end."""
        newline, parts = self._module.newline, []
        indent = self._indent(row)
        for one in inserts:
            before, after = newline * one.blank_before, newline * one.blank_after
            line = f"{indent}{one.text}"
            parts.append(f"{newline}{before}{line}{after}" if lead else f"{before}{line}{newline}{after}")
        return "".join(parts)

    def _rewritten(self, row: _Row, kept: list[ast.stmt]) -> Edit:
        """Write the row's lines as one splice, shrunk to what differs."""
        first, last = self._start(row.statements[0]), self._span(row.statements[-1])[1]
        above = [one for one in row.inserts if not one.below and not one.inline]
        below = [one for one in row.inserts if one.below and not one.inline]
        body = self._joined(row, kept)
        if not body and (above or below):
            body = (below.pop(0) if below else above.pop()).text  # the lines around it keep their order
        new = (
            self._encode(self._lines(row, above, lead=False))
            + self._source[row.start : first]
            + self._encode(body or "pass")
            + self._source[last : row.end]
            + self._encode(self._lines(row, below, lead=True))
        )
        return shrunk(self._source, Edit(row.start, row.end, new))

    def _joined(self, row: _Row, kept: list[ast.stmt]) -> str:
        """Join what stays and what comes on the line, with the separators that stood between."""
        text, end = "", None
        for one in row.statements:
            mine = [insert for insert in row.inserts if insert.inline and insert.anchor is one]
            parts = [insert.text for insert in mine if not insert.below]
            if one in kept:
                start, after = self._start(one), self._span(one)[1]
                parts.append(self._texts.get(id(one)) or self._source[start:after].decode(self._module.codec))
            parts += [insert.text for insert in mine if insert.below]
            gap = "; " if end is None else self._source[end : self._start(one)].decode(self._module.codec)
            if parts:
                text += (gap if text else "") + "; ".join(parts)
            end = self._span(one)[1]
        return text

    def _removed(self, row: _Row) -> Edit:
        """Take the row's lines away, and blank lines that would then pile up."""
        end = self._next_line(row.end)
        block = self._ancestry.block(row.statements[0]).statements
        above, below = self._blanks_above(row.start), self._blanks_below(end)
        heads = row.statements[0] is block[0]
        spare = below if heads and (row.start == 0 or block is not self._module.tree.body) else min(above, below)
        for _ in range(spare):
            end = self._next_line(self._end_of_line(end))
        start = self._end_above(row.start) if row.end == len(self._source) else row.start
        return Edit(start, end, b"")

    def _end_above(self, start: int) -> int:
        """Return where the text of the line above ends: the last line of a file takes that line end with it."""
        ending = 2 if self._source[max(0, start - 2) : start] == b"\r\n" else 1
        return max(start - ending, self._start_of_line(0))

    def _empties_block(self, row: _Row) -> bool:
        """Say whether nothing would be left of the block the row stands in."""
        block = self._ancestry.block(row.statements[0])
        if isinstance(block.owner, ast.Module):
            return False
        others = [one for one in block.statements if not self.gone(one)]
        added = any(self._rows[id(one)].inserts for one in block.statements if id(one) in self._rows)
        return not others and not added and row.statements[-1] is block.statements[-1]

    # ---- places in the source

    def _span(self, statement: ast.stmt) -> tuple[int, int]:
        return self._module.span(statement)

    def _line(self, statement: ast.stmt) -> int:
        decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
        return min([statement.lineno, *(one.lineno for one in decorators)])

    def _start(self, statement: ast.stmt) -> int:
        """Return where a statement starts, its first decorator's `@` included."""
        if self._line(statement) == statement.lineno:
            return self._span(statement)[0]
        line = self._module.offset(self._line(statement), 0)
        return line + len(self._source[line:]) - len(self._source[line:].lstrip(b" \t\f"))

    def _start_of_line(self, at: int) -> int:
        start = max(self._source.rfind(b"\n", 0, at), self._source.rfind(b"\r", 0, at)) + 1
        return max(start, 3 if self._module.encoding == "utf-8-sig" else 0)

    def _end_of_line(self, at: int) -> int:
        ends = [found for end in (b"\n", b"\r") if (found := self._source.find(end, at)) >= 0]
        return min(ends, default=len(self._source))

    def _next_line(self, end: int) -> int:
        return end + (2 if self._source[end : end + 2] == b"\r\n" else 1 if end < len(self._source) else 0)

    def _indent(self, row: _Row) -> str:
        lead = self._source[row.start : self._start(row.statements[0])].decode(self._module.codec)
        return lead[: len(lead) - len(lead.lstrip())].replace("\f", "")

    def _suite_on_one_line(self, row: _Row) -> bool:
        return bool(self._source[row.start : self._start(row.statements[0])].strip())

    def _blanks_above(self, start: int) -> int:
        count = 0
        while start > 0:
            above = self._start_of_line(start - (2 if self._source[start - 2 : start] == b"\r\n" else 1))
            if self._source[above:start].strip() or above == start:
                break
            count, start = count + 1, above
        return count

    def _blanks_below(self, start: int) -> int:
        count = 0
        while start < len(self._source):
            end = self._end_of_line(start)
            if self._source[start:end].strip():
                break
            count, start = count + 1, self._next_line(end)
        return count

    def _encode(self, text: str) -> bytes:
        return text.encode(self._module.codec)


def shrunk(source: bytes, edit: Edit) -> Edit:
    """Return the edit without the bytes it leaves alone at either end."""
    old, new = source[edit.start : edit.end], edit.new
    front = 0
    while front < min(len(old), len(new)) and old[front] == new[front]:
        front += 1
    back = 0
    while back < min(len(old), len(new)) - front and old[-1 - back] == new[-1 - back]:
        back += 1
    return Edit(edit.start + front, edit.end - back, new[front : len(new) - back])

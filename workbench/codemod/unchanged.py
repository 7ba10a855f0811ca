"""The quick look at what a rewrite left alone: same bytes at the place they must have come to, same kind of statement.

Text that is one statement before and after, of one kind, means the same both times; so where every untouched statement
is still one, nothing has to be taken apart. Of a compound statement that was not touched, nothing inside is looked at.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from workbench.codemod.edit import Edit
from workbench.codemod.source import Module

BODIES = ("body", "handlers", "orelse", "finalbody", "cases")

Statement = ast.stmt | ast.ExceptHandler


@dataclass(frozen=True, slots=True)
class Touched:
    """Disjoint spans of bytes, sorted; `shifts` is how far what follows the first n of them has moved."""

    starts: Sequence[int]
    ends: Sequence[int]
    shifts: Sequence[int]

    @classmethod
    def before(cls, edits: Sequence[Edit]) -> Touched:
        """Return the spans that the edits replace."""
        ordered = sorted(edits)
        grown = (len(one.new) - (one.end - one.start) for one in ordered)
        shifts = [*accumulate(grown, initial=0)]
        return cls([one.start for one in ordered], [one.end for one in ordered], shifts)

    def after(self) -> Touched:
        """Return the spans that stand there instead; nothing moves any more."""
        starts = [start + shift for start, shift in zip(self.starts, self.shifts, strict=False)]
        ends = [end + shift for end, shift in zip(self.ends, self.shifts[1:], strict=True)]
        return Touched(starts, ends, [0] * len(self.shifts))

    def meets(self, start: int, end: int) -> bool:
        """Say whether a span shares a byte or an end with one of these."""
        first = bisect_left(self.ends, start)
        return first < len(self.ends) and self.starts[first] <= end

    def moved(self, start: int) -> int:
        """Return how far a place that these do not meet has moved."""
        return self.shifts[bisect_left(self.ends, start)]


def stands(before: Module, after: Module, touched: Touched) -> bool:
    """Say whether all statements outside `touched` are what they were; False where only a closer look can tell."""
    return [*_untouched(before, touched)] == [*_untouched(after, touched.after())]


def own_span(module: Module, statement: Statement) -> tuple[int, int]:
    """Return the bytes of a statement: of a compound one, those before its first block."""
    start, end = _span(module, statement)
    body: list[ast.stmt] = getattr(statement, "body", [])
    return start, min(end, module.span(body[0])[0]) if body else end


def _span(module: Module, statement: Statement) -> tuple[int, int]:
    start, end = module.span(statement)
    for decorator in getattr(statement, "decorator_list", ()):
        start = min(start, module.span(decorator)[0])
    return start, end


def _untouched(module: Module, touched: Touched) -> Iterator[tuple[str, type[ast.AST], int, int]]:
    """Yield (blocks, kind, new start, new end) of the largest statements, or heads of statements, not touched."""
    todo: list[tuple[ast.AST, str]] = [(module.tree, "")]
    while todo:
        node, path = todo.pop()
        for name in BODIES:
            inside = f"{path}/{type(node).__name__}.{name}"
            for one in getattr(node, name, ()):
                if isinstance(one, Statement):
                    start, end = _span(module, one)
                    if not touched.meets(start, end):
                        shift = touched.moved(start)
                        yield inside, type(one), start + shift, end + shift
                        continue
                    start, end = own_span(module, one)
                    if not touched.meets(start, end):
                        shift = touched.moved(start)
                        yield inside, type(one), start + shift, end + shift
                todo.append((one, inside))

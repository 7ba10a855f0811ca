"""The console and the few shapes every page is made of, so that all pages look like one hand made them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.console import Console
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from workbench.model.violation import Priority
from workbench.report.figures import NOTHING, counted
from workbench.report.safe import safe, safe_lines

PRIORITY_STYLE = {Priority.P0: "red", Priority.P1: "yellow", Priority.P2: "blue"}
GOOD = "green"
BAD = "red"
CARE = "yellow"
QUIET = "dim"
STRONG = "bold"

Cell = str | Text


def make_console(stream: TextIO, *, color: bool = True, quiet: bool = False) -> Console:
    """Return a console on `stream`: no markup ever, no colour unless it is a terminal that wants it."""
    return Console(
        file=stream,
        no_color=None if color else True,
        quiet=quiet,
        markup=False,
        emoji=False,
        highlight=False,
    )


def line(*parts: Cell, style: str = "") -> Text:
    """Return `parts` as one line of text; strings are made safe."""
    return Text(style=style).join(text(part) for part in parts)


def text(part: Cell, style: str = "") -> Text:
    return part if isinstance(part, Text) else Text(safe(part), style)


def heading(console: Console, *parts: Cell) -> None:
    """Print a blank line and a heading: the first part strong, the others after middle dots."""
    first, *others = parts
    console.print()
    told = Text(" · ").join([text(first, STRONG), *(text(part) for part in others if len(part))])
    console.print(told, soft_wrap=True)


def title(console: Console, words: str, issue: str) -> None:
    """Print what a migration is for, if it says so."""
    told = " ".join(part for part in (words, f"({issue})" if issue else "") if part)
    if told:
        paragraph(console, told)


def paragraph(console: Console, *parts: Cell, indent: int = 2, style: str = "") -> None:
    """Print one long line that the terminal may wrap, never this program: paths stay in one piece."""
    told = Text(" " * indent)
    told.append_text(line(*parts, style=style))
    console.print(told, soft_wrap=True)


def block(console: Console, foreign: str, *, indent: int = 4, style: str = QUIET) -> None:
    """Print foreign lines, indented."""
    for one in safe_lines(foreign).split("\n"):
        console.print(Text(" " * indent + one, style), soft_wrap=True)


def columns(
    console: Console, head: Sequence[str], rows: Iterable[Sequence[Cell]], *, left: frozenset[int] = frozenset({0})
) -> None:
    """Print a table without rules: `left` names the left-aligned columns, the others hold numbers."""
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style=QUIET, show_edge=False)
    for index, title in enumerate(head):
        words = index in left
        table.add_column(Text(title), justify="left" if words else "right", overflow="fold", no_wrap=not words)
    for row in rows:
        table.add_row(*(text(cell) for cell in row))
    room = console.options.update(width=console.width - 2)
    for one in console.render_lines(table, room, pad=False):
        console.print(Segments([Segment("  "), *_trimmed(one), Segment.line()]), end="")


def _trimmed(segments: list[Segment]) -> list[Segment]:
    """Return a line without the blanks a table fills its last column with: logs and copies stay clean."""
    while segments and not segments[-1].text.strip():
        segments = segments[:-1]
    if not segments:
        return []
    *before, last = segments
    return [*before, Segment(last.text.rstrip(), last.style)]


def priority(one: Priority) -> Text:
    return Text(str(one), PRIORITY_STYLE[one])


def number(value: int, style: str = "") -> Text:
    """Return a number, or a quiet dash for zero, so that what is there stands out."""
    return Text(str(value), style) if value else Text(NOTHING, QUIET)


def more(console: Console, shown: int, total: int, noun: str, *, indent: int = 4) -> None:
    """Say how many were left out of a list, so that a short page is never a silent one."""
    if total > shown:
        told = f"and {counted(total - shown, f'more {noun}')}; `workbench report` lists all"
        paragraph(console, told, indent=indent, style=QUIET)

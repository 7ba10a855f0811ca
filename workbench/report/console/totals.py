"""The table that must always add up: found = fixed + quarantined + blocked + excluded + remaining."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from workbench.model.violation import Count, Totals
from workbench.report.console import frame

_HEAD = ["", "found", "fixed", "quarantined", "blocked", "excluded", "remaining"]


def show_totals(console: Console, totals: Totals) -> None:
    """Print the six numbers by priority and overall."""
    rows: list[list[frame.Cell]] = [[frame.priority(one), *_cells(count)] for one, count in totals.by_priority.items()]
    rows.append([Text("total", frame.STRONG), *_cells(totals.all)])
    frame.columns(console, _HEAD, rows)
    frame.paragraph(console, reconciled(totals.all), style=frame.QUIET)


def reconciled(count: Count) -> str:
    """Return the sum in one line, for a reader who wants to check it."""
    return (
        f"{count.found} found = {count.fixed} fixed + {count.quarantined} quarantined + {count.blocked} blocked"
        f" + {count.excluded} excluded + {count.remaining} remaining"
    )


def _cells(count: Count) -> list[frame.Cell]:
    return [
        str(count.found),
        frame.number(count.fixed, frame.GOOD),
        frame.number(count.quarantined, frame.CARE),
        frame.number(count.blocked, frame.CARE),
        frame.number(count.excluded),
        frame.number(count.remaining),
    ]

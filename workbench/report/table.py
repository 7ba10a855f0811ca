"""Violations as CSV, for people who sort and tick off in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from workbench.model.violation import Violation
from workbench.report.safe import csv_cell

_HEAD = (
    *("path", "line", "column", "end_line", "end_column"),
    *("rule", "kind", "priority", "state", "reason", "detail"),
    *("scope", "message", "snippet", "fingerprint"),
)


def csv_report(violations: Iterable[Violation]) -> str:
    """Return a header and one line for each violation; no cell is ever a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    writer.writerows(_row(one) for one in violations)
    return text.getvalue()


def _row(one: Violation) -> list[str]:
    place = one.place
    cells = (
        *(one.path, place.line, place.column, place.end_line, place.end_column),
        *(one.rule, one.kind, one.priority, one.state, one.reason, one.detail),
        *(one.scope, one.message, one.snippet, one.fingerprint),
    )
    return [csv_cell(str(cell)) for cell in cells]

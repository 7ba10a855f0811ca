"""What a rebuilding of the ledger came to: the runs, and what git does not tell of them."""

from __future__ import annotations

from rich.console import Console

from workbench.model.rebuilt import Rebuilt, RebuiltRun
from workbench.report.console import frame
from workbench.report.figures import counted


def show_rebuilt(console: Console, rebuilt: Rebuilt) -> None:
    """Print a line for each run, and where the ledgers are."""
    rows = [row for one in rebuilt.runs for row in _rows(one)]
    if rows:
        console.print()
        frame.columns(console, ["", "run", ""], rows, left=frozenset({0, 1, 2}))
    lost = sum(bool(one.trouble) for one in rebuilt.runs)
    verdict = frame.text(f"{lost} not rebuilt", frame.BAD) if lost else frame.text("rebuilt", frame.GOOD)
    frame.heading(console, "ledger", verdict, counted(len(rebuilt.runs) - lost, "run"))
    console.print(frame.text(f"  {rebuilt.path}"))
    if rebuilt.aside is not None:
        console.print(frame.text(f"  the old one is kept: {rebuilt.aside}", frame.QUIET))


def _rows(one: RebuiltRun) -> list[list[frame.Cell]]:
    if one.trouble:
        return [[frame.text("lost", frame.BAD), one.run, one.trouble]]
    told = f"{one.plan} on {one.branch}: {counted(one.batches, 'commit')}, {counted(one.fixed, 'site')} fixed"
    rows: list[list[frame.Cell]] = [[frame.text("ok", frame.GOOD), one.run, told]]
    if one.left:
        left = f"git says nothing more of {counted(one.left, 'open site')}: they stand as remaining"
        rows.append(["", "", frame.text(left, frame.CARE)])
    return rows

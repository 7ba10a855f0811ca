"""What `doctor` found: a table, what is to be mended first; what is in order is counted."""

from __future__ import annotations

from rich.console import Console

from workbench.model.diagnosis import Checkup, Diagnosis, Health
from workbench.report.console import frame
from workbench.report.figures import counted

_STYLE = {Health.MEND: frame.BAD, Health.NOTE: frame.CARE, Health.OK: frame.GOOD}
_MOST_PATHS = 3


def show_checkup(console: Console, checkup: Checkup, *, verbose: bool) -> None:
    """Print what is to mend and what to know, each with its mend; with `verbose` what is in order too."""
    shown = [one for one in Health if verbose or one is not Health.OK]
    rows = [
        row
        for health in sorted(shown, key=list(_STYLE).index)
        for one in checkup.diagnoses
        if one.health is health
        for row in _rows(one, verbose=verbose)
    ]
    if rows:
        console.print()
        frame.columns(console, ["", "looked at", ""], rows, left=frozenset({0, 1, 2}))
    in_the_way = checkup.count(Health.MEND)
    verdict = frame.text(f"{in_the_way} to mend", frame.BAD) if in_the_way else frame.text("ok", frame.GOOD)
    notes, sound = counted(checkup.count(Health.NOTE), "note"), f"{checkup.count(Health.OK)} in order"
    frame.heading(console, checkup.plan or checkup.place, verdict, notes, sound)


def _rows(one: Diagnosis, *, verbose: bool) -> list[list[frame.Cell]]:
    paths = one.paths if verbose else one.paths[:_MOST_PATHS]
    left_out = len(one.paths) - len(paths)
    below = [frame.text(path, frame.QUIET) for path in (*paths, *([f"and {left_out} more"] if left_out else []))]
    if one.mend:
        below.append(frame.text(f"→ {one.mend}"))
    first: list[frame.Cell] = [frame.text(str(one.health), _STYLE[one.health]), one.check, one.told]
    rest: list[list[frame.Cell]] = [["", "", cell] for cell in below]
    return [first, *rest]

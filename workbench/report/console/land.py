"""What a landing did: which branch moved, how far, and what was saved while it was at work."""

from __future__ import annotations

from rich.console import Console

from workbench.model.run import Landing
from workbench.report.console import frame
from workbench.report.figures import counted, short


def show_landing(console: Console, landing: Landing) -> None:
    """Print a landing in a line, each suite that falls short, each edit that now lies aside, each lock of git's."""
    if landing.from_commit == landing.to_commit:
        frame.heading(console, f"nothing to land: {landing.branch} has it already", short(landing.to_commit))
        return
    moved = f"{short(landing.from_commit)} → {short(landing.to_commit)}"
    frame.heading(
        console, f"landed on {landing.branch}", frame.text(moved, frame.GOOD), counted(len(landing.files), "file")
    )
    for gate, reason in landing.unmet:
        frame.paragraph(console, f"{gate} is not met{f': {reason}' if reason else ''}", style=frame.CARE)
    for path, place in landing.kept:
        frame.paragraph(console, f"{path} was saved meanwhile; that edit is kept in {place}", style=frame.CARE)
    for lock in landing.locks:
        told = f"git's lock {lock} lies there: when no git runs here, remove it"
        frame.paragraph(console, told, style=frame.CARE)

"""Every event of a run, one line each: when, what, about which batch, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console

from workbench.model.event import Event
from workbench.report.console import frame
from workbench.report.figures import moment
from workbench.report.telling import about, tell


def show_log(console: Console, events: Iterable[tuple[datetime, Event]]) -> None:
    """Print (time, event) pairs in the order given."""
    for at, event in events:
        console.print(
            frame.line(
                frame.text(f"{moment(at)}  ", frame.QUIET),
                frame.text(f"{about(event):<8}", frame.STRONG),
                f"  {tell(event)}",
            ),
            soft_wrap=True,
        )

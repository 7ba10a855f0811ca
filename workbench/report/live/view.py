"""Which of the two views a run gets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import Protocol

from rich.console import Console

from workbench.model.event import Event
from workbench.model.plan import Plan
from workbench.report.live.animated import AnimatedView
from workbench.report.live.plain import PlainView


class View(Protocol):
    """What watches a run: entered before its first event, left after its last."""

    def __enter__(self) -> View: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def event(self, event: Event, at: datetime) -> None: ...


def make_view(plan: Plan, past: Iterable[tuple[Event, datetime]], console: Console, *, animated: bool) -> View:
    """Return a view of a run of `plan` on `console`, of which `past` has happened; `animated` needs a terminal."""
    return AnimatedView(plan, past, console) if animated else PlainView(plan, past, console)

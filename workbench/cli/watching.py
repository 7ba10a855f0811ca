"""Shows a run while it works: the live view, and its events as JSON lines where they were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from workbench.cli.options import Options
from workbench.model.event import Event
from workbench.model.plan import Plan

if TYPE_CHECKING:
    from workbench.engine.session import Listener, Past, Watch


@contextmanager
def watching(options: Options, events: Path | None) -> Iterator[Watch]:
    """Yield what the engine calls with the plan to learn whom to tell; all of it is closed at the end."""
    from workbench.report.live.view import make_view

    with ExitStack() as stack:
        stream = stack.enter_context(events.open("w", encoding="utf-8")) if events is not None else None

        def watch(plan: Plan, past: Past) -> Listener:
            view = stack.enter_context(make_view(plan, past, options.progress(), animated=options.animated()))
            return _both(view.event, stream)

        yield watch


def _both(view: Callable[[Event, datetime], None], stream: TextIO | None) -> Callable[[Event, datetime], None]:
    from workbench.report.objects import event_line

    def tell(event: Event, at: datetime) -> None:
        view(event, at)
        if stream is not None:
            stream.write(event_line(event, at))
            stream.flush()

    return tell

"""A run where nobody watches: one line per gate and per batch, for logs and for those who scroll back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from types import TracebackType

from rich.console import Console

from workbench.model import event as happened
from workbench.model.event import Event
from workbench.model.plan import Plan
from workbench.report.console import frame
from workbench.report.figures import counted, short
from workbench.report.live.lines import convicted, ended_line, left
from workbench.report.live.progress import Progress, so_far, step
from workbench.report.telling import about, kept_aside, tell

_OWN_LINES = (
    happened.BaselineJudged,
    happened.SitesBlocked,
    happened.FileQuarantined,
    happened.RollbackStarted,
    happened.RolledBack,
    happened.RunInterrupted,
    happened.RunResumed,
    happened.RunFinished,
)


class PlainView:
    """Writes lines to `console` as events come."""

    def __init__(self, plan: Plan, past: Iterable[tuple[Event, datetime]], console: Console) -> None:
        self._plan = plan
        self._console = console
        self._progress = so_far(plan, past)

    def __enter__(self) -> PlainView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put away: every line was complete when it was written."""

    def event(self, event: Event, at: datetime) -> None:
        """Print the line an event deserves, if it deserves one."""
        self._progress = step(self._progress, event, at)
        line = _line(self._plan, self._progress, event, at)
        if line:
            frame.paragraph(self._console, line, indent=0)


def _line(plan: Plan, progress: Progress, event: Event, at: datetime) -> str:
    match event:
        case happened.RunStarted():
            sites = sum(len(one.fingerprints) for one in plan.batches())
            amount = f"{counted(sites, 'site')} in {counted(len(progress.batches), 'batch', 'batches')}"
            return f"run {event.run}  {amount}  {event.branch} from {short(event.base)}{kept_aside(event)}"
        case happened.GateJudged():
            return _gate_line(event)
        case happened.BatchKept() | happened.BatchDropped():
            return _batch_line(progress, event.batch, at)
        case _:
            return f"{about(event)}  {tell(event)}" if isinstance(event, _OWN_LINES) else ""


def _gate_line(event: happened.GateJudged) -> str:
    red = convicted(event.judgement)
    return f"{event.batch}  {tell(event)}{f': {red}' if red else ''}"


def _batch_line(progress: Progress, name: str, at: datetime) -> str:
    batch, ended = progress.batches.get(name), progress.ended[name]
    told = f"{name} {ended.state}" if batch is None else f"{name} {ended_line(batch, ended)}"
    through = f"{len(progress.ended)} of {len(progress.batches)}"
    remaining = left(progress.seconds_left(at))
    return f"{told}  [{', '.join(part for part in (through, remaining) if part)}]"

"""A run on a terminal: phases as bars, the batch and gate of the moment, and what has become of the rest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from workbench.model import event as happened
from workbench.model.batch import ON_BRANCH
from workbench.model.event import Event
from workbench.model.gate import Verdict
from workbench.model.plan import Batch, Plan
from workbench.model.violation import Priority
from workbench.report.console import frame
from workbench.report.figures import duration, standing
from workbench.report.live.lines import counts_line, ended_line, left, work
from workbench.report.live.progress import Ended, Now, Progress, so_far, step

_REFRESH_PER_SECOND = 4
_MARK = {
    Verdict.PASS: ("✓", frame.GOOD),
    Verdict.FAIL: ("✗", frame.BAD),
    Verdict.ERROR: ("?", frame.CARE),
    Verdict.TIMEOUT: ("?", frame.CARE),
    Verdict.SKIP: ("–", frame.QUIET),
    Verdict.UNVERIFIED: ("?", frame.CARE),
}


class AnimatedView:
    """Redraws a small picture at the foot of `console`; each finished batch leaves one line above it.

    The picture is drawn by a thread of rich's: it reads one immutable value, replaced whole by each event.
    """

    def __init__(self, plan: Plan, past: Iterable[tuple[Event, datetime]], console: Console) -> None:
        self._console = console
        self._moment: tuple[Progress, datetime | None, float] = (so_far(plan, past), None, console.get_time())
        self._live = Live(
            console=console,
            get_renderable=self._picture,
            refresh_per_second=_REFRESH_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> AnimatedView:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def event(self, event: Event, at: datetime) -> None:
        """Take an event into the picture."""
        progress = step(self._moment[0], event, at)
        self._moment = (progress, at, self._console.get_time())
        if isinstance(event, (happened.BatchKept, happened.BatchDropped)) and event.batch in progress.batches:
            batch, ended = progress.batches[event.batch], progress.ended[event.batch]
            self._console.print(
                _ended(batch, ended),
                no_wrap=True,
                overflow="ellipsis",
            )

    def _picture(self) -> RenderableType:
        progress, at, seen = self._moment
        if at is None:
            return Text("starting", frame.QUIET)
        return picture(progress, at + timedelta(seconds=self._console.get_time() - seen))


def picture(progress: Progress, at: datetime) -> RenderableType:
    """Return what the screen shows at `at`."""
    lines = [*_moment(progress, at), *_foot(progress, at)]
    for one in lines:
        one.no_wrap, one.overflow = True, "ellipsis"
    return Group(Text(), _phases(progress), Text(), *lines)


def _phases(progress: Progress) -> RenderableType:
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(width=2)
    grid.add_column(ratio=1)
    grid.add_column(justify="right", no_wrap=True)
    for one in Priority:
        dealt, whole = progress.sites(one)
        if whole:
            bar = ProgressBar(whole, dealt, complete_style=frame.PRIORITY_STYLE[one], finished_style=frame.GOOD)
            grid.add_row(frame.priority(one), bar, Text(f"{dealt} of {whole} sites"))
    return grid


def _moment(progress: Progress, at: datetime) -> list[Text]:
    now = progress.now
    gate = [] if not progress.gate else [_gate(progress, at)]
    if now is None:
        return [frame.line(f"{progress.gate_batch or 'baseline'}  ", one) for one in gate]
    batch = progress.batches.get(now.batch)
    head = frame.line(frame.text(now.batch, frame.STRONG), "  ", work(batch) if batch else "")
    return [head, Text("  ").join([*_judgements(now), *gate]), *_isolating(now)]


def _judgements(now: Now) -> list[Text]:
    marked = []
    for one in now.judgements:
        sign, style = _MARK[one.verdict]
        marked.append(frame.line(f"{one.report.gate} ", frame.text(sign, style)))
    return marked


def _gate(progress: Progress, at: datetime) -> Text:
    since = progress.gate_since or at
    elapsed = duration(max(0.0, (at - since).total_seconds()))
    return frame.line(progress.gate, " ", frame.text(elapsed, frame.QUIET))


def _isolating(now: Now) -> list[Text]:
    if not now.trials:
        return []
    return [frame.text(f"looking for the guilty files, trial {now.trials}", frame.CARE)]


def _foot(progress: Progress, at: datetime) -> list[Text]:
    suites = map(standing, progress.suites.values())
    counts = [part for part in (counts_line(progress), left(progress.seconds_left(at))) if part]
    return [frame.text(one, frame.QUIET) for one in (*suites, " · ".join(counts))]


def _ended(batch: Batch, ended: Ended) -> Text:
    """Return the line that stays when a batch has ended; the suites' rates stand below and move."""
    mark = ("✓", frame.GOOD) if ended.state in ON_BRANCH else ("✗", frame.CARE)
    told = ended_line(batch, ended, tests=False)
    return frame.line(frame.text(*mark), " ", frame.text(batch.id, frame.STRONG), " ", told)

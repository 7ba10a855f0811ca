"""How far a run is: a value folded from its events, so that what the screen shows can be tested without one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from workbench.model import event as happened
from workbench.model.batch import BatchState
from workbench.model.event import Event
from workbench.model.gate import Judgement
from workbench.model.plan import Batch, Plan
from workbench.model.run import SuiteRecord
from workbench.model.violation import Priority, SiteState

_ENOUGH_TO_ESTIMATE = 2


@dataclass(frozen=True, slots=True)
class Now:
    """The batch under way: since when, what each gate said last, and how many trials isolation took."""

    batch: str
    since: datetime
    judgements: tuple[Judgement, ...] = ()
    trials: int = 0
    fixed: int = 0
    split: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """A batch that is through: its state, the sites it fixed, and its wall time in seconds."""

    state: BatchState
    fixed: int
    seconds: float
    judgements: tuple[Judgement, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """A run so far. `gate` is what is judging at this moment, since when, and for which batch ("" the baseline).

    `quarantined` holds (batch, path).
    """

    batches: Mapping[str, Batch]
    blocked: frozenset[str]
    ended: Mapping[str, Ended] = field(default_factory=dict)
    now: Now | None = None
    gate: str = ""
    gate_since: datetime | None = None
    gate_batch: str = ""
    quarantined: frozenset[tuple[str, str]] = frozenset()
    suites: Mapping[str, SuiteRecord] = field(default_factory=dict)

    def sites(self, priority: Priority) -> tuple[int, int]:
        """Return (dealt with, all) sites of a phase; dealt with means fixed, or set aside with a reason."""
        phase = [(name, one) for name, one in self.batches.items() if one.priority is priority]
        dealt = sum(len(one.fingerprints) for name, one in phase if name in self.ended)
        return dealt, sum(len(one.fingerprints) for _, one in phase)

    def kept(self) -> int:
        return sum(one.state in (BatchState.KEPT, BatchState.SPLIT) for one in self.ended.values())

    def seconds_left(self, at: datetime) -> float | None:
        """Estimate from the seconds per batch so far; None until two batches are through, and at the end."""
        left = len(self.batches.keys() - self.ended.keys())
        if len(self.ended) < _ENOUGH_TO_ESTIMATE or left == 0:
            return None
        mean = sum(one.seconds for one in self.ended.values()) / len(self.ended)
        spent = 0.0 if self.now is None else (at - self.now.since).total_seconds()
        return mean * left - min(mean, max(0.0, spent))


def begin(plan: Plan) -> Progress:
    """Return a run of `plan` before its first event."""
    return Progress(
        batches=MappingProxyType({one.id: one for one in plan.batches()}),
        blocked=frozenset(one.fingerprint for one in plan.in_state(SiteState.BLOCKED)),
    )


def so_far(plan: Plan, past: Iterable[tuple[Event, datetime]]) -> Progress:
    """Return a run of `plan` of which `past` has happened, oldest first."""
    progress = begin(plan)
    for event, at in past:
        progress = step(progress, event, at)
    return progress


def step(progress: Progress, event: Event, at: datetime) -> Progress:
    """Return `progress` after `event`, which happened at `at`."""
    match event:
        case happened.BatchStarted():
            return replace(progress, now=Now(event.batch, at), gate="", gate_since=None)
        case happened.GateStarted():
            return replace(progress, gate=event.gate, gate_since=at, gate_batch=event.batch)
        case happened.SitesBlocked():
            return replace(progress, blocked=progress.blocked | {one for one, _, _ in event.sites})
        case happened.FileQuarantined():
            return replace(progress, quarantined=progress.quarantined | {(event.record.batch, event.record.path)})
        case happened.SuiteMeasured():
            return replace(progress, suites={**progress.suites, event.suite.id: event.suite})
        case _:
            return _judged(progress, event, at)


def _judged(progress: Progress, event: Event, at: datetime) -> Progress:
    now = progress.now
    match event:
        case happened.GateJudged() if now is not None:
            return replace(progress, now=_with_judgement(now, event), gate="", gate_since=None)
        case happened.KeepDecided() if now is not None:
            return replace(progress, now=replace(now, fixed=len(event.fixed), split=event.split))
        case happened.BaselineJudged():
            return replace(progress, gate="", gate_since=None)
        case _:
            return _ended(progress, event, at)


def _ended(progress: Progress, event: Event, at: datetime) -> Progress:
    now = progress.now
    match event:
        case happened.BatchKept():
            split = now is not None and now.split
            return _end(progress, event.batch, BatchState.SPLIT if split else BatchState.KEPT, at)
        case happened.BatchDropped():
            return _end(progress, event.batch, event.state, at, event.reason)
        case happened.RolledBack():
            return _taken_off(progress, event.certificate.batches)
        case _:
            return progress


def _with_judgement(now: Now, event: happened.GateJudged) -> Now:
    if event.trial:
        return replace(now, trials=now.trials + 1)
    others = (one for one in now.judgements if one.report.gate != event.judgement.report.gate)
    return replace(now, judgements=(*others, event.judgement))


def _end(progress: Progress, batch: str, state: BatchState, at: datetime, reason: str = "") -> Progress:
    now = progress.now if progress.now is not None and progress.now.batch == batch else Now(batch, at)
    seconds = (at - now.since).total_seconds()
    ended = Ended(state, now.fixed, seconds, now.judgements, reason)
    return replace(progress, ended={**progress.ended, batch: ended}, now=None, gate="", gate_since=None)


def _taken_off(progress: Progress, batches: Collection[str]) -> Progress:
    return replace(
        progress,
        ended={name: one for name, one in progress.ended.items() if name not in batches},
        quarantined=frozenset(one for one in progress.quarantined if one[0] not in batches),
        now=None,
    )

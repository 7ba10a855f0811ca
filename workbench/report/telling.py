"""Puts an event into words, for the log: one sentence for each kind of event."""

from __future__ import annotations

from typing import assert_never

from workbench.model import event as happened
from workbench.model.event import Event
from workbench.model.gate import Judgement
from workbench.report.figures import counted, duration, rate, short, standing

_OfBatch = (
    happened.BatchStarted
    | happened.BatchCommitted
    | happened.SitesBlocked
    | happened.KeepDecided
    | happened.BatchKept
    | happened.BatchDropped
)
_OfGate = (
    happened.BaselineJudged
    | happened.GateStarted
    | happened.GateJudged
    | happened.GateUnneeded
    | happened.FileQuarantined
    | happened.SuiteMeasured
)
_OfLanding = happened.LandStarted | happened.Landed | happened.LandAbandoned
_OfRun = (
    happened.RunStarted
    | happened.RollbackStarted
    | happened.RolledBack
    | happened.TriggerDecided
    | happened.TriggerFired
    | happened.Drilled
    | happened.RunInterrupted
    | happened.RunResumed
    | happened.RunFinished
)


def about(event: Event) -> str:
    """Return the batch an event belongs to, "baseline" for gates before the first, or "run"."""
    if isinstance(event, happened.FileQuarantined):
        return event.record.batch
    if isinstance(event, happened.GateStarted | happened.GateJudged | happened.GateUnneeded | _OfBatch):
        return event.batch or "baseline"
    return "baseline" if isinstance(event, happened.BaselineJudged) else "run"


def tell(event: Event) -> str:
    """Return an event as a sentence; what it quotes is foreign text still."""
    if isinstance(event, _OfBatch):
        return _of_batch(event)
    if isinstance(event, _OfGate):
        return _of_gate(event)
    if isinstance(event, _OfLanding):
        return _of_landing(event)
    return _of_run(event)


def _of_batch(event: _OfBatch) -> str:
    match event:
        case happened.BatchStarted():
            words = f"started on {short(event.parent)}"
        case happened.BatchCommitted():
            words = f"candidate {short(event.commit)}, {counted(len(event.files), 'file')}"
        case happened.SitesBlocked():
            codes = ", ".join(sorted({code for _, code, _ in event.sites}))
            words = f"blocked {counted(len(event.sites), 'site')}: {codes}"
        case happened.KeepDecided():
            rest = ", the rest left out" if event.split else ""
            words = f"passed: {short(event.commit)} will be kept, {counted(len(event.fixed), 'site')}{rest}"
        case happened.BatchKept():
            words = f"kept {short(event.commit)}"
        case happened.BatchDropped():
            words = f"{str(event.state).replace('_', ' ')}: {event.reason}"
        case _:
            assert_never(event)
    return words


def _of_gate(event: _OfGate) -> str:
    match event:
        case happened.BaselineJudged():
            words = judged(event.judgement)
        case happened.GateStarted():
            words = f"{event.gate} judges tree {short(event.tree)}"
        case happened.GateJudged():
            words = judged(event.judgement) + (" (isolating)" if event.trial else "")
        case happened.GateUnneeded():
            words = f"{event.gate} on tree {short(event.tree)}, begun ahead, was not needed"
        case happened.FileQuarantined():
            words = f"quarantined {event.record.path}: red at {event.record.gate}"
        case happened.SuiteMeasured():
            words = standing(event.suite)
        case _:
            assert_never(event)
    return words


def _of_run(event: _OfRun) -> str:
    match event:
        case happened.RunStarted():
            words = f"{event.run} started: {event.branch} from {short(event.base)}, plan {short(event.digest)}"
            words += kept_aside(event)
        case happened.RollbackStarted():
            words = f"{event.mode} of {event.target}: {short(event.from_commit)} → {short(event.to_commit)}"
        case happened.RolledBack():
            proof = "verified" if event.certificate.verified else "NOT VERIFIED"
            words = f"{event.certificate.mode} of {event.certificate.target}: {proof}"
        case happened.TriggerDecided():
            words = f"{event.gate} is red, and the plan says {event.do}"
        case happened.TriggerFired():
            words = f"trigger: {event.record.gate} is red, {event.record.do}; lessons in {event.record.lessons}"
        case happened.Drilled():
            proof = "came back to the same tree" if event.drill.verified else "DID NOT COME BACK"
            words = f"drill of {event.drill.phase}: {event.drill.batch} forth and back in the sandbox, {proof}"
        case happened.RunInterrupted():
            words = f"interrupted: {event.reason}"
        case happened.RunResumed():
            words = "resumed"
        case happened.RunFinished():
            words = f"{str(event.outcome).replace('_', ' ')}, branch at {short(event.head)}"
        case _:
            assert_never(event)
    return words


def kept_aside(event: happened.RunStarted) -> str:
    """Say where a run keeps what its branch held before; "" where it held nothing else."""
    ref = f"refs/workbench/{event.run}/before"
    return f"; what was on the branch is kept as {ref} ({short(event.before)})" if event.before else ""


def _of_landing(event: _OfLanding) -> str:
    match event:
        case happened.LandStarted():
            words = f"lands on {event.branch}: {short(event.old)} → {short(event.new)}"
        case happened.Landed():
            words = "landed"
        case happened.LandAbandoned():
            words = f"not landed: {event.reason}"
        case _:
            assert_never(event)
    return words if isinstance(event, happened.LandStarted) or not event.kept else f"{words}; {_edits(event.kept)}"


def _edits(kept: tuple[tuple[str, str], ...]) -> str:
    return f"kept {counted(len(kept), 'edit')} that came between: " + ", ".join(path for path, _ in kept)


def judged(judgement: Judgement) -> str:
    """Return "unit fail 11/12 1.2 s: 1 test newly red", as far as there is something to say."""
    report = judgement.report
    tests = [] if report.counts is None else [rate(report.counts)]
    took = "cached" if judgement.cached else duration(report.seconds)
    told = " ".join([report.gate, str(judgement.verdict), *tests, took])
    why = judgement.reason or _what_changed(judgement)
    return f"{told}: {why}" if why else told


def _what_changed(judgement: Judgement) -> str:
    if judgement.convicting:
        return f"{counted(len(judgement.convicting), 'test')} newly red"
    return f"{counted(len(judgement.gained), 'test')} newly green" if judgement.gained else ""

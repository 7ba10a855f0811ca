"""The sentences of a run under way, shared by the plain lines and the animated screen."""

from __future__ import annotations

from workbench.model.batch import BatchState
from workbench.model.gate import Judgement, Level
from workbench.model.plan import Batch
from workbench.report.figures import counted, duration, rate, roughly
from workbench.report.live.progress import Ended, Progress

_STATE = {
    BatchState.KEPT: "kept",
    BatchState.SPLIT: "kept in part",
    BatchState.ROLLED_BACK: "rolled back",
    BatchState.QUARANTINED: "quarantined",
    BatchState.EMPTY: "empty",
}


_BUILTIN = (Level.SYNTAX, Level.RESCAN, Level.IMPORTS)


def work(batch: Batch) -> str:
    """Return "direct-construction in netra_backend/app"."""
    return f"{', '.join(batch.rules)} in {batch.package or 'the root'}"


def ended_line(batch: Batch, ended: Ended, *, tests: bool = True) -> str:
    """Return what became of a batch, without its id: state, sites, time, work, the commands' tests, reason."""
    whole = len(batch.fingerprints)
    fixed = counted(whole, "site") if ended.fixed == whole else f"{ended.fixed} of {counted(whole, 'site')}"
    rates = [
        f"{one.report.gate} {one.verdict} {rate(one.report.counts)}"
        for one in ended.judgements
        if tests and one.report.counts is not None and one.report.level not in _BUILTIN
    ]
    told = [state_word(ended.state), fixed, duration(ended.seconds), work(batch), *rates, ended.reason]
    return "  ".join(part for part in told if part)


def state_word(state: BatchState) -> str:
    return _STATE.get(state, str(state))


def convicted(judgement: Judgement) -> str:
    """Return the tests that turned red, the first three by name."""
    first = ", ".join(judgement.convicting[:3])
    rest = len(judgement.convicting) - 3
    return f"{first} and {rest} more" if rest > 0 else first


def counts_line(progress: Progress) -> str:
    """Return how many batches are through, how many were kept, and what was set aside so far."""
    aside = [
        f"quarantined {counted(len(progress.quarantined), 'file')}" if progress.quarantined else "",
        f"blocked {counted(len(progress.blocked), 'site')}" if progress.blocked else "",
    ]
    through = f"{len(progress.ended)} of {counted(len(progress.batches), 'batch', 'batches')}"
    return " · ".join([through, f"{progress.kept()} kept", *(one for one in aside if one)])


def left(seconds: float | None) -> str:
    return "" if seconds is None else f"{roughly(seconds)} left"

"""The story of one batch: rewrite, commit aside, judge, then keep it, split it, or let it go.

bors publishes exactly the commit it tested, or nothing. Here too; but of a red batch the good files still land.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.engine.guilty import convict
from workbench.engine.judging import Judge, is_red
from workbench.engine.made import Candidate, Made, commit, make
from workbench.engine.session import Session
from workbench.engine.suites import standings
from workbench.engine.triggers import respond, trigger_of
from workbench.model.batch import BatchState
from workbench.model.event import (
    BatchCommitted,
    BatchDropped,
    BatchKept,
    BatchStarted,
    FileQuarantined,
    KeepDecided,
    SitesBlocked,
    TriggerDecided,
)
from workbench.model.gate import Judgement
from workbench.model.plan import Batch
from workbench.planning.spec import TriggerSpec
from workbench.repo.refs import compare_and_swap, put_ref


@dataclass(slots=True)
class BatchStory:
    """Carries batches out, one after the other, on one session."""

    session: Session
    judge: Judge
    on_red: str
    fired: bool = False
    """A trigger fired: the run goes no further."""
    ready: dict[str, Made] = field(default_factory=dict)
    """Batches that a drill has rewritten already; good as long as the branch has not moved."""

    def carry_out(self, batch: Batch, seq: int) -> BatchState:
        """Take `batch` from its planned state to its end; returns that end."""
        session = self.session
        when = session.started + seq
        session.record(BatchStarted(session.run, batch.id, seq, session.tip, when))
        made = self.ready.pop(batch.id, None)
        if made is None or made.parent != session.tip:
            made = make(session, batch)
        if made.blocked:
            session.record(SitesBlocked(session.run, batch.id, made.blocked))
        if not made.after:
            return self._drop(batch, BatchState.EMPTY, "nothing to change")
        candidate = self.aside(batch, made, when=when)
        judgements = self.judge.judge(batch.id, candidate)
        red = judgements[-1]
        if not is_red(red):
            return self.keep(batch, candidate, judgements, split=False)
        trigger = trigger_of(session, red)
        if trigger is not None:
            return self._fire(batch, trigger, red)
        if self.on_red != "isolate":
            return self._drop(batch, BatchState.ROLLED_BACK, told(red))
        return self._isolate(batch, candidate, red, when=when)

    def aside(self, batch: Batch, made: Made, *, when: int) -> Candidate:
        """Commit `made` beside the run branch and pin it, so that no garbage collection takes it."""
        session = self.session
        candidate = commit(session, batch, made, when=when)
        put_ref(session.ws.repo, session.side_ref("cand"), candidate.commit)
        session.record(
            BatchCommitted(session.run, batch.id, candidate.commit, candidate.tree, tuple(sorted(made.after)))
        )
        return candidate

    def keep(self, batch: Batch, candidate: Candidate, judgements: tuple[Judgement, ...], *, split: bool) -> BatchState:
        """Decide in the ledger, then move the run branch by one compare-and-swap."""
        session, made = self.session, candidate.made
        session.record(
            KeepDecided(session.run, batch.id, candidate.commit, made.parent, candidate.tree, made.sites(), split)
        )
        compare_and_swap(
            session.ws.repo, session.ref, new=candidate.commit, old=made.parent, reason=f"workbench: keep {batch.id}"
        )
        session.record(BatchKept(session.run, batch.id, candidate.commit), *standings(self.judge, judgements))
        session.tip = candidate.commit
        session.project = session.ahead(made.after, made.facts)
        return BatchState.SPLIT if split else BatchState.KEPT

    def _isolate(self, batch: Batch, candidate: Candidate, red: Judgement, *, when: int) -> BatchState:
        session = self.session
        verdict = convict(self.judge, batch, candidate, red, when=when)
        for record in verdict.quarantined:
            session.record(FileQuarantined(session.run, record))
        if verdict.good is None:
            return self._drop(batch, BatchState.QUARANTINED, told(red))
        put_ref(session.ws.repo, session.side_ref("cand"), verdict.good.commit)
        return self.keep(batch, verdict.good, verdict.judgements, split=True)

    def _fire(self, batch: Batch, trigger: TriggerSpec, red: Judgement) -> BatchState:
        run, ended = self.session.run, BatchState.ROLLED_BACK
        self.session.record(
            TriggerDecided(run, trigger.gate, trigger.do, batch.id, batch.priority, red),
            BatchDropped(run, batch.id, ended, f"trigger {trigger.do}: {told(red)}"),
        )
        self.fired = True
        respond(self.judge)
        return ended

    def _drop(self, batch: Batch, state: BatchState, reason: str) -> BatchState:
        self.session.record(BatchDropped(self.session.run, batch.id, state, reason))
        return state


def told(red: Judgement) -> str:
    """Say in a line why a judgement is red."""
    named = ", ".join(red.convicting[:3])
    more = f" and {len(red.convicting) - 3} more" if len(red.convicting) > 3 else ""
    return f"{red.report.gate}: {named}{more}" if named else f"{red.report.gate}: {red.reason or red.verdict}"

"""A run from end to end: the frozen plan, its phases, its batches, and where it stands at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.engine.batch import BatchStory
from workbench.engine.begin import RunOptions, begin, finish_rollback, take_up
from workbench.engine.court import court
from workbench.engine.decided import is_over, undone
from workbench.engine.drill import drill
from workbench.engine.ending import unpin
from workbench.engine.entry import barred
from workbench.engine.means import Means
from workbench.engine.opening import open_run
from workbench.engine.phase import close_phase, close_run
from workbench.engine.session import Session, Watch, unwatched
from workbench.engine.stage import clear
from workbench.engine.triggers import respond
from workbench.engine.workspace import refuse_bad_plan
from workbench.model.batch import BatchState
from workbench.model.errors import Interrupted
from workbench.model.event import RunFinished, RunInterrupted
from workbench.model.plan import Batch
from workbench.model.run import RunOutcome, RunRecord
from workbench.model.violation import count


def run_plan(
    directory: Path, plan: str | None, options: RunOptions, *, means: Means, watch: Watch = unwatched
) -> RunRecord:
    """Carry out a frozen plan, freezing one first if there is none; returns the run as it stands then."""
    refuse_bad_plan(directory, plan, means)
    with open_run(directory, means, jobs=options.jobs or 2) as opened:
        session = begin(opened, plan, options, watch)
        return carry_out(session, options)


def resume_run(directory: Path, *, means: Means, watch: Watch = unwatched) -> RunRecord:
    """Finish the run that stopped, or the rollback of one that had ended, whatever stopped it."""
    with open_run(directory, means) as opened:
        rolled_back = finish_rollback(opened)
        if rolled_back is not None:
            return opened.ledger.load_run(rolled_back.run)
        session, options = take_up(opened, watch)
        return carry_out(session, options)


def carry_out(session: Session, options: RunOptions) -> RunRecord:
    """Do the batches of a session that are not done, and end its run; an interrupt leaves it to be resumed."""
    try:
        if is_over(session):
            clear(session.ws.repo)
        else:
            _judged(session, options)
    except KeyboardInterrupt:
        session.record(RunInterrupted(session.run, "interrupted from the keyboard"))
        raise Interrupted(
            f"the run {session.run} was interrupted; every kept batch is on {session.branch}",
            hint="`workbench resume` finishes it, `workbench abort` undoes it",
        ) from None
    unpin(session)
    session.record(RunFinished(session.run, _outcome(session), session.tip))
    return session.ledger.load_run(session.run)


def _judged(session: Session, options: RunOptions) -> None:
    with court(session, fresh=options.no_cache, sandboxes=options.jobs or 1) as judge:
        if undone(session) is not None:
            respond(judge)
            return
        story = BatchStory(session, judge, options.on_red or session.ws.spec.run.on_red)
        _phases(story, options)
        if not story.fired:
            close_run(story)


def _phases(story: BatchStory, options: RunOptions) -> None:
    """Do the batches that are not done yet, phase by phase; `stop` ends its phase at the first red batch."""
    numbers = {batch.id: seq for seq, batch in enumerate(story.session.plan.batches(), start=1)}
    for phase in story.session.plan.phases:
        chosen = [batch for batch in phase.batches if options.chooses(batch)]
        if chosen and not options.allow_quarantine and barred(_record(story), phase.priority):
            return
        drill(story, phase.priority, [*pending(story.session, chosen)], numbers)
        for batch in pending(story.session, chosen):
            ended = story.carry_out(batch, numbers[batch.id])
            if story.fired or (story.on_red == "stop" and ended is BatchState.ROLLED_BACK):
                return
        if chosen:
            close_phase(story, phase)
        if story.fired:
            return


def _record(story: BatchStory) -> RunRecord:
    return story.session.ledger.load_run(story.session.run)


def pending(session: Session, batches: list[Batch]) -> Iterator[Batch]:
    """Yield the batches a run still has to do: planned ones, and those that were rolled back."""
    states = {one.id: one.state for one in session.ledger.load_run(session.run).batches}
    for batch in batches:
        if states[batch.id] not in (BatchState.KEPT, BatchState.SPLIT, BatchState.QUARANTINED, BatchState.EMPTY):
            yield batch


def _outcome(session: Session) -> RunOutcome:
    record = session.ledger.load_run(session.run)
    counted = count(record.violations)
    if counted.found == counted.fixed + counted.excluded:
        return RunOutcome.COMPLETE
    nothing_kept = session.tip == session.plan.base_commit
    rolled_back = any(one.state is BatchState.ROLLED_BACK for one in record.batches)
    return RunOutcome.ROLLED_BACK if nothing_kept and rolled_back else RunOutcome.PARTIAL

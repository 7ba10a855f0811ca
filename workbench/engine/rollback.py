"""Takes kept batches off the run branch again, and proves that what is left is what was there before.

Terraform has no rollback, sqitch prints "ok" for failed ones. Here the branch returns to a recorded
savepoint by one compare-and-swap, the old tip stays pinned, and the certificate compares tree ids.
"""

from __future__ import annotations

from pathlib import Path

from workbench.engine.begin import reopen, take_up
from workbench.engine.certificate import certify
from workbench.engine.means import Means
from workbench.engine.opening import open_run
from workbench.engine.session import Session, unwatched
from workbench.model.batch import ON_BRANCH
from workbench.model.errors import Refused, UsageError
from workbench.model.event import RollbackStarted, RunFinished
from workbench.model.run import BatchRecord, Certificate, RunOutcome, RunRecord
from workbench.repo.refs import compare_and_swap, put_ref


def rollback(directory: Path, target: str, *, means: Means) -> Certificate:
    """Return the run branch to before the first batch of `target`: a batch, `P1`, a run, or `all`."""
    with open_run(directory, means, owner="workbench rollback") as opened:
        session = reopen(opened, unwatched)
        record = session.ledger.load_run(session.run)
        return back_to(session, chosen_batches(record, target)[0].id, target=target, mode="rollback")


def abort_run(directory: Path, *, means: Means) -> RunRecord:
    """Undo the run that stopped: take everything it kept off its branch, and end it."""
    with open_run(directory, means, owner="workbench abort") as opened:
        session, _ = take_up(opened, unwatched)
        record = session.ledger.load_run(session.run)
        kept = on_branch(record)
        if kept:
            back_to(session, kept[0].id, target="all", mode="abort")
        session.record(RunFinished(session.run, RunOutcome.ROLLED_BACK, session.tip))
        return session.ledger.load_run(session.run)


def back_to(session: Session, batch: str, *, target: str, mode: str) -> Certificate:
    """Move the run branch to the savepoint before `batch`; later batches go along."""
    record = session.ledger.load_run(session.run)
    kept = on_branch(record)
    at = next(number for number, one in enumerate(kept) if one.id == batch)
    first, names = kept[at], tuple(one.id for one in kept[at:])
    old, savepoint = session.tip, first.parent
    if savepoint is None:
        raise UsageError(f"the ledger has no savepoint before {batch}", hint="`workbench verify` looks into it")
    put_ref(session.ws.repo, session.side_ref(f"rolled-back-{old[:12]}"), old)
    back = RollbackStarted(session.run, target, mode, old, savepoint, names)
    session.record(back)
    compare_and_swap(session.ws.repo, session.ref, new=savepoint, old=old, reason=f"workbench: roll back {target}")
    session.tip = savepoint
    return certify(session, back)


def on_branch(record: RunRecord) -> list[BatchRecord]:
    """Return the batches on the run branch in the order they were kept, which `--batch` may have chosen."""
    kept = [one for one in record.batches if one.state in ON_BRANCH]
    following = {one.parent: one for one in kept}
    ordered: list[BatchRecord] = []
    commit: str | None = record.base
    while (after := following.pop(commit, None)) is not None:
        ordered.append(after)
        commit = after.commit
    # A revert in between breaks the chain of batches; those behind it come in the plan's order.
    return ordered + sorted(following.values(), key=lambda one: one.seq)


def chosen_batches(record: RunRecord, target: str) -> list[BatchRecord]:
    """Return the batches on the branch that belong to `target`, oldest first; raises if there are none."""
    kept = on_branch(record)
    if target in ("all", record.run):
        of_target = kept
    else:
        of_target = [one for one in kept if target in (one.id, str(one.priority))]
        if not of_target and target not in {word for one in record.batches for word in (one.id, str(one.priority))}:
            known = ", ".join([*dict.fromkeys(str(one.priority) for one in record.batches), "all"])
            raise UsageError(f"there is no batch, phase or run called {target}", hint=f"one of {known}, or a batch id")
    if not of_target:
        raise Refused(f"nothing of {target} is on {record.branch}", hint="`workbench status` shows what is")
    return of_target

"""Takes kept batches off the run branch again, and proves that what is left is what was there before.

Terraform has no rollback, sqitch prints "ok" for failed ones. Here the branch returns to a recorded
savepoint by one compare-and-swap, the old tip stays pinned, and the certificate compares tree ids.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.engine.begin import reopen, take_up
from workbench.engine.certificate import certify
from workbench.engine.depends import Going, dependents, everything_after
from workbench.engine.ending import unpin
from workbench.engine.means import Means
from workbench.engine.opening import open_run
from workbench.engine.session import Session, unwatched
from workbench.engine.stage import clear
from workbench.ledger.unfinished import unfinished
from workbench.model.batch import ON_BRANCH
from workbench.model.errors import Refused, UsageError
from workbench.model.event import LandStarted, RollbackStarted, RunFinished
from workbench.model.run import BatchRecord, Certificate, RunOutcome, RunRecord
from workbench.repo.measure import measure
from workbench.repo.refs import branch_ref, compare_and_swap, list_refs_with, put_ref, read_ref

Tell = Callable[[tuple[Going, ...]], None]
"""Told what a rollback takes off the branch, before anything moves."""


def nobody(going: tuple[Going, ...]) -> None:
    """Tell nobody."""


def rollback(directory: Path, target: str, *, means: Means, tell: Tell = nobody) -> Certificate:
    """Return the run branch to before the first batch of `target`: a batch, `P1`, a run, or `all`.

    Raises Refused where others have what would go: then a revert is the way.
    """
    with open_run(directory, means, owner="workbench rollback") as opened:
        session = reopen(opened, unwatched)
        record = session.ledger.load_run(session.run)
        chosen = chosen_batches(record, target)
        going = everything_after(session.ws, on_branch(record), chosen)
        _refuse_shared(session, record, chosen[0], target)
        tell(going)
        return back_to(session, chosen[0].id, target=target, mode="rollback")


def foresee(directory: Path, target: str, *, revert: bool, means: Means) -> tuple[Going, ...]:
    """Return what a rollback, or a revert, of `target` takes off the branch, and why; nothing is moved."""
    with open_run(directory, means, owner="workbench rollback --dry-run") as opened:
        session = reopen(opened, unwatched)
        record = session.ledger.load_run(session.run)
        chosen = chosen_batches(record, target)
        if revert:
            return dependents(session.ws, on_branch(record), chosen)
        _refuse_shared(session, record, chosen[0], target)
        return everything_after(session.ws, on_branch(record), chosen)


def _refuse_shared(session: Session, record: RunRecord, first: BatchRecord, target: str) -> None:
    """Refuse to move back over what was landed or pushed: it would only vanish here."""
    repo, commit = session.ws.repo, first.commit or record.head
    landed = {one.event.branch for one in session.ledger.events(record.run) if isinstance(one.event, LandStarted)}
    holders = [ref.removeprefix("refs/remotes/") for ref in list_refs_with(repo, commit, "refs/remotes")]
    for branch in sorted(landed):
        tip = read_ref(repo, branch_ref(branch))
        if tip is not None and repo.is_ancestor(commit, tip):
            holders.append(branch)
    if holders:
        raise Refused(
            f"{first.id} is in {', '.join(holders[:3])} already, where moving {record.branch} back would not undo it",
            hint=f"`workbench rollback {target} --revert` writes commits that undo it",
        )


def abort_run(directory: Path, *, means: Means) -> RunRecord:
    """Undo the run that stopped: take everything it kept off its branch, and end it.

    Raises Refused where it is a rollback that waits: what was taken off cannot be put on again half-way.
    """
    with open_run(directory, means, owner="workbench abort") as opened:
        waiting = unfinished(opened.ledger)
        if waiting is not None and waiting.what == "rollback":
            raise Refused(waiting.message, hint=waiting.hint)
        session, _ = take_up(opened, unwatched)
        torn = session.ledger.intent(session.run).rollback
        if torn is not None:  # a trigger's, which was to ask its suites first
            certify(session, torn)
        record = session.ledger.load_run(session.run)
        kept = on_branch(record)
        if kept:
            back_to(session, kept[0].id, target="all", mode="abort")
        unpin(session)
        clear(opened.repo)
        session.record(RunFinished(session.run, RunOutcome.ROLLED_BACK, session.tip))
        return session.ledger.load_run(session.run)


def back_to(
    session: Session, batch: str, *, target: str, mode: str, meanwhile: Callable[[], None] = lambda: None
) -> Certificate:
    """Move the run branch to the savepoint before `batch`; later batches go along.

    `meanwhile` is done there before the certificate is made, which tells what gates said of the tree.
    """
    record = session.ledger.load_run(session.run)
    kept = on_branch(record)
    at = next(number for number, one in enumerate(kept) if one.id == batch)
    first, names = kept[at], tuple(one.id for one in kept[at:])
    old, savepoint = session.tip, first.parent
    if savepoint is None:
        raise UsageError(f"the ledger has no savepoint before {batch}", hint="`workbench verify` looks into it")
    put_ref(session.ws.repo, session.side_ref(f"rolled-back-{old[:12]}"), old)
    checkout = measure(session.ws.repo)
    back = RollbackStarted(session.run, target, mode, old, savepoint, names, checkout=checkout)
    session.record(back)
    compare_and_swap(session.ws.repo, session.ref, new=savepoint, old=old, reason=f"workbench: roll back {target}")
    session.tip = savepoint
    meanwhile()
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

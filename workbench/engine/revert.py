"""Undoes a kept batch by a later commit, for history that others already have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.engine.begin import reopen
from workbench.engine.certificate import certify
from workbench.engine.depends import Going, dependents
from workbench.engine.ending import unpin
from workbench.engine.means import Means
from workbench.engine.opening import open_run
from workbench.engine.reverted import judge_revert
from workbench.engine.rollback import Tell, chosen_batches, nobody, on_branch
from workbench.engine.session import Session, unwatched
from workbench.model.errors import Refused, WorkbenchError
from workbench.model.event import RollbackStarted
from workbench.model.run import BatchRecord, Certificate
from workbench.repo.candidate import Candidate, commit_tree
from workbench.repo.history import Clash, merge_tree_revert
from workbench.repo.measure import measure
from workbench.repo.refs import compare_and_swap, put_ref
from workbench.repo.trailers import render


def revert(directory: Path, target: str, *, means: Means, along: bool = False, tell: Tell = nobody) -> Certificate:
    """Add one commit for each kept batch of `target`, newest first, that undoes exactly its change.

    `along`: also for the later batches that depend on them; without it, one that does is a reason to refuse.
    """
    with open_run(directory, means, owner="workbench rollback --revert") as opened:
        session = reopen(opened, unwatched)
        record = session.ledger.load_run(session.run)
        going = dependents(session.ws, on_branch(record), chosen_batches(record, target))
        if not along:
            _refuse_dependents(going, target)
        tell(going)
        batches = [one.batch for one in going]
        old = session.tip
        made = Candidate(old, session.ws.repo.tree(old))
        for one in reversed(batches):
            made = _undo(session, made.commit, one)
        names = tuple(one.id for one in batches)
        put_ref(session.ws.repo, session.side_ref("cand"), made.commit)
        _judge(session, made, target)
        checkout = measure(session.ws.repo)
        back = RollbackStarted(session.run, target, "revert", old, made.commit, names, made.tree, checkout, judged=True)
        session.record(back)
        compare_and_swap(session.ws.repo, session.ref, new=made.commit, old=old, reason=f"workbench: revert {target}")
        session.tip = made.commit
        return certify(session, back)


def _judge(session: Session, made: Candidate, target: str) -> None:
    try:
        judge_revert(session, made, target)
    except WorkbenchError:
        unpin(session)
        raise


def _refuse_dependents(going: Sequence[Going], target: str) -> None:
    others = [f"{one.batch.id} ({one.why})" for one in going if one.why]
    if others:
        raise Refused(
            f"{target} cannot be reverted alone: {', '.join(others[:5])}"
            + (f" and {len(others) - 5} more" if len(others) > 5 else ""),
            hint=f"`workbench rollback {target} --revert --along` reverts these too; nothing was changed",
        )


def _undo(session: Session, tip: str, batch: BatchRecord) -> Candidate:
    assert batch.commit is not None
    tree = merge_tree_revert(session.ws.repo, tip=tip, commit=batch.commit)
    if isinstance(tree, Clash):
        raise Refused(
            f"{batch.id} cannot be reverted alone: later commits changed {', '.join(tree.paths[:3])} as well",
            hint="revert those first, or roll back without --revert; nothing was changed",
        )
    message = render(
        f"Revert {batch.id} {session.plan.name}",
        f"Undoes {batch.commit}.",
        {
            "Workbench-Plan": session.plan.name,
            "Workbench-Digest": session.plan.digest,
            "Workbench-Run": session.run,
            "Workbench-Reverts": batch.id,
        },
    )
    when = session.started + 1_000_000 + batch.seq
    return commit_tree(session.ws.repo, tree=tree, parent=tip, message=message, when=when, name=session.identity)

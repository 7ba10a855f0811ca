"""Says, when a plan is made, what has been done on the user's branch and on the run branch that it will meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.engine.opening import Opened
from workbench.engine.parting import parting
from workbench.engine.set_aside import waits_to_be_set_aside
from workbench.model.outlook import Outlook
from workbench.model.plan import Plan
from workbench.model.run import Parting
from workbench.repo.changes import changes
from workbench.repo.refs import branch_ref, read_ref
from workbench.repo.repository import Repository


def outlook(opened: Opened, plan: Plan, after: Mapping[str, bytes]) -> Outlook:
    """Return what the plan will meet; `after` are the files that it changes."""
    head = opened.repo.head()
    if head.branch is None:
        return Outlook()
    target = _target(opened.repo, plan, after, head.branch, head.commit)
    run = opened.ledger.latest_run(plan.name)
    if run is None:
        return Outlook(target=target)
    record = opened.ledger.load_run(run)
    tip = read_ref(opened.repo, branch_ref(record.branch))
    if tip is None or tip != record.head or record.digest == plan.digest:
        return Outlook(target=target)
    makes_room = waits_to_be_set_aside(opened, plan, record.branch, tip)
    return Outlook(record.branch, target, parting(opened.repo, record, head.branch), makes_room)


def _target(repo: Repository, plan: Plan, after: Mapping[str, bytes], branch: str, tip: str) -> Parting | None:
    """Return how a branch has gone on from the base, if it has, with what both change since they parted."""
    begun = repo.git.ask("merge-base", plan.base_commit, tip, no=(1,)).line
    if tip in (plan.base_commit, begun):
        return None
    ours = {one.path: one.new for one in changes(repo, begun, plan.base_commit)} if begun else {}
    theirs = changes(repo, begun or plan.base_commit, tip)
    met = {one.path for one in theirs if one.path not in ours or ours[one.path] != one.new}
    collisions = tuple((path, tuple(_batches(plan, path))) for path in sorted(met & after.keys()))
    return Parting(branch, tip, tried=False, collisions=collisions)


def _batches(plan: Plan, path: str) -> Iterator[str]:
    return (batch.id for batch in plan.batches() if path in batch.files)

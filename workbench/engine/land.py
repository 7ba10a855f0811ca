"""Brings a run's branch into the branch the user works on: the one act that touches what he works on.

The branch is only moved forward, to a commit that passed its gates. A merge would be a tree nobody judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.engine.begin import refuse_unfinished
from workbench.engine.landing import At, finish, move, nowhere
from workbench.engine.means import Means
from workbench.engine.opening import Opened, open_run
from workbench.engine.parting import parting
from workbench.engine.standing import standing_of
from workbench.model.errors import Colliding, Conflict, Refused, StalePlan, UsageError
from workbench.model.event import LandStarted, RolledBack
from workbench.model.parting import told
from workbench.model.run import Certificate, Landing, RunRecord
from workbench.repo.changes import changes
from workbench.repo.refs import branch_ref, checked_out_branches, read_ref
from workbench.repo.repository import Repository


def land(directory: Path, plan: str, into: str | None, *, means: Means, at: At = nowhere) -> Landing:
    """Move branch `into` (the one checked out when None) to the head of the plan's newest run.

    Raises Refused where the user's work is in the way, Conflict where the branches have parted.
    """
    run = standing_of(directory, plan).run
    with open_run(directory, means, owner="workbench land", jobs=1) as opened:
        branch = into or _current(opened.repo)
        finished = finish(opened, at)
        if finished is not None and (finished.run, finished.branch) == (run, branch):
            return finished
        refuse_unfinished(opened)
        record = opened.ledger.load_run(run)
        tip = _tip(opened.repo, branch)
        head = _judged_head(opened, record, tip)
        if opened.repo.is_ancestor(head, tip):
            return Landing(record.plan, run, branch, tip, tip, ())
        _refuse_parted(opened.repo, record, branch)
        paths = tuple(change.path for change in changes(opened.repo, tip, head))
        root = _place(opened.repo, branch)
        return move(opened, LandStarted(run, means.new_id(), branch, tip, head, root, paths), at)


def _current(repo: Repository) -> str:
    branch = repo.head().branch
    if branch is None:
        raise UsageError("no branch is checked out here", hint="name the one to land on with --into")
    return branch


def _tip(repo: Repository, branch: str) -> str:
    tip = read_ref(repo, branch_ref(branch))
    if tip is None:
        raise UsageError(f"there is no branch {branch}", hint=f"`git branch {branch}` makes it where you are")
    return tip


def _judged_head(opened: Opened, record: RunRecord, tip: str) -> str:
    """Return the run's head, which must be where the run left it and must have passed its gates.

    A run that kept nothing itself may stand on what an earlier one kept.
    """
    if record.head == record.base and opened.repo.is_ancestor(record.head, tip):
        raise Refused(f"{record.branch} holds nothing to land", hint=f"`workbench status {record.plan}` says why")
    now = read_ref(opened.repo, branch_ref(record.branch))
    if now != record.head:
        raise Conflict(
            f"the run branch {record.branch} is at {(now or 'nothing')[:12]}, the ledger says {record.head[:12]}",
            hint=f"put it back: `git branch -f {record.branch} {record.head[:12]}`",
        )
    passed = {one.tree for one in record.batches if one.tree is not None} | {record.base_tree}
    passed |= {one.to_tree for one in _certificates(opened, record.run) if one.judged and one.verified}
    if opened.repo.tree(record.head) not in passed:
        raise Refused(
            f"{record.branch} ends with a commit that no gate has judged ({record.head[:12]})",
            hint=f"`workbench run {record.plan}` carries on from it, and judges",
        )
    return record.head


def _certificates(opened: Opened, run: str) -> Iterator[Certificate]:
    facts = (one.event for one in opened.ledger.events(run))
    yield from (one.certificate for one in facts if isinstance(one, RolledBack))


def _refuse_parted(repo: Repository, record: RunRecord, branch: str) -> None:
    """Refuse unless the branch only has to move forward; say what a merge would meet, and whose batches those are."""
    parted = parting(repo, record, branch)
    if parted is None:
        return
    again = f"`workbench plan {record.plan}` and `workbench run {record.plan}` do it on {branch} as it is now"
    if parted.collisions:
        raise Colliding(told(parted, record.branch), hint=again, collisions=parted.collisions)
    raise StalePlan(told(parted, record.branch), hint=again)


def _place(repo: Repository, branch: str) -> str:
    """Return the working tree to write to: this one, or "" when the branch is checked out nowhere."""
    place = checked_out_branches(repo).get(branch_ref(branch))
    if place is None:
        return ""
    if repo.root is None or not place.exists() or not place.samefile(repo.root):
        raise Refused(f"{branch} is checked out in {place}", hint=f"`workbench -C {place} land` lands it there")
    return str(repo.root)

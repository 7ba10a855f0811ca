"""Tells whether a run branch that an earlier run left may make room for a new one: nothing on it is anybody else's."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.engine.opening import Opened
from workbench.model.errors import Refused
from workbench.model.event import BatchKept, RollbackStarted
from workbench.model.plan import Plan
from workbench.repo.refs import OURS, branch_ref, list_refs_with


def refuse_losing(opened: Opened, plan: Plan, branch: str, old: str) -> None:
    """Raise Refused if `branch`, at `old`, holds what only it keeps from being lost, or what somebody else has too."""
    known_bases = {earlier.base for earlier in opened.ledger.runs(plan.name)}
    if old in known_bases or opened.repo.is_ancestor(old, plan.base_commit):
        return
    why = _barred(opened, plan, branch, old)
    if why:
        raise Refused(
            f"the branch {branch} holds commits that {plan.base_rev} does not{why}",
            hint=f"land them, delete the branch (`git branch -D {branch}`), or choose another with --branch",
        )


def waits_to_be_set_aside(opened: Opened, plan: Plan, branch: str, old: str) -> bool:
    """Say whether a new run of `plan` would find the work of an earlier one on the branch, and set it aside."""
    return not opened.repo.is_ancestor(old, plan.base_commit) and not _barred(opened, plan, branch, old)


def _barred(opened: Opened, plan: Plan, branch: str, old: str) -> str:
    """Return why the commits on the branch are not ours alone, "" if they are."""
    listed = opened.repo.git.ask("rev-list", "--topo-order", "--reverse", old, f"^{plan.base_commit}").line
    commits = listed.split("\n") if listed else []
    strange = set(commits) - set(_made(opened, plan, branch))
    if strange:
        return f", and {len(strange)} of them no run of this plan made"
    last = [run for run in opened.ledger.runs() if run.branch == branch][-1]
    if last.head != old:
        return f", and is not at {last.head[:12]}, where {last.run} left it"
    holders = list_refs_with(opened.repo, commits[0], "refs")
    others = [ref for ref in holders if ref != branch_ref(branch) and not ref.startswith(OURS)]
    return f", and {others[0]} has them too" if others else ""


def _made(opened: Opened, plan: Plan, branch: str) -> Iterator[str]:
    """Yield the commits that runs of the plan recorded to have put on the branch."""
    for run in opened.ledger.runs(plan.name):
        if run.branch != branch:
            continue
        for stored in opened.ledger.events(run.run):
            if isinstance(stored.event, BatchKept):
                yield stored.event.commit
            elif isinstance(stored.event, RollbackStarted) and stored.event.mode == "revert":
                yield stored.event.to_commit

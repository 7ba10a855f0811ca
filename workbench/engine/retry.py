"""Tries again what a run set aside, on top of what it kept: a new plan of what is left there, and a new run of it.

Other tools start over, and judge again what has passed. Here only what is left is planned, with the rules
as they stand in the plan file now, so that a corrected rule is tried on the places it was corrected for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.engine.begin import RunOptions, refuse_unfinished, start
from workbench.engine.freeze import freeze
from workbench.engine.means import Means
from workbench.engine.opening import Opened, open_run
from workbench.engine.run import carry_out
from workbench.engine.session import Watch, unwatched
from workbench.engine.workspace import Workspace, read_workspace, refuse_bad_plan
from workbench.model.errors import Refused, StalePlan, UsageError
from workbench.model.run import RunRecord
from workbench.model.violation import SiteState, Violation
from workbench.planning.frozen import dumps
from workbench.planning.planfile import find_plan

SET_ASIDE = (SiteState.QUARANTINED, SiteState.BLOCKED)


def retry(
    directory: Path,
    plan: str | None,
    states: tuple[SiteState, ...],
    *,
    means: Means,
    watch: Watch = unwatched,
    jobs: int = 2,
) -> RunRecord:
    """Plan and run what the plan's newest run left, or, of it, what is in `states`; returns the new run.

    A quarantined file is chosen whole, a blocked place with its rule. Raises Refused when nothing of that can be
    tried, and StalePlan when the base has moved on from under the kept work: then a new plan is the way.
    """
    refuse_bad_plan(directory, plan, means)
    with open_run(directory, means, owner="workbench retry", jobs=jobs) as opened:
        refuse_unfinished(opened)
        ws = read_workspace(opened.repo, find_plan(plan, opened.repo.root or directory), means)
        record = _newest(opened, ws)
        frozen = freeze(ws, _ground(opened, record), opened.transformer, only=_chosen(record, states))
        if not list(frozen.plan.batches()):
            wanted = " or ".join(map(str, states or SET_ASIDE))
            raise Refused(
                f"nothing {wanted} of {ws.spec.name} can be tried again: no codemod would change it now",
                hint=f"`workbench status {ws.spec.name}` shows what is left; nothing was touched",
            )
        opened.ledger.save_plan(frozen.plan, dumps(frozen.plan))
        options = RunOptions(branch=record.branch)
        session = start(opened, ws, frozen.plan, frozen.scanned.project, options, watch)
        return carry_out(session, options)


def _newest(opened: Opened, ws: Workspace) -> RunRecord:
    run = opened.ledger.latest_run(ws.spec.name)
    if run is None:
        raise UsageError(f"there is no run of {ws.spec.name} to try again", hint=f"workbench run {ws.spec.name}")
    return opened.ledger.load_run(run)


def _ground(opened: Opened, record: RunRecord) -> str:
    """Return the commit to go on from: HEAD once the kept work is in it, else the kept work."""
    head = opened.repo.resolve("HEAD")
    if opened.repo.is_ancestor(record.head, head):
        return head
    if opened.repo.is_ancestor(head, record.head):
        return record.head
    raise StalePlan(
        f"HEAD has gone on since {record.run} began, and {record.branch} knows nothing of it",
        hint=f"`workbench plan {record.plan}` and `workbench run {record.plan}` do it on HEAD as it is now",
    )


def _chosen(record: RunRecord, states: tuple[SiteState, ...]) -> Callable[[Violation], bool]:
    if not states:
        return lambda _one: True
    files = {one.path for one in record.violations if one.state is SiteState.QUARANTINED}
    places = {(one.path, one.rule) for one in record.violations if one.state is SiteState.BLOCKED}

    def chosen(one: Violation) -> bool:
        quarantined = SiteState.QUARANTINED in states and one.path in files
        return quarantined or (SiteState.BLOCKED in states and (one.path, one.rule) in places)

    return chosen

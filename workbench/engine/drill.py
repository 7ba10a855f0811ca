"""Rolls one batch forth and back in the sandbox before its phase starts: the way back is tried before it is needed.

Plans promise a rollback that nobody has tried. Here it is tried on this repository, with this git, these attributes
and this file system, and the trees that lie there are compared with those that were promised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.engine.batch import BatchStory
from workbench.engine.made import commit, make
from workbench.model.errors import EnvironmentFailed
from workbench.model.event import Drilled
from workbench.model.plan import Batch
from workbench.model.run import Drill
from workbench.repo.history import Clash, merge_tree_revert


def drill(story: BatchStory, phase: str, batches: Sequence[Batch], numbers: Mapping[str, int]) -> None:
    """Try the way forth and back with the first of `batches` that changes something, once for each phase of a run.

    A plan without gates gets none: it needs no sandbox, and some trees cannot be checked out and still be migrated.
    Raises EnvironmentFailed when it does not come back to the tree it started from; nothing was kept then.
    """
    session = story.session
    if not session.ws.spec.gates:
        return
    if any(one.phase == phase and one.verified for one in session.ledger.load_run(session.run).drills):
        return
    for batch in batches:
        made = story.ready[batch.id] = make(session, batch)
        if made.after:
            candidate = commit(session, batch, made, when=session.started + numbers[batch.id])
            tried = _tried(story, Drill(phase, batch.id, candidate.commit, candidate.tree, "", "", "", ""))
            session.record(Drilled(session.run, tried))
            if not tried.verified:
                raise _failed(tried)
            return


def _tried(story: BatchStory, planned: Drill) -> Drill:
    repo, stage, tip = story.session.ws.repo, story.session.stage, story.session.tip
    undone = merge_tree_revert(repo, tip=planned.commit, commit=planned.commit)
    return Drill(
        planned.phase,
        planned.batch,
        planned.commit,
        planned.forth_expected,
        stage.tree_of(planned.commit),
        repo.tree(tip),
        stage.tree_of(tip),
        "" if isinstance(undone, Clash) else undone,
    )


def _failed(tried: Drill) -> EnvironmentFailed:
    ways = (
        ("forth", tried.forth_actual, tried.forth_expected),
        ("back", tried.back_actual, tried.back_expected),
        ("back by a revert", tried.undone, tried.back_expected),
    )
    way, actual, expected = next(one for one in ways if one[1] != one[2])
    return EnvironmentFailed(
        f"the drill of {tried.phase} failed: {tried.batch} rolled {way} in the sandbox is tree {actual[:12]}, "
        f"and should be {expected[:12]}",
        hint="something writes to the sandbox, or git does (`workbench doctor`); nothing was kept. "
        "`workbench resume` tries again, `workbench abort` ends the run",
    )

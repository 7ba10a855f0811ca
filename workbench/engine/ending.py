"""Clears away what a run keeps only while it is under way."""

from __future__ import annotations

from workbench.engine.session import Session
from workbench.model.errors import EnvironmentFailed
from workbench.model.fault import fault
from workbench.repo.leftovers import break_own_lock
from workbench.repo.refs import put_ref, read_ref


def unpin(session: Session) -> None:
    """Let the last candidate go: what was kept is on the branch.

    Before the end is recorded: whoever is killed in between is resumed, and lets it go then.

    Its ref stays, at the base. To remove one, git locks all packed refs of the repository, and a git that was killed
    right then would leave that lock to the user.
    """
    repo, ref, base = session.ws.repo, session.side_ref("cand"), session.plan.base_commit
    if read_ref(repo, ref) in (None, base):
        return
    fault("unpin.before")
    try:
        put_ref(repo, ref, base)
    except EnvironmentFailed:  # the run is done; one commit stays pinned, and that is all
        break_own_lock(repo, ref)
    fault("unpin.after")

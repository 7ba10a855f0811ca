"""Clears away what a run keeps only while it is under way."""

from __future__ import annotations

from contextlib import suppress

from workbench.engine.session import Session
from workbench.model.errors import EnvironmentFailed
from workbench.repo.refs import delete_ref, read_ref


def unpin(session: Session) -> None:
    """Let the last candidate go: what was kept is on the branch."""
    ref = session.side_ref("cand")
    pinned = read_ref(session.ws.repo, ref)
    # Another git may hold the packed refs just now. The run is done; one commit stays pinned, and that is all.
    with suppress(EnvironmentFailed):
        if pinned is not None:
            delete_ref(session.ws.repo, ref, pinned)

"""Who a request is for: passed along from the route to the last agent."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class UserExecutionContext:
    """A user, the thread the user is in, and the run that answers."""

    user_id: str
    thread_id: str
    run_id: str = "run-1"

    def for_run(self, run_id: str) -> UserExecutionContext:
        """Return the same user and thread for another run."""
        return replace(self, run_id=run_id)

"""Decides which agent should answer, and tells the user each step it takes."""

from __future__ import annotations

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core import create_websocket_manager
from netra_backend.app.websocket_core.types import CRITICAL_EVENTS


class TriageAgent:
    """One agent for one user."""

    def __init__(self, user_context: UserExecutionContext) -> None:
        self.user_context = user_context

    async def run(self, request: str) -> str:
        manager = await create_websocket_manager(
            user_context=self.user_context,  # never the context of another request
        )
        for event in CRITICAL_EVENTS:
            await manager.emit_event(event, {"request": request})
        return f"a plan for {request!r}"

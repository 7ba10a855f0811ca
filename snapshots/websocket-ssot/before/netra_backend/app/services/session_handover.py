"""Moves a user's session from one device to the next without a gap.

For a moment two managers of the same user are open: the one that leaves falls silent as soon as the one that
arrives has taken over.
"""

from __future__ import annotations

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.types import Socket
from netra_backend.app.websocket_core.websocket_manager import WebSocketManager


class SessionHandover:
    """One move of one user."""

    def __init__(self, user_context: UserExecutionContext) -> None:
        self.user_context = user_context
        self.leaving = WebSocketManager()
        self.arriving = WebSocketManager()

    def attach(self, socket: Socket) -> None:
        self.arriving.connect(socket)

    async def run(self, device: str) -> int:
        """Hand over to `device` and return how many screens saw the end of it."""
        await self.leaving.emit_event("handover_started", {"device": device})
        self.leaving.pause()
        return await self.arriving.emit_event("handover_finished", {"device": device})

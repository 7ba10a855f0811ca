"""Opens and renames the threads of a user."""

from __future__ import annotations

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.types import Socket
from netra_backend.app.websocket_core.unified_manager import UnifiedWebSocketManager as WebSocketManager


class ThreadService:
    """The threads of one user."""

    def __init__(self, user_context: UserExecutionContext) -> None:
        self.user_context = user_context

    def attach(self, socket: Socket) -> None:
        WebSocketManager().connect(socket)

    async def thread_opened(self, title: str) -> int:
        """Announce a thread and return how many screens showed it."""
        return await WebSocketManager().emit_event("thread_opened", {"title": title})

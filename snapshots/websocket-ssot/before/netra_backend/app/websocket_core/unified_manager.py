"""A copy of the manager from before the consolidation, which has drifted since.

It has its own shared sockets, cannot pause, and leaves the thread out of its events. Kept until nobody
imports it (issue #1104).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from netra_backend.app.websocket_core.types import Connections, Socket, UserContext, WebSocketEvent

logger = logging.getLogger(__name__)

_connections = Connections()


class UnifiedWebSocketManager:
    """The drifted duplicate of `websocket_manager.WebSocketManager`."""

    def __init__(self, user_context: UserContext | None = None) -> None:
        self.user_context = user_context
        self.history: list[WebSocketEvent] = []

    @property
    def is_connected(self) -> bool:
        return len(_connections) > 0

    def connect(self, socket: Socket) -> None:
        _connections.add(socket)

    def disconnect(self, socket: Socket) -> None:
        _connections.remove(socket)

    async def emit_event(self, event_type: str, data: Mapping[str, object] | None = None) -> int:
        user_id = self.user_context.user_id if self.user_context else None
        event = WebSocketEvent(event_type, dict(data or {}), user_id=user_id)
        self.history.append(event)
        for socket in _connections:
            socket.deliver(event)
        return len(_connections)


def forget_everybody() -> None:
    """Drop every shared socket."""
    _connections.clear()

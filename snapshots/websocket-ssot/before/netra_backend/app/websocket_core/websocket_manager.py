"""The one WebSocket manager, and the one way to get it: `get_websocket_manager(user_context)`."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from netra_backend.app.websocket_core.types import (
    Connections,
    Socket,
    UserContext,
    WebSocketEvent,
    WebSocketManagerMode,
)

logger = logging.getLogger(__name__)

ANONYMOUS = "anonymous"

# Whoever constructs a manager directly gets these, and so does everybody else who does: the
# cross-user contamination of issue #1116.
_shared_connections = Connections()

_managers: dict[tuple[str, WebSocketManagerMode], WebSocketManager] = {}


class WebSocketManager:
    """One user's open sockets and what was sent over them."""

    def __init__(
        self,
        user_context: UserContext | None = None,
        mode: WebSocketManagerMode = WebSocketManagerMode.UNIFIED,
        *,
        connections: Connections | None = None,
    ) -> None:
        if connections is None:
            logger.warning("Direct WebSocketManager instantiation not allowed; use get_websocket_manager()")
            connections = _shared_connections
        self.user_context = user_context
        self.mode = mode
        self.paused = False
        self.history: list[WebSocketEvent] = []
        self._connections = connections

    @property
    def is_connected(self) -> bool:
        """Say whether anybody would hear an event."""
        return len(self._connections) > 0

    def connect(self, socket: Socket) -> None:
        """Send everything from now on to `socket` as well."""
        self._connections.add(socket)

    def disconnect(self, socket: Socket) -> None:
        """Stop sending to `socket`; unknown sockets are ignored."""
        self._connections.remove(socket)

    def pause(self) -> None:
        """Hold this manager's tongue until `resume`."""
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    async def emit_event(self, event_type: str, data: Mapping[str, object] | None = None) -> int:
        """Send an event to every open socket and return how many there were."""
        if self.paused:
            return 0
        event = WebSocketEvent(
            event_type,
            dict(data or {}),
            user_id=self.user_context.user_id if self.user_context else None,
            thread_id=self.user_context.thread_id if self.user_context else None,
        )
        self.history.append(event)
        for socket in self._connections:
            socket.deliver(event)
        return len(self._connections)


def get_websocket_manager(
    user_context: UserContext | None = None,
    mode: WebSocketManagerMode = WebSocketManagerMode.UNIFIED,
) -> WebSocketManager:
    """Return the manager of this user, the same one every time. Synchronous: never await it."""
    key = (user_context.user_id if user_context else ANONYMOUS, mode)
    if key not in _managers:
        _managers[key] = WebSocketManager(user_context, mode, connections=Connections())
    return _managers[key]


def forget_everybody() -> None:
    """Drop every manager and every shared socket: for tests, and for a worker that starts afresh."""
    _managers.clear()
    _shared_connections.clear()

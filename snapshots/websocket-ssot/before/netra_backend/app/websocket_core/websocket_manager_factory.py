"""Deprecated: the old way to a manager. Use `websocket_manager.get_websocket_manager` (issue #1066).

The factory initialises at import time, and everything it makes talks to the same sockets.
"""

from __future__ import annotations

import logging

from netra_backend.app.websocket_core.types import UserContext
from netra_backend.app.websocket_core.websocket_manager import WebSocketManager

logger = logging.getLogger(__name__)

_created_since_start: list[str] = []


def create_websocket_manager(user_context: UserContext | None = None) -> WebSocketManager:
    """Return a new manager that knows its user but shares its sockets with everybody."""
    logger.warning("create_websocket_manager() is deprecated; use get_websocket_manager()")
    _created_since_start.append(user_context.user_id if user_context else "anonymous")
    return WebSocketManager(user_context)


def created_since_start() -> int:
    """Return how many managers the factory has made: the number that should have been one per user."""
    return len(_created_since_start)

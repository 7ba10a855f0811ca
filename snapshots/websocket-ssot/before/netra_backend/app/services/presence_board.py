"""Shows support who is online; older than user contexts, and it belongs to nobody."""

from __future__ import annotations

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core.websocket_manager import WebSocketManager


async def announce(user_context: UserExecutionContext) -> int:
    """Tell a user that support has arrived."""
    return await WebSocketManager().emit_event("support_arrived", {"user": user_context.user_id})


async def refresh(online: int) -> int:
    """Put a number on the board in the support room."""
    return await WebSocketManager().emit_event("board_refreshed", {"online": online})

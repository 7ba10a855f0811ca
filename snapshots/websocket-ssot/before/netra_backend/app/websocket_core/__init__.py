"""Live connections to users.

Everything is re-exported here for the code that still imports it from the package; new code imports
from `websocket_manager`.
"""

from netra_backend.app.websocket_core.types import WebSocketEvent, WebSocketManagerMode
from netra_backend.app.websocket_core.unified_manager import UnifiedWebSocketManager
from netra_backend.app.websocket_core.websocket_manager import WebSocketManager, get_websocket_manager
from netra_backend.app.websocket_core.websocket_manager_factory import create_websocket_manager

__all__ = [
    "UnifiedWebSocketManager",
    "WebSocketEvent",
    "WebSocketManager",
    "WebSocketManagerMode",
    "create_websocket_manager",
    "get_websocket_manager",
]

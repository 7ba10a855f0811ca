"""The WebSocket endpoint: one coroutine for each open browser tab."""

from __future__ import annotations

from collections.abc import Iterable

from netra_backend.app.agents.triage_agent import TriageAgent
from netra_backend.app.services.thread_service import ThreadService
from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core import websocket_manager_factory as factory
from netra_backend.app.websocket_core.types import Socket


async def websocket_endpoint(
    user_context: UserExecutionContext, socket: Socket, requests: Iterable[str]
) -> list[str]:
    """Serve a tab until it has nothing more to ask, and return the answers."""
    manager = factory.create_websocket_manager(user_context)
    manager.connect(socket)
    await manager.emit_event("connection_ready")
    answers = [await answer(user_context, request) for request in requests]
    await factory.create_websocket_manager(user_context).emit_event("connection_closed")
    return answers


async def answer(user_context: UserExecutionContext, request: str) -> str:
    """Ping is answered here, threads by their service, everything else by an agent."""
    if request == "ping":
        return "pong"
    if request.startswith("thread "):
        return f"shown on {await ThreadService(user_context).thread_opened(request)} screens"
    return await TriageAgent(user_context).run(request)

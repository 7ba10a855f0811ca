"""Two users, a socket for each, and a clean slate before every test."""

from __future__ import annotations

import pytest

from netra_backend.app.services.user_execution_context import UserExecutionContext
from netra_backend.app.websocket_core import unified_manager, websocket_manager
from netra_backend.app.websocket_core.types import WebSocketEvent


class RecordingSocket:
    """A browser tab that keeps what it is sent."""

    def __init__(self) -> None:
        self.events: list[WebSocketEvent] = []

    def deliver(self, event: WebSocketEvent) -> None:
        self.events.append(event)

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]


@pytest.fixture(autouse=True)
def clean_slate():
    websocket_manager.forget_everybody()
    unified_manager.forget_everybody()


@pytest.fixture
def user_context():
    return UserExecutionContext("alice", thread_id="thread-of-alice")


@pytest.fixture
def stranger():
    return UserExecutionContext("bob", thread_id="thread-of-bob")


@pytest.fixture
def socket():
    return RecordingSocket()


@pytest.fixture
def other_socket():
    return RecordingSocket()

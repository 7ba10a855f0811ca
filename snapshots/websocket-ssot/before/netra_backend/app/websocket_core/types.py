"""What travels over a WebSocket, and over what it travels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

CRITICAL_EVENTS = (
    "agent_started",
    "agent_thinking",
    "tool_executing",
    "tool_completed",
    "agent_completed",
)


class WebSocketManagerMode(Enum):
    """UNIFIED is what everybody uses; ISOLATED gives a user's background jobs a manager of their own."""

    UNIFIED = "unified"
    ISOLATED = "isolated"


@dataclass(frozen=True)
class WebSocketEvent:
    """One message to a user's screen."""

    type: str
    data: Mapping[str, object] = field(default_factory=dict)
    user_id: str | None = None
    thread_id: str | None = None


class Socket(Protocol):
    """The far end: a browser tab, or a test that plays one."""

    def deliver(self, event: WebSocketEvent) -> None: ...


class UserContext(Protocol):
    """What a manager needs to know of its user."""

    @property
    def user_id(self) -> str: ...

    @property
    def thread_id(self) -> str: ...


class Connections:
    """The open sockets one manager sends to, in the order they came."""

    def __init__(self) -> None:
        self._sockets: list[Socket] = []

    def add(self, socket: Socket) -> None:
        if socket not in self._sockets:
            self._sockets.append(socket)

    def remove(self, socket: Socket) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)

    def clear(self) -> None:
        self._sockets.clear()

    def __iter__(self) -> Iterator[Socket]:
        return iter(tuple(self._sockets))

    def __len__(self) -> int:
        return len(self._sockets)

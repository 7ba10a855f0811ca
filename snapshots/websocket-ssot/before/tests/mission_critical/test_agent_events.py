"""The five critical events: each arrives, on its user's screen and on no other. Nine of eighteen do at first."""

from __future__ import annotations

import asyncio

import pytest

from netra_backend.app.routes.websocket import websocket_endpoint
from netra_backend.app.websocket_core.types import CRITICAL_EVENTS
from netra_backend.app.websocket_core.websocket_manager import get_websocket_manager
from netra_backend.app.websocket_core.websocket_manager_factory import create_websocket_manager


@pytest.mark.parametrize("event", CRITICAL_EVENTS)
def test_event_arrives(event, user_context, socket):
    manager = create_websocket_manager(user_context)
    manager.connect(socket)

    assert asyncio.run(manager.emit_event(event)) == 1
    assert socket.types == [event]


@pytest.mark.parametrize("event", CRITICAL_EVENTS)
def test_event_stays_with_its_user(event, user_context, stranger, socket):
    create_websocket_manager(stranger).connect(socket)

    asyncio.run(create_websocket_manager(user_context).emit_event(event))

    assert socket.events == []


@pytest.mark.parametrize("event", CRITICAL_EVENTS[:3])
def test_event_from_a_coroutine(event, user_context, socket):
    async def scenario():
        manager = await get_websocket_manager(user_context)
        manager.connect(socket)
        return await manager.emit_event(event)

    assert asyncio.run(scenario()) == 1


def test_events_carry_their_user(user_context, socket):
    manager = create_websocket_manager(user_context)
    manager.connect(socket)

    asyncio.run(manager.emit_event("agent_started"))

    assert socket.events[0].user_id == user_context.user_id


def test_nothing_arrives_on_a_closed_socket(user_context, socket):
    manager = create_websocket_manager(user_context)
    manager.connect(socket)
    manager.disconnect(socket)

    assert asyncio.run(manager.emit_event("agent_started")) == 0


def test_a_new_user_has_no_connection(user_context):
    assert not create_websocket_manager(user_context).is_connected


def test_login_is_answered(user_context, socket):
    assert asyncio.run(websocket_endpoint(user_context, socket, ["ping"])) == ["pong"]
    assert socket.types == ["connection_ready", "connection_closed"]


def test_golden_path_from_login_to_answer(user_context, socket):
    asyncio.run(websocket_endpoint(user_context, socket, ["Help me optimize my cloud costs"]))

    assert socket.types == ["connection_ready", *CRITICAL_EVENTS, "connection_closed"]

"""Threads, and the manager they rely on."""

from __future__ import annotations

import asyncio
from unittest import mock

from netra_backend.app.routes.websocket import answer
from netra_backend.app.services.thread_service import ThreadService
from netra_backend.app.websocket_core.websocket_manager import WebSocketManager as Manager


def test_a_thread_is_shown(user_context, socket):
    threads = ThreadService(user_context)
    threads.attach(socket)

    assert asyncio.run(threads.thread_opened("Cloud costs")) == 1
    assert socket.types == ["thread_opened"]


def test_a_manager_remembers_what_it_sent(user_context):
    manager = Manager()

    asyncio.run(manager.emit_event("thread_opened"))

    assert [event.type for event in manager.history] == ["thread_opened"]


def test_a_manager_knows_its_user(user_context):
    assert Manager().user_context is user_context


def test_a_ping_needs_no_manager(user_context):
    with mock.patch(
        "netra_backend.app.websocket_core.websocket_manager_factory.create_websocket_manager"
    ) as factory:
        assert asyncio.run(answer(user_context, "ping")) == "pong"

    factory.assert_not_called()

"""Components with more than one user in the house."""

from __future__ import annotations

import asyncio
import importlib

from netra_backend.app.services.thread_service import ThreadService
from netra_backend.app.websocket_core.websocket_manager import get_websocket_manager
from netra_backend.app.websocket_core.websocket_manager_factory import create_websocket_manager as make_manager


def open_by_name(module, name, user_context):
    return getattr(importlib.import_module(f"netra_backend.app.services.{module}"), name)(user_context)


def test_threads_of_two_users(user_context, stranger, socket, other_socket):
    ThreadService(user_context).attach(socket)
    ThreadService(stranger).attach(other_socket)

    asyncio.run(ThreadService(user_context).thread_opened("Confidential"))

    assert socket.types == ["thread_opened"]
    assert other_socket.events == []


def test_a_user_comes_back_on_another_socket(user_context, socket, other_socket):
    make_manager(user_context).connect(socket)
    make_manager(user_context).disconnect(socket)
    make_manager(user_context).connect(other_socket)

    assert asyncio.run(make_manager(user_context).emit_event("welcome_back")) == 1
    assert socket.events == []


def test_two_users_in_one_coroutine(user_context, stranger):
    async def scenario():
        mine = await get_websocket_manager(user_context)
        theirs = await get_websocket_manager(stranger)
        return mine is theirs

    assert asyncio.run(scenario()) is False


def test_a_user_changes_the_device(user_context, socket):
    move = open_by_name("session_handover", "SessionHandover", user_context)
    move.attach(socket)

    assert asyncio.run(move.run("phone")) == 1
    assert socket.types == ["handover_started", "handover_finished"]

"""A command while it is at work: its process, those it started, and in the end what it said."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from tests.reliability.quick import QuickPlace
from tests.reliability.story import Ended

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class AtWork:
    """`process` is that of the command."""

    process: psutil.Process
    _ended: Future[Ended]

    def ended(self) -> Ended:
        return self._ended.result(PATIENCE_SECONDS)

    def is_done(self) -> bool:
        return self._ended.done()

    def started(self) -> list[psutil.Process]:
        """Return the processes below it that live now."""
        with suppress(psutil.Error):
            return self.process.children(recursive=True)
        return []


@contextmanager
def at_work(place: QuickPlace, *words: str, fault: str = "") -> Iterator[AtWork]:
    """Start a command and hand it out while it runs; it is waited for."""
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(place.workbench, *words, fault=fault)
        server = psutil.Process(place.forker.pid)
        wait_for(lambda: ended.done() or server.children())
        below = server.children()
        yield AtWork(below[0] if below else server, ended)


def wait_for(happened: Callable[[], object]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.005)

"""Lets one thread end the command that another one waits for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock


class Leash:
    """What holds the commands of one judging, one after the other; cut, the one under way ends, and none begins.

    It holds our end of the lifeline of whoever watches the command, and closes it exactly once: a second
    close could hit a descriptor that another thread has been given since.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: int | None = None
        self._cut = False

    @property
    def is_cut(self) -> bool:
        return self._cut

    def cut(self) -> None:
        """End what is under way; this does not wait for it."""
        self._cut = True
        self._close()

    @contextmanager
    def holding(self, held: int) -> Iterator[Callable[[], None]]:
        """Hold our end of a lifeline, and give what closes it; it is closed in the end anyway."""
        with self._lock:
            self._held = held
        try:
            if self._cut:
                self._close()
            yield self._close
        finally:
            self._close()

    def _close(self) -> None:
        with self._lock:
            held, self._held = self._held, None
            if held is not None:
                os.close(held)

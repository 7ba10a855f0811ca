"""Spreads work over files to processes, in chunks coarse enough that handing them over costs nothing to speak of.

Small work stays in this process: another one first has to import the rules, which is worth it for hundreds of files
only. The garbage collector rests while a chunk is worked on: syntax trees are many objects and hold no circles, and
looking for some took a third of the time.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import ClassVar, TypeVar, cast

from workbench.model.errors import EnvironmentFailed
from workbench.scan.lifeline import end_with_parent

K = TypeVar("K")
T = TypeVar("T")
R = TypeVar("R")

Work = Callable[[K, Sequence[T]], R]

_SMALL = 300
_CHUNK = 64


def spread(work: Work[K, T, R], kit: K, items: Sequence[T], *, jobs: int | None = None) -> Iterator[R]:
    """Yield `work(kit, chunk)` for chunks of `items`, in order.

    `jobs` is the number of processes, None for one per core. `work` is a function of a module; `kit`, what all chunks
    share, goes to each process once. Raises EnvironmentFailed when a process dies.
    """
    processes = jobs or os.cpu_count() or 1
    if processes == 1 or len(items) < _SMALL:
        for at in range(0, len(items), _CHUNK):
            with collector_at_rest():
                done = work(kit, items[at : at + _CHUNK])
            yield done
        return
    context = multiprocessing.get_context("forkserver")
    # Imported once, in the process that the workers are forked from.
    context.set_forkserver_preload([work.__module__])
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_Post.take, initargs=(work, kit)) as pool:
        futures = [pool.submit(_Post.carry_out, items[at : at + _CHUNK]) for at in range(0, len(items), _CHUNK)]
        try:
            for future in futures:
                yield cast("R", future.result())
        except BrokenProcessPool as error:
            raise EnvironmentFailed(
                "a scanning process died before it was done; that is nearly always a lack of memory",
                hint="try again with one process",
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


class _Post:
    """What this process was told to do with every chunk it is handed."""

    work: ClassVar[Callable[..., object]]
    kit: ClassVar[object]

    @classmethod
    def take(cls, work: Work[K, T, R], kit: K) -> None:
        end_with_parent()
        cls.work, cls.kit = staticmethod(work), kit

    @classmethod
    def carry_out(cls, chunk: Sequence[object]) -> object:
        with collector_at_rest():
            return cls.work(cls.kit, chunk)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Look for no circles of garbage meanwhile; what nothing refers to goes at once, as ever."""
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()

"""Rewrites the files of a batch in limited worker processes; a crash there is one file's result, not the run's.

LibCST's and Fixit's runners write each file in place as a worker finishes. Here nothing is written:
bytes come back, and what could not be rewritten comes back with its reason.
"""

from __future__ import annotations

import multiprocessing
import pickle
import resource
import signal
import traceback
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from workbench.codemod.project import Project
from workbench.codemod.rewrite import FileFailed, FileRewrite, rewrite_file
from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Rule
from workbench.scan.crew import collector_at_rest
from workbench.scan.lifeline import end_with_parent

_SECONDS_A_FILE = 60
_BYTES_A_WORKER = 2 << 30
_FILES_A_CHUNK = 16
_SLACK = 60
"""Seconds that a worker may take to start, and to be heard of, before it is given up."""
_BROKEN = (BrokenProcessPool, CancelledError, TimeoutError)

Outcome = FileRewrite | FileFailed
Wanted = Mapping[str, frozenset[str]]
"""Fingerprints to mend, by rule id."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file to rewrite."""

    path: str
    source: bytes
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Kit:
    """What every job of one call shares: rules in the order they apply, and the facts of the tree.

    `facts`: whether those of what changes are wanted too.
    """

    rules: tuple[Rule[Any], ...]
    project: Project
    roots: ModuleMap
    facts: bool = False


class Transformer:
    """A pool of workers that lives as long as a run; `jobs` is the number of processes, `seconds` the limit a file."""

    def __init__(self, jobs: int, *, seconds: float = _SECONDS_A_FILE) -> None:
        self._jobs = max(1, jobs)
        self._seconds = seconds
        self._pool: ProcessPoolExecutor | None = None
        self._modules = [__name__]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop(wait=kind is None)

    def apply(self, jobs: Sequence[Job], kit: Kit) -> Iterator[Outcome]:
        """Yield one outcome per job, in order."""
        packed = pickle.dumps(kit)
        chunks = [jobs[at : at + _FILES_A_CHUNK] for at in range(0, len(jobs), _FILES_A_CHUNK)]
        self._modules = [__name__, *sorted({type(rule).__module__ for rule in kit.rules})]
        futures = {at: self._submit(chunk, packed) for at, chunk in enumerate(chunks)}
        for at, chunk in enumerate(chunks):
            try:
                yield from futures[at].result(timeout=self._seconds * len(chunk) + _SLACK)
            except _BROKEN:
                # Somebody in this chunk, or in one that ran beside it, broke the pool: ask one by one.
                self._stop(wait=False)
                yield from (self._alone(job, packed) for job in chunk)
                lost = (other for other in range(at + 1, len(chunks)) if not _is_answered(futures[other]))
                futures |= {other: self._submit(chunks[other], packed) for other in lost}

    def _alone(self, job: Job, packed: bytes) -> Outcome:
        try:
            answer = self._submit([job], packed)
            workers = self._workers()
            return answer.result(timeout=self._seconds + _SLACK)[0]
        except _BROKEN as error:
            self._stop(wait=False)
            if isinstance(error, TimeoutError) or any(one.exitcode == -signal.SIGALRM for one in workers):
                return FileFailed(job.path, "too-slow", f"rewriting took longer than {self._seconds:g} s")
            return FileFailed(job.path, "crashed", "the rewriting process died on this file")

    def _submit(self, chunk: Sequence[Job], packed: bytes) -> Future[list[Outcome]]:
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            # Imported once, in the process that the workers are forked from.
            context.set_forkserver_preload(self._modules)
            self._pool = ProcessPoolExecutor(self._jobs, mp_context=context, initializer=_begin)
        try:
            return self._pool.submit(_work, list(chunk), packed, self._seconds)
        except BrokenProcessPool as error:
            lost: Future[list[Outcome]] = Future()
            lost.set_exception(error)
            return lost

    def _workers(self) -> list[BaseProcess]:
        return list((getattr(self._pool, "_processes", None) or {}).values())

    def _stop(self, *, wait: bool) -> None:
        workers = self._workers()
        pool, self._pool = self._pool, None
        if pool is None:
            return
        pool.shutdown(wait=wait, cancel_futures=True)
        if not wait:
            for worker in workers:
                worker.kill()


def _begin() -> None:
    end_with_parent()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES_A_WORKER, _BYTES_A_WORKER))


def _is_answered(future: Future[list[Outcome]]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _work(chunk: list[Job], packed: bytes, seconds: float) -> list[Outcome]:
    kit = _unpack(packed)
    with collector_at_rest():
        return [_in_time(job, kit, seconds) for job in chunk]


def _in_time(job: Job, kit: Kit, seconds: float) -> Outcome:
    """Rewrite a file, or be ended by the alarm: native code would not hear of an exception."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return _rewrite(job, kit)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@cache
def _unpack(packed: bytes) -> Kit:
    _unpack.cache_clear()
    kit: Kit = pickle.loads(packed)  # noqa: S301 - written by our own parent process a moment ago
    return kit


def _rewrite(job: Job, kit: Kit) -> Outcome:
    rules = [rule for rule in kit.rules if job.wanted.get(rule.id)]
    try:
        return rewrite_file(
            job.path,
            job.source,
            rules=rules,
            wanted=job.wanted,
            project=kit.project,
            roots=kit.roots,
            with_facts=kit.facts,
        )
    except (RecursionError, MemoryError) as error:
        return FileFailed(job.path, "too-deep", type(error).__name__)
    except Exception as error:  # noqa: BLE001  a rule's crash is this file's result, named, and not the run's
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        return FileFailed(job.path, "crashed", f"{type(error).__name__} in {where}: {error}")

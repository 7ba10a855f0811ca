"""Asks gates: the question at hand in one sandbox, and in the others what will probably be asked next.

Zuul tests a queue of changes as if each one before passed, and throws away what a wrong guess brought. Here a
guess is a question that the search for the guilty may come to. Nothing that is learnt ahead is written down or acted
upon before the question is asked in its turn, so that a run does what it would do with one sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from workbench.engine.stage import Stage
from workbench.gates.leash import Leash
from workbench.gates.repeated import run_gate
from workbench.model.errors import WorkbenchError
from workbench.model.gate import GateReport
from workbench.planning.spec import GateSpec


@dataclass(frozen=True, slots=True)
class Question:
    """What does a gate say of a commit with this tree? `files` are the changed ones; `batch` is "" for none."""

    gate: GateSpec
    commit: str
    tree: str
    files: tuple[str, ...]
    batch: str = ""


@dataclass(slots=True, eq=False)
class _UnderWay:
    question: Question
    leash: Leash
    answer: Future[GateReport | None]
    begun: bool = False


class Sandboxes:
    """The sandboxes of a run. One thread asks, and alone writes the ledger; what runs ahead has threads of its own.

    `own` is the stage of the thread that asks. `in_vain` is told of every gate that was run, wholly or in part, and
    whose answer nobody wanted.
    """

    def __init__(self, stages: Sequence[Stage], *, in_vain: Callable[[Question], None]) -> None:
        self.own, *others = stages
        self.room = len(others)
        """How many questions may be answered ahead."""
        self._home = str(self.own.home)
        self._in_vain = in_vain
        self._idle: SimpleQueue[Stage] = SimpleQueue()
        for stage in others:
            self._idle.put(stage)
        self._threads = ThreadPoolExecutor(len(stages), thread_name_prefix="gate")
        self._under_way: list[_UnderWay] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._under_way:
            _end(one)
        self._threads.shutdown()

    def want(self, questions: Iterable[Question], *, asked: Iterable[Question] = ()) -> None:
        """Have these answered ahead, the first of them, as far as there is room; end what is under way for others.

        What is `asked` at this moment goes on if it was begun.
        """
        able = (one for one in questions if one.gate.max_seconds is None)
        wanted, kept = [*dict.fromkeys(able)][: self.room], [*asked]
        self._drop([one for one in self._under_way if one.question not in (*wanted, *kept)])
        begun = [one.question for one in self._under_way]
        for question in wanted:
            if question not in begun:
                self._under_way.append(one := _UnderWay(question, Leash(), Future()))
                one.answer = self._threads.submit(self._answer, one)

    def ask(self, question: Question, *, alone: bool = False) -> GateReport:
        """Return what the gate says, if need be by waiting for what was begun ahead.

        `alone`: no other gate runs meanwhile, as for one whose time counts. One that does not finish beside
        others is asked once more, alone: what disturbs it may be those.
        """
        if alone or question.gate.max_seconds is not None:
            self._hush()
            return self._run(question, self.own)
        report = self._taken(question)
        accompanied = report is not None or self._is_busy()
        if report is None:
            report = self._run(question, self.own)
        if report.verdict.finished or not accompanied:
            return report
        self._in_vain(question)
        return self.ask(question, alone=True)

    def _taken(self, question: Question) -> GateReport | None:
        """Return what was begun ahead; while it is waited for, another gate may run on the asking thread's stage."""
        for one in self._under_way:
            if one.question == question:
                self._idle.put(self.own)
                try:
                    report = one.answer.result()
                except WorkbenchError:
                    report = None  # asked again, it says what is wrong
                # Not when interrupted: it is still under way then, and must be ended, not waited for.
                self._under_way.remove(one)
                self.own = self._idle.get()
                return report
        return None

    def _is_busy(self) -> bool:
        return any(not one.answer.done() for one in self._under_way)

    def _hush(self) -> None:
        """End what still runs, and wait until nothing does."""
        running = [one for one in self._under_way if not one.answer.done()]
        self._drop(running)
        wait([one.answer for one in running])

    def _drop(self, unwanted: Sequence[_UnderWay]) -> None:
        """End judgings, without waiting for that."""
        self._under_way = [one for one in self._under_way if one not in unwanted]
        for one in unwanted:
            _end(one)
        for one in unwanted:
            if one.begun:
                self._in_vain(one.question)

    def _answer(self, one: _UnderWay) -> GateReport | None:
        stage = self._idle.get()
        try:
            if one.leash.is_cut:
                return None
            one.begun = True
            return self._run(one.question, stage, one.leash)
        finally:
            self._idle.put(stage)

    def _run(self, question: Question, stage: Stage, leash: Leash | None = None) -> GateReport:
        report = run_gate(question.gate, bench=lambda: stage.at(question.commit, leash), files=question.files)
        return _told_as(report, str(stage.home), self._home)


def _end(one: _UnderWay) -> None:
    one.leash.cut()
    one.answer.cancel()


def _told_as(report: GateReport, place: str, wanted: str) -> GateReport:
    """Name one sandbox like another: a test is the same test wherever it ran."""

    def told(text: str) -> str:
        return text.replace(place, wanted)

    if place == wanted:
        return report
    tests = report.tests if report.tests is None else {told(test): one for test, one in report.tests.items()}
    failures = {told(test): told(said) for test, said in report.failures.items()}
    return replace(report, tests=tests, failures=failures, output=told(report.output), reason=told(report.reason))

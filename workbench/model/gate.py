"""What judges a commit: levels from cheap to dear, verdicts with evidence, test by test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """In the order they run."""

    SYNTAX = "syntax"
    RESCAN = "rescan"
    IMPORTS = "imports"
    STATIC = "static"
    TESTS = "tests"
    PROTECTED = "protected"


class Verdict(StrEnum):
    """`ERROR` and `TIMEOUT` are *did not finish*: they never blame a file by themselves.

    `UNVERIFIED`: the evidence that somebody else was to bring is not there, or not of this code, or too old.
    """

    PASS = "pass"  # noqa: S105  a verdict
    FAIL = "fail"
    ERROR = "error"
    TIMEOUT = "timeout"
    SKIP = "skip"
    UNVERIFIED = "unverified"

    @property
    def finished(self) -> bool:
        return self in (Verdict.PASS, Verdict.FAIL, Verdict.SKIP)


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class TestCounts:
    __test__ = False

    passed: int = 0
    failed: int = 0
    error: int = 0
    skipped: int = 0

    @property
    def ran(self) -> int:
        """Tests that count towards a pass rate: skipped ones do not."""
        return self.passed + self.failed + self.error

    @classmethod
    def of(cls, tests: Mapping[str, Outcome]) -> TestCounts:
        return cls(**Counter(str(outcome) for outcome in tests.values()))


@dataclass(frozen=True, slots=True)
class GateReport:
    """What one execution of a gate brought back, before anything is concluded from it.

    `verdict` is the raw one: PASS or FAIL by exit code and report, ERROR or TIMEOUT when it did not
    finish. `tests` maps a test id to its outcome, None when the gate has no report. `output` is the
    trimmed, redacted tail of what it printed; `failures` maps failing test ids to their messages.
    `seconds` is wall time, of all runs of a gate that is repeated; `slowest` that of its slowest run, None where
    there was but one.
    """

    gate: str
    level: Level
    verdict: Verdict
    seconds: float
    exit_code: int | None = None
    tests: Mapping[str, Outcome] | None = None
    output: str = ""
    failures: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    slowest: float | None = None

    @property
    def longest(self) -> float:
        """The wall time of the slowest run, in seconds."""
        return self.seconds if self.slowest is None else self.slowest

    @property
    def counts(self) -> TestCounts | None:
        return None if self.tests is None else TestCounts.of(self.tests)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A report held against the baseline: the verdict that counts, and what convicts.

    `convicting`: tests green at the baseline and red now, or `lost` ones (ran at the baseline, absent now; one that
    the plan lets go convicts nobody). `gained`: tests red at the baseline and green now. `flaky`: tests that
    convicted in some judgings of this tree and not in others. `cached`: taken from an earlier judging of the
    same tree. `left_out`: how many tests did not run because the change does not reach them.
    """

    report: GateReport
    verdict: Verdict
    reason: str = ""
    convicting: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    cached: bool = False
    flaky: tuple[str, ...] = ()
    left_out: int = 0

"""The raw verdict of one execution, by the three-valued rule: pass, fail, or did not finish. Pure.

Test runners and CI systems know two values: exit code 0 and the rest. But a gate that was killed says
nothing about the code, and exit code 0 says nothing when no test ran.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence

from workbench.gates.process import Ended
from workbench.gates.reports import TestReport, Unreadable
from workbench.model.gate import Outcome, TestCounts, Verdict

PYTEST_FAILS = frozenset({1, 2, 4})
"""Failed tests, collection errors, a conftest or a command line that cannot be used."""

_PYTEST = re.compile(r"""(?:^|[\s/;&|('"])py\.?test(?=$|[\s;&|)'"])""")
PYTEST_UNUSABLE = 4
_PYTEST_NOTHING = 5
_ORDINARY_FAILS = frozenset(range(1, 126))
"""What a program means by failing; from 126 on a shell speaks of commands that could not run or were killed."""

NO_TESTS = "no tests ran"


def runs_pytest(command: Sequence[str]) -> bool:
    """Say whether a command runs pytest, by itself, with `-m`, or behind another program."""
    return any(_PYTEST.search(word) for word in command)


def conclude(
    ended: Ended, found: TestReport | Unreadable | None, *, pytest: bool, codes: Sequence[int] | None = None
) -> tuple[Verdict, str]:
    """Return the verdict of a gate's execution and the reason for it ("" for a pass with evidence).

    `found` is None when the gate's only report is its exit code; `pytest` says whose exit codes it uses, unless
    `codes` lists those that mean a fail.
    """
    if (unfinished := _unfinished(ended)) is not None:
        return unfinished
    if pytest and ended.exit_code == _PYTEST_NOTHING:
        return Verdict.FAIL, NO_TESTS
    fails = _fails(codes, pytest=pytest)
    if isinstance(found, Unreadable):
        # pytest writes no report when it cannot read a conftest, and a broken import does just that.
        blind = pytest and ended.exit_code == PYTEST_UNUSABLE and PYTEST_UNUSABLE in fails and not found.unasked
        return (Verdict.FAIL, "pytest could not begin: exit code 4") if blind else (Verdict.ERROR, found.reason)
    if found is None:
        return _by_code(ended.exit_code, fails)
    return _by_tests(ended.exit_code, found, fails)


def _fails(codes: Sequence[int] | None, *, pytest: bool) -> frozenset[int]:
    if codes is not None:
        return frozenset(codes)
    return PYTEST_FAILS if pytest else _ORDINARY_FAILS


def _unfinished(ended: Ended) -> tuple[Verdict, str] | None:
    if ended.timed_out:
        return Verdict.TIMEOUT, f"stopped after {ended.seconds:.0f} s"
    if ended.reason:
        return Verdict.ERROR, ended.reason
    if ended.signal is not None:
        return Verdict.ERROR, f"killed by {_name(ended.signal)}"
    return None


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _by_code(code: int | None, fails: frozenset[int]) -> tuple[Verdict, str]:
    if code == 0:
        return Verdict.PASS, "judged by its exit code alone"
    verdict = Verdict.FAIL if code in fails else Verdict.ERROR
    return verdict, f"exit code {code}"


def _by_tests(code: int | None, found: TestReport, fails: frozenset[int]) -> tuple[Verdict, str]:
    red = sum(outcome in (Outcome.FAILED, Outcome.ERROR) for outcome in found.tests.values())
    if red:
        return Verdict.FAIL, f"{red} of {len(found.tests)} tests red"
    if code != 0:
        verdict, reason = _by_code(code, fails)
        return verdict, f"{reason} with no red test"
    if not TestCounts.of(found.tests).ran:
        return Verdict.FAIL, NO_TESTS
    return Verdict.PASS, ""

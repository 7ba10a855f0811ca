"""Reports that a gate prints instead of writing a file: TAP, lines that a regular expression reads, subunit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from workbench.gates.reports import NAMELESS, Case, TestReport, Unreadable, collect
from workbench.gates.subunit import events
from workbench.model.gate import Outcome

_WORDS = {
    Outcome.PASSED: "ok pass passed success successful . ✓ xpass",
    Outcome.FAILED: "fail failed failure f ko ✗ ✘",
    Outcome.ERROR: "error errored e",
    Outcome.SKIPPED: "skip skipped s ignored disabled pending todo xfail xfailed",
}
_OUTCOME_OF = {word: outcome for outcome, words in _WORDS.items() for word in words.split()} | {
    "not ok": Outcome.FAILED
}

_TAP_PLAN = re.compile(r"1\.\.(\d+)")
_TAP_TEST = re.compile(r"(?P<red>not )?ok\b\s*(?P<number>\d+)?\s*-?\s*(?P<name>[^#]*)(#\s*(?P<word>\w+))?", re.ASCII)

_IN_PROGRESS = 2
_SUBUNIT = {
    3: Outcome.PASSED,
    4: Outcome.FAILED,  # unexpected success
    5: Outcome.SKIPPED,
    6: Outcome.FAILED,
    7: Outcome.SKIPPED,  # expected failure
}


def read_tap(output: Path) -> TestReport | Unreadable:
    """Read TAP from a gate's output; lines that are not TAP are passed over.

    Complete is a report whose plan (`1..N`) names as many tests as there are, and that did not bail out.
    """
    planned, cases = None, []
    for line in _text(output).splitlines():
        if line.startswith("Bail out!"):
            return Unreadable(line)
        if plan := _TAP_PLAN.match(line):
            planned = int(plan[1])
        elif test := _TAP_TEST.match(line):
            cases.append(_tap_case(test, line))
    if planned is None:
        return Unreadable("the TAP report has no plan (`1..N`)")
    if planned != len(cases):
        return Unreadable(f"the TAP report has {len(cases)} of {planned} tests")
    return collect(cases)


def _tap_case(test: re.Match[str], line: str) -> Case:
    name = test["name"].strip() or f"test {test['number'] or '(without a number)'}"
    word = (test["word"] or "").lower()
    if word == "skip" or (word == "todo" and test["red"]):
        return Case(name, Outcome.SKIPPED)
    return Case(name, Outcome.FAILED, line) if test["red"] else Case(name, Outcome.PASSED)


def read_lines(output: Path, expression: str) -> TestReport | Unreadable:
    """Read each line of a gate's output in which `expression` finds a `test` and an `outcome`."""
    pattern, cases = re.compile(expression), []
    for line in _text(output).splitlines():
        if found := pattern.search(line):
            outcome = _OUTCOME_OF.get((found["outcome"] or "").strip().lower())
            if outcome is None:
                return Unreadable(f"{found['outcome']!r} is no outcome that is known, in the line {line!r}")
            red = outcome in (Outcome.FAILED, Outcome.ERROR)
            cases.append(Case((found["test"] or NAMELESS).strip(), outcome, line if red else ""))
    return collect(cases)


def read_subunit(output: Path) -> TestReport | Unreadable:
    """Read subunit v2 from a gate's output; a test that began and has no end makes it incomplete."""
    last = {test: status for test, status in events(output.read_bytes()) if status >= _IN_PROGRESS}
    begun = [test for test, status in last.items() if status == _IN_PROGRESS]
    if begun:
        return Unreadable(f"the subunit report has no end for {begun[0]}")
    return collect(_subunit_cases(last))


def _subunit_cases(last: dict[str, int]) -> Iterator[Case]:
    for test, status in last.items():
        if outcome := _SUBUNIT.get(status):
            yield Case(test, outcome, "failed" if outcome is Outcome.FAILED else "")


def _text(output: Path) -> str:
    return output.read_bytes().decode("utf-8", "backslashreplace")

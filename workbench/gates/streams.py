"""Reports that a gate prints instead of writing a file: TAP, lines that a regular expression reads, subunit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from workbench.gates.reports import NAMELESS, Case, TestReport, Unreadable, collect
from workbench.gates.subunit import events, is_cut
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

_LINE_END = re.compile(r"\r\n|\n|\r")
"""What ends a line for a program that prints; the separators of Unicode stand in names and messages too."""

_TAP_BAIL = re.compile(r"\s*bail out!", re.IGNORECASE)
_TAP_PLAN = re.compile(r"1\.\.(\d+)\s*(?:#.*)?$", re.ASCII)
_TAP_TEST = re.compile(
    r"(?P<red>not )?ok\b\s*(?P<number>\d+)?\s*-?\s*(?P<name>(?:\\.|[^#])*)(#\s*(?P<word>\w+))?", re.ASCII
)

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

    Complete is a report with one plan (`1..N`), which names as many tests as there are, each number once, and that
    did not bail out.
    """
    plans, tests = [], []
    for line in _lines(output):
        if _TAP_BAIL.match(line):
            return Unreadable(line.strip())
        if plan := _TAP_PLAN.match(line):
            plans.append(int(plan[1]))
        elif test := _TAP_TEST.match(line):
            tests.append((test, line))
    if len(plans) != 1:
        return Unreadable("the TAP report has two plans" if plans else "the TAP report has no plan (`1..N`)")
    if plans[0] != len(tests):
        return Unreadable(f"the TAP report has {len(tests)} of {plans[0]} tests")
    numbers = [int(test["number"]) for test, _ in tests if test["number"]]
    if len(set(numbers)) != len(numbers) or not all(1 <= one <= len(tests) for one in numbers):
        return Unreadable(f"the TAP report does not number its {len(tests)} tests from 1, each once")
    return collect(_tap_case(test, line) for test, line in tests)


def _tap_case(test: re.Match[str], line: str) -> Case:
    name = test["name"].strip() or f"test {test['number'] or '(without a number)'}"
    word = (test["word"] or "").lower()
    if word.startswith("skip") or (word == "todo" and test["red"]):
        return Case(name, Outcome.SKIPPED)
    return Case(name, Outcome.FAILED, line) if test["red"] else Case(name, Outcome.PASSED)


def read_lines(output: Path, expression: str) -> TestReport | Unreadable:
    """Read each line of a gate's output in which `expression` finds a `test` and an `outcome`."""
    pattern, cases = re.compile(expression), []
    for line in _lines(output):
        if found := pattern.search(line):
            outcome = _OUTCOME_OF.get((found["outcome"] or "").strip().lower())
            if outcome is None:
                return Unreadable(f"{found['outcome']!r} is no outcome that is known, in the line {line!r}")
            red = outcome in (Outcome.FAILED, Outcome.ERROR)
            cases.append(Case((found["test"] or NAMELESS).strip(), outcome, line if red else ""))
    return collect(cases)


def read_subunit(output: Path) -> TestReport | Unreadable:
    """Read subunit v2 from a gate's output; a test that began and has no end, or half a packet, makes it incomplete."""
    stream = output.read_bytes()
    if is_cut(stream):
        return Unreadable("the subunit report ends inside a packet")
    last = {test: status for test, status in events(stream) if status >= _IN_PROGRESS}
    begun = [test for test, status in last.items() if status == _IN_PROGRESS]
    if begun:
        return Unreadable(f"the subunit report has no end for {begun[0]}")
    return collect(_subunit_cases(last))


def _subunit_cases(last: dict[str, int]) -> Iterator[Case]:
    for test, status in last.items():
        outcome = _SUBUNIT[status]
        yield Case(test, outcome, "failed" if outcome is Outcome.FAILED else "")


def _lines(output: Path) -> list[str]:
    return _LINE_END.split(output.read_bytes().decode("utf-8", "backslashreplace"))

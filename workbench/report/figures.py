"""Numbers, times and ids as a person reads them, the same in every report."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from math import ceil

from workbench.model.gate import TestCounts
from workbench.model.run import RunRecord, SuiteRecord, TriggerRecord

NOTHING = "–"
_MINUTE = 60
_HOUR = 3600


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return "1 site", "7 sites"; `plural` where adding an s is wrong."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def gate_runs(record: RunRecord) -> str:
    """Return "1 gate run", "40 gate runs (6 begun ahead and not needed)"."""
    unneeded = record.gate_runs_unneeded
    return counted(record.gate_runs, "gate run") + (f" ({unneeded} begun ahead and not needed)" if unneeded else "")


def duration(seconds: float) -> str:
    """Return wall time: "4.1 s", "41 s", "3 min 20 s", "2 h 05 min"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"


def roughly(seconds: float) -> str:
    """Return an estimate no finer than it deserves: "about 40 s", "about 3 min", "about 2 h"."""
    if seconds < 55:
        return f"about {max(5, 5 * round(seconds / 5))} s"
    if seconds < 55 * _MINUTE:
        return f"about {max(1, round(seconds / _MINUTE))} min"
    return f"about {max(1, round(seconds / _HOUR))} h"


def short(object_id: str | None) -> str:
    """Return the first ten digits of a git object id or a digest, a dash for none."""
    return object_id[:10] if object_id else NOTHING


def moment(when: datetime) -> str:
    """Return a time as UTC ISO-8601 to the second: "2026-11-20T23:29:01Z"."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(when: datetime) -> str:
    """Return a time as UTC ISO-8601 to the millisecond: "2026-11-20T23:29:01.250Z"."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rate(counts: TestCounts | None) -> str:
    """Return passed of ran, "12/18"; skipped tests do not count; a dash when nothing was measured."""
    return NOTHING if counts is None else f"{counts.passed}/{counts.ran}"


def goal(target: Fraction | None, now: TestCounts | None) -> str:
    """Return a target in the suite's own number of tests, "17/18", or as it is with what it takes, "90 % (17/18)".

    A target that is no whole percentage stays the fraction it is.
    """
    if target is None:
        return NOTHING
    tests = now.ran if now is not None else 0
    if tests and tests % target.denominator == 0:
        return f"{target * tests}/{tests}"
    told = f"{target * 100} %" if (target * 100).denominator == 1 else str(target)
    return f"{told} ({ceil(target * tests)}/{tests})" if tests else told


def proof(record: TriggerRecord) -> str:
    """Return "the tree 0123456789 is there again, verified: unit pass, protected pass"; "" where nothing went back."""
    if record.verified is None:
        return ""
    said = ", ".join(f"{gate} {verdict}" for gate, verdict in record.gates)
    shown = f"the tree {short(record.tree)} is there again, verified" if record.verified else "NOT VERIFIED"
    return shown + (f": {said}" if said else "")


def standing(suite: SuiteRecord) -> str:
    """Return where a suite stands: "unit 12/18 → 16/18, target 90 % (17/18)"."""
    target = "" if suite.target is None else f", target {goal(suite.target, suite.now)}"
    return f"{suite.id} {rate(suite.baseline)} → {rate(suite.now)}{target}"

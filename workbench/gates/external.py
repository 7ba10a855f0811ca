"""Reads evidence that was made elsewhere, on staging say: it counts for one tree, for some time, or not at all.

The JUnit file names its commit in a property `commit` and its time in the suites' `timestamp`. Whatever is
missing, strange or stale leaves the gate unverified: nobody may say it passed, and no file is blamed for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element

from workbench.gates.reports import Unreadable, cases_of, parse_junit
from workbench.gates.verdict import NO_TESTS
from workbench.model.gate import GateReport, TestCounts, Verdict
from workbench.planning.spec import External, GateSpec

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_SKEW = timedelta(minutes=5)
"""Clocks differ: so far in the future a report may be."""

TreeOf = Callable[[str], str | None]
"""Returns the tree of a commit; None for a commit that is not known here."""


def read_external(
    gate: GateSpec, external: External, *, root: Path | None, tree: str, tree_of: TreeOf, now: datetime
) -> GateReport:
    """Report what the evidence says of `tree`; `root` is the working tree its file lies in."""
    found = parse_junit(root / external.junit) if root is not None else Unreadable("there is no working tree")
    if isinstance(found, Unreadable):
        return _unverified(gate, f"{external.junit}: {found.reason}")
    if doubt := _of_another(found, tree, tree_of) or _stale(found, now, external.max_age):
        return _unverified(gate, f"{external.junit}: {doubt}")
    report = cases_of(found)
    counts = TestCounts.of(report.tests)
    red = counts.failed + counts.error
    reason = f"{red} of {len(report.tests)} tests red" if red else "" if counts.ran else NO_TESTS
    return GateReport(
        gate.id,
        gate.level,
        Verdict.FAIL if reason else Verdict.PASS,
        0.0,
        tests=report.tests,
        failures=report.failures,
        reason=reason,
    )


def _unverified(gate: GateSpec, reason: str) -> GateReport:
    return GateReport(gate.id, gate.level, Verdict.UNVERIFIED, 0.0, reason=reason)


def _of_another(root: Element, tree: str, tree_of: TreeOf) -> str:
    commits = {one.get("value", "") for one in root.iter("property") if one.get("name") == "commit"}
    if len(commits) != 1:
        return f"it names {len(commits)} commits" if commits else "it does not name its commit"
    (commit,) = commits
    if not _COMMIT.fullmatch(commit):
        return "its commit is no full commit id"
    return "" if tree_of(commit) == tree else f"it is of commit {commit[:12]}, whose tree is another"


def _stale(root: Element, now: datetime, max_age: int) -> str:
    suites = [one for one in root.iter("testsuite") if one.find("testcase") is not None]
    times = [_time(one.get("timestamp") or root.get("timestamp") or "") for one in suites]
    known = [one for one in times if one is not None]
    if not known or len(known) != len(times):
        return "it does not say when it was made"
    if max(known) > now + _SKEW:
        return "it was made in the future"
    return (
        "" if now - min(known) <= timedelta(seconds=max_age) else f"it is of {min(known):%Y-%m-%d %H:%M} UTC, too old"
    )


def _time(text: str) -> datetime | None:
    """Read a time; one without a zone is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

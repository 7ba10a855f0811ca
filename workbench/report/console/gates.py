"""What gates there are and what they said, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from workbench.gates.targets import stricter
from workbench.model.gate import GateReport, Outcome, Verdict
from workbench.model.run import GateRecord
from workbench.planning.spec import BUILTIN_GATES, GateSpec
from workbench.report.console import frame
from workbench.report.figures import counted, duration, goal, rate, short

VERDICT_STYLE = {
    Verdict.PASS: frame.GOOD,
    Verdict.FAIL: frame.BAD,
    Verdict.ERROR: frame.CARE,
    Verdict.TIMEOUT: frame.CARE,
    Verdict.SKIP: frame.QUIET,
    Verdict.UNVERIFIED: frame.CARE,
}
_RED_TESTS = 5


def show_measured(
    console: Console, plan: str, gates: Sequence[GateSpec], commit: str, reports: Mapping[str, GateReport]
) -> None:
    """Print a plan's gates in the order they judge in: how they are called, or what they said of a commit."""
    where = f"as measured on {short(commit)}" if commit else "nothing was run"
    frame.heading(console, plan, counted(len(gates), "command gate"), where)
    frame.paragraph(
        console, f"{', '.join(map(str, BUILTIN_GATES))}: built in, first, on every batch", style=frame.QUIET
    )
    for gate in gates:
        console.print()
        frame.paragraph(console, frame.text(gate.id, frame.STRONG), f"  {gate.level}, every {gate.when}{_wanted(gate)}")
        if more := stricter(gate, gates):
            frame.paragraph(console, f"{more} asks a higher pass rate of the same command", indent=4, style=frame.CARE)
        frame.paragraph(console, _called(gate), indent=4, style=frame.QUIET)
        if gate.id in reports:
            _said(console, reports[gate.id])


def _called(gate: GateSpec) -> str:
    return " ".join(gate.run) if gate.external is None else f"reads {gate.external.junit}, made elsewhere"


def _wanted(gate: GateSpec) -> str:
    parts = [
        f"target {goal(gate.target, None)}" if gate.target is not None else "",
        f"at least {counted(gate.min_tests, 'test')}" if gate.min_tests > 1 else "",
        f"at most {duration(gate.timeout)}",
        gate.expect if gate.expect != "green" else "",
    ]
    return "".join(f", {part}" for part in parts if part)


def _said(console: Console, report: GateReport) -> None:
    verdict = frame.text(str(report.verdict), VERDICT_STYLE[report.verdict])
    told = f"  {rate(report.counts)} {duration(report.seconds)}  {report.reason}".rstrip()
    frame.paragraph(console, verdict, told, indent=4)
    red = sorted(test for test, outcome in (report.tests or {}).items() if outcome in (Outcome.FAILED, Outcome.ERROR))
    for test in red[:_RED_TESTS]:
        frame.paragraph(console, test, indent=6, style=frame.QUIET)
    if len(red) > _RED_TESTS:
        frame.paragraph(console, f"and {len(red) - _RED_TESTS} more; --json lists all", indent=6, style=frame.QUIET)


def show_gates(console: Console, gates: Sequence[GateRecord]) -> None:
    """Print judgings: verdict, tests, seconds, and why when it was no pass."""
    frame.columns(
        console,
        ["gate", "verdict", "tests", "took", ""],
        [
            [
                one.id,
                frame.text(str(one.verdict), VERDICT_STYLE[one.verdict]),
                rate(one.tests),
                "cached" if one.cached else duration(one.seconds),
                one.reason,
            ]
            for one in gates
        ],
        left=frozenset({0, 1, 4}),
    )
    for one in gates:
        for word, tests in (("gained", one.gained), ("lost", one.lost), ("flaky", one.flaky)):
            if tests:
                frame.paragraph(console, f"{one.id} {word} {counted(len(tests), 'test')}", style=frame.QUIET)
            for test in tests[:_RED_TESTS]:
                frame.paragraph(console, test, indent=4, style=frame.QUIET)
            frame.more(console, min(len(tests), _RED_TESTS), len(tests), "test", indent=4)

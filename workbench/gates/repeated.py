"""Runs a gate as often as it asks for, and makes one report of it: each test counts by its worst run.

One green run says that a test can pass. "Consistently" means that every one of so many runs does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from workbench.gates.bench import Bench
from workbench.gates.command import run_command
from workbench.model.gate import GateReport, Outcome, Verdict
from workbench.planning.spec import GateSpec

_WORST_FIRST = (Outcome.ERROR, Outcome.FAILED, Outcome.SKIPPED, Outcome.PASSED)


def run_gate(gate: GateSpec, *, bench: Callable[[], Bench], files: tuple[str, ...]) -> GateReport:
    """Run a gate `repeat` times, each on a bench made anew, up to the first run that does not finish."""
    reports: list[GateReport] = []
    for _ in range(gate.repeat):
        reports.append(run_command(gate, bench=bench(), files=files))
        if reports[-1].verdict not in (Verdict.PASS, Verdict.FAIL):
            break
    return merged(reports, gate.repeat)


def merged(reports: Sequence[GateReport], wanted: int) -> GateReport:
    """Return one report of several runs; a test that one of them does not name is in none.

    A run that did not finish decides the whole.
    """
    if wanted == 1:
        return reports[-1]
    seconds = [one.seconds for one in reports]
    return replace(_together(reports, wanted), seconds=sum(seconds), slowest=max(seconds))


def _together(reports: Sequence[GateReport], wanted: int) -> GateReport:
    last = reports[-1]
    if last.verdict not in (Verdict.PASS, Verdict.FAIL):
        return replace(last, reason=f"run {len(reports)} of {wanted}: {last.reason}")
    reds = [one for one in reports if one.verdict is Verdict.FAIL]
    if not reds:
        return replace(last, tests=_worst(reports))
    return replace(
        reds[0],
        tests=_worst(reports),
        failures={test: said for one in reversed(reds) for test, said in one.failures.items()},
        reason=f"red in {len(reds)} of {wanted} runs ({reds[0].reason})",
    )


def _worst(reports: Sequence[GateReport]) -> dict[str, Outcome] | None:
    found = [one.tests for one in reports if one.tests is not None]
    if len(found) != len(reports):
        return None
    everywhere = set(found[0]).intersection(*found[1:])
    return {test: min((one[test] for one in found), key=_WORST_FIRST.index) for test in found[0] if test in everywhere}

"""What gates said, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from workbench.model.gate import Verdict
from workbench.model.run import GateRecord
from workbench.report.console import frame
from workbench.report.figures import duration, rate

VERDICT_STYLE = {
    Verdict.PASS: frame.GOOD,
    Verdict.FAIL: frame.BAD,
    Verdict.ERROR: frame.CARE,
    Verdict.TIMEOUT: frame.CARE,
    Verdict.SKIP: frame.QUIET,
}


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

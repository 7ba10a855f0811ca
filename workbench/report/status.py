"""Where a plan stands, in plain text. Laid out without rich, whose import alone costs more than the answer."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.model.parting import told
from workbench.model.run import Drill, Parting, RunRecord, SuiteRecord, Unfinished
from workbench.model.violation import Count, totals
from workbench.report.figures import NOTHING, goal, rate, short
from workbench.report.safe import safe

_HEAD = ("", "found", "fixed", "quarantined", "blocked", "excluded", "remaining")


def status_text(
    record: RunRecord, next_command: str, waiting: Unfinished | None = None, parted: Parting | None = None
) -> str:
    """Return the standing of a run: totals, suites, what waits or has gone on, and the command to type next."""
    outcome = str(record.outcome).replace("_", " ")
    every = totals(record.violations, record.rules)
    rows = [_HEAD, *(_row(str(one), count) for one, count in every.by_priority.items()), _row("total", every.all)]
    lines = [f"{record.plan} · run {record.run} · {outcome} · {record.branch} at {short(record.head)}", ""]
    lines += laid_out(rows)
    if record.suites:
        lines += ["", *laid_out([("suite", "baseline", "now", "target", ""), *map(_suite, record.suites)])]
        lines += [f"  {one.id} is not met: {one.reason}" for one in record.suites if one.met is False and one.reason]
    lines += ["", *map(_drill, record.drills)] if record.drills else []
    lines += ["", f"{waiting.message}: {waiting.hint}"] if waiting is not None else []
    lines += ["", told(parted, record.branch)] if parted is not None else []
    if next_command:
        lines += ["", f"next: {next_command}"]
    return "\n".join(safe(one) for one in lines) + "\n"


def _row(name: str, count: Count) -> tuple[str, ...]:
    rest = (count.fixed, count.quarantined, count.blocked, count.excluded, count.remaining)
    return (name, str(count.found), *(str(one) if one else NOTHING for one in rest))


def _suite(suite: SuiteRecord) -> tuple[str, ...]:
    met = "" if suite.met is None else "met" if suite.met else "not met"
    return (suite.id, rate(suite.baseline), rate(suite.now), goal(suite.target, suite.now), met)


def _drill(drill: Drill) -> str:
    proof = f"tree {short(drill.back_actual)} again" if drill.verified else "DID NOT COME BACK"
    return f"  drill {drill.phase}: {drill.batch} forth and back in the sandbox, {proof}"


def laid_out(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines: the first column to the left, the others to the right, three spaces between."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  "
        + "   ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]

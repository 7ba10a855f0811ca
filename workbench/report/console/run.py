"""How a run ended: totals that reconcile, suites against their targets, what was set aside, what to type next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from workbench.model.batch import DONE, ON_BRANCH, BatchState
from workbench.model.run import BatchRecord, QuarantineRecord, RunOutcome, RunRecord, SuiteRecord, TriggerRecord
from workbench.model.violation import SiteState, totals
from workbench.report.console import frame
from workbench.report.console.gates import VERDICT_STYLE
from workbench.report.console.plan import show_blocked
from workbench.report.console.totals import show_totals
from workbench.report.figures import NOTHING, counted, duration, gate_runs, goal, proof, rate, short

_OUTCOME_STYLE = {
    RunOutcome.COMPLETE: frame.GOOD,
    RunOutcome.PARTIAL: frame.CARE,
    RunOutcome.INTERRUPTED: frame.CARE,
    RunOutcome.ROLLED_BACK: frame.CARE,
    RunOutcome.RUNNING: "",
}
_EVIDENCE_LINES = 12
_TESTS = 5
_FILES = 10
_DROPPED = DONE - ON_BRANCH - {BatchState.EMPTY}


def show_run(console: Console, record: RunRecord, next_command: str, *, full: bool = False) -> None:
    """Print the summary of a run and the command to type next; `full` lists every place set aside."""
    outcome = frame.text(words(record.outcome), _OUTCOME_STYLE[record.outcome])
    frame.heading(console, record.plan, f"run {record.run}", outcome, _took(record))
    frame.title(console, record.title, record.issue)
    console.print()
    show_totals(console, totals(record.violations, record.rules))
    show_suites(console, record.suites)
    _not_kept(console, record.batches)
    _triggers(console, record.triggers)
    _quarantined(console, record.quarantined, full=full)
    show_blocked(console, [one for one in record.violations if one.state is SiteState.BLOCKED], full=full)
    _branch(console, record)
    if next_command:
        frame.paragraph(console, "next: ", frame.text(next_command, frame.STRONG))


def words(outcome: RunOutcome) -> str:
    return str(outcome).replace("_", " ")


def _took(record: RunRecord) -> str:
    if record.finished is None:
        return ""
    return duration((record.finished - record.started).total_seconds())


def show_suites(console: Console, suites: Sequence[SuiteRecord]) -> None:
    """Print baseline → now → target for each command gate, exact fractions of tests passed."""
    if not suites:
        return
    console.print()
    frame.columns(
        console,
        ["suite", "baseline", "now", "target", ""],
        [[one.id, rate(one.baseline), rate(one.now), goal(one.target, one.now), _met(one)] for one in suites],
        left=frozenset({0, 4}),
    )


def _met(suite: SuiteRecord) -> Text:
    if suite.met is not None:
        why = f": {suite.reason}" if suite.reason else ""
        return frame.text("met", frame.GOOD) if suite.met else frame.text(f"not met{why}", frame.CARE)
    if suite.verdict is None:
        return Text(NOTHING, frame.QUIET)
    return frame.text(str(suite.verdict), VERDICT_STYLE[suite.verdict])


def _not_kept(console: Console, batches: Sequence[BatchRecord]) -> None:
    dropped = [one for one in batches if one.state in _DROPPED]
    if not dropped:
        return
    frame.heading(console, frame.text("not kept", frame.CARE), counted(len(dropped), "batch", "batches"))
    for one in dropped:
        why = f": {one.reason}" if one.reason else ""
        frame.paragraph(console, frame.text(one.id, frame.STRONG), f"  {str(one.state).replace('_', ' ')}{why}")


def _triggers(console: Console, triggers: Sequence[TriggerRecord]) -> None:
    for one in triggers:
        where = f"in {one.batch}" if one.batch else "at the end"
        frame.heading(console, frame.text("trigger", frame.BAD), f"{one.gate} was red {where}: {one.do}")
        taken = ", ".join(one.taken_off) or "nothing"
        frame.paragraph(console, f"rolled back: {taken}")
        if one.verified is not None:
            frame.paragraph(console, proof(one))
        frame.paragraph(console, "lessons, a draft: ", one.lessons)


def _quarantined(console: Console, records: Sequence[QuarantineRecord], *, full: bool) -> None:
    if not records:
        return
    frame.heading(console, frame.text("quarantined", frame.CARE), counted(len(records), "file"))
    shown = records if full else records[:_FILES]
    for one in shown:
        _one_quarantined(console, one)
    frame.more(console, len(shown), len(records), "file", indent=2)


def _one_quarantined(console: Console, one: QuarantineRecord) -> None:
    frame.paragraph(console, frame.text(one.path, frame.STRONG))
    facts = [counted(len(one.fingerprints), "site"), f"batch {one.batch}", f"gate {one.gate}"]
    frame.paragraph(console, " · ".join([*facts, *([f"owner {one.owner}"] if one.owner else [])]), indent=4)
    if one.with_paths:
        frame.paragraph(console, "red only together with ", ", ".join(one.with_paths), indent=4)
    for test in one.tests[:_TESTS]:
        frame.paragraph(console, frame.text(test, frame.BAD), indent=4)
    if len(one.tests) > _TESTS:
        frame.paragraph(console, f"and {counted(len(one.tests) - _TESTS, 'more test')}", indent=4)
    _evidence(console, one.evidence)
    if one.reproduce:
        frame.paragraph(console, "see it again: ", one.reproduce, indent=4)


def _evidence(console: Console, evidence: str) -> None:
    tail = evidence.strip("\n").split("\n")[-_EVIDENCE_LINES:]
    if any(tail):
        frame.block(console, "\n".join(tail), indent=6)


def _branch(console: Console, record: RunRecord) -> None:
    kept = counted(sum(batch.state in ON_BRANCH for batch in record.batches), "batch", "batches")
    console.print()
    frame.paragraph(console, f"{record.branch} at {short(record.head)}, from {short(record.base)}")
    frame.paragraph(console, f"{kept} kept of {len(record.batches)}, {gate_runs(record)}")

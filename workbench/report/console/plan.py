"""A frozen plan: its phases and batches, what the codemods refuse, and one batch or one place in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from workbench.model.plan import Batch, Phase, Plan
from workbench.model.run import BatchRecord
from workbench.model.violation import SiteState, Violation, totals
from workbench.report.console import frame
from workbench.report.console.gates import show_gates
from workbench.report.console.totals import show_totals
from workbench.report.figures import counted, short
from workbench.report.reasons import REASONS, reason
from workbench.report.safe import safe_lines

_PLACES = 10


def show_plan(console: Console, plan: Plan, *, full: bool = False) -> None:
    """Print the plan; every violation is counted under exactly one heading, `full` lists each."""
    frame.heading(console, plan.name, f"plan {short(plan.digest)}", f"base {short(plan.base_commit)}")
    frame.title(console, plan.title, plan.issue)
    for phase in plan.phases:
        _phase(console, phase)
    show_blocked(console, plan.in_state(SiteState.BLOCKED), full=full)
    show_excluded(console, plan.in_state(SiteState.EXCLUDED), full=full)
    console.print()
    show_totals(console, totals(plan.violations, plan.rules))


def _phase(console: Console, phase: Phase) -> None:
    if not phase.batches:
        return
    sites = sum(len(batch.fingerprints) for batch in phase.batches)
    frame.heading(
        console, frame.priority(phase.priority), counted(sites, "site"), counted(len(phase.batches), "batch", "batches")
    )
    frame.columns(
        console,
        ["batch", "rules", "in", "files", "sites"],
        [
            [one.id, ", ".join(one.rules), one.package or ".", str(len(one.files)), str(len(one.fingerprints))]
            for one in phase.batches
        ],
        left=frozenset({0, 1, 2}),
    )


def show_blocked(console: Console, blocked: Sequence[Violation], *, full: bool = False) -> None:
    """Print the places a codemod would not guess at, under their reason, with what a person should do."""
    if not blocked:
        return
    frame.heading(
        console, frame.text("blocked", frame.CARE), f"{counted(len(blocked), 'place')} for a person to change"
    )
    for code, group in _by_reason(blocked):
        why = reason(code)
        frame.paragraph(console, frame.text(code, frame.STRONG), f"  {len(group)}")
        frame.paragraph(console, why.meaning, indent=4, style=frame.QUIET)
        frame.paragraph(console, "→ ", why.advice, indent=4)
        _places(console, group, full=full)


def show_excluded(console: Console, excluded: Sequence[Violation], *, full: bool = False) -> None:
    """Print the places that are found and deliberately never changed."""
    if not excluded:
        return
    frame.heading(console, "excluded", f"{counted(len(excluded), 'place')} found and left as they are")
    for code, group in _by_reason(excluded):
        frame.paragraph(console, frame.text(code or "no reason given", frame.STRONG), f"  {len(group)}")
        if code in REASONS:
            frame.paragraph(console, REASONS[code].meaning, indent=4, style=frame.QUIET)
        _places(console, group, full=full)


def _places(console: Console, violations: Sequence[Violation], *, full: bool) -> None:
    shown = violations if full else violations[:_PLACES]
    for one in shown:
        frame.paragraph(console, f"{one.path}:{one.place.line}:{one.place.column}", "  ", one.rule, indent=4)
        if one.detail:
            frame.paragraph(console, one.detail, indent=6, style=frame.QUIET)
    frame.more(console, len(shown), len(violations), "place")


def _by_reason(violations: Iterable[Violation]) -> list[tuple[str, list[Violation]]]:
    ordered = sorted(violations, key=lambda one: (one.reason, one.path, one.place, one.rule))
    return [(code, list(group)) for code, group in groupby(ordered, key=lambda one: one.reason)]


def show_batch(
    console: Console, plan: Plan, batch: Batch, gates: Sequence[str], diff: str, record: BatchRecord | None = None
) -> None:
    """Print one batch: its files with their sites, its gates and what they said, and its diff."""
    sites: Mapping[str, Violation] = {one.fingerprint: one for one in plan.violations}
    mine = [sites[one] for one in batch.fingerprints if one in sites]
    frame.heading(
        console,
        batch.id,
        ", ".join(batch.rules),
        f"{counted(len(batch.fingerprints), 'site')} in {counted(len(batch.files), 'file')}",
    )
    for unit in batch.units:
        together = "" if len(unit) == 1 else "  together"
        for path in unit:
            frame.paragraph(console, path, frame.text(together, frame.QUIET))
            for one in mine:
                if one.path == path:
                    _site(console, one)
    frame.heading(console, "gates", " → ".join(gates))
    if record is not None and record.gates:
        show_gates(console, record.gates)
        at = f"  {short(record.commit)}" if record.commit else ""
        frame.paragraph(console, str(record.state).replace("_", " "), frame.text(at, frame.QUIET))
        console.print()
    if diff:
        show_diff(console, diff)


def _site(console: Console, one: Violation) -> None:
    where = frame.text(f"{one.place.line}:{one.place.column}  ", frame.QUIET)
    frame.paragraph(console, where, one.message, indent=4)


def show_place(console: Console, violations: Sequence[Violation], whys: Mapping[str, str]) -> None:
    """Print all that is known of some places: rule and why it is wanted, state, why that, what to do."""
    for one in violations:
        frame.heading(console, f"{one.path}:{one.place.line}:{one.place.column}", one.rule, str(one.priority))
        frame.paragraph(console, one.message)
        if one.rule in whys:
            frame.paragraph(console, whys[one.rule], indent=4, style=frame.QUIET)
        frame.paragraph(console, frame.text(one.snippet, frame.QUIET))
        frame.paragraph(console, " ".join(part for part in (str(one.state), one.reason) if part))
        if one.detail:
            frame.paragraph(console, one.detail, indent=4)
        if one.state is SiteState.BLOCKED:
            frame.paragraph(console, "→ ", reason(one.reason).advice, indent=4)


def show_written(console: Console, path: str, rules: int, notes: Sequence[str], *, next_command: str) -> None:
    """Print where a plan file was written, what was drafted into it, and what was not understood."""
    drafted = f"  with {counted(rules, 'drafted rule')} to read" if rules else "  to fill in"
    frame.paragraph(console, frame.text(path, frame.STRONG), drafted, indent=0)
    for note in notes:
        frame.paragraph(console, frame.text("not understood: ", frame.CARE), note)
    frame.paragraph(console, f"next: {next_command}", indent=0)


_DIFF_STYLE = {"+": frame.GOOD, "-": frame.BAD, "@": frame.QUIET}


def show_diff(console: Console, diff: str) -> None:
    """Print a unified diff: coloured and safe on a terminal, untouched into a pipe, for `git apply`."""
    if not console.is_terminal:
        console.file.write(diff)
        return
    for one in diff.split("\n"):
        head = one.startswith(("+++", "---", "diff ", "index "))
        style = frame.STRONG if head else _DIFF_STYLE.get(one[:1], "")
        console.print(Text(safe_lines(one), style), soft_wrap=True)

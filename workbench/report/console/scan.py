"""What a scan found: one line for each place, then the summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from workbench.model.violation import Priority, SiteState, Skipped, Violation
from workbench.report.console import frame
from workbench.report.figures import counted, short
from workbench.report.reasons import reason

_TOP_FILES = 5
_COMMIT = 40


def show_violations(console: Console, violations: Iterable[Violation]) -> None:
    """Print `path:line:column rule message [priority, state, reason]`, a line for each, in the order given."""
    for one in violations:
        console.print(_line(one), soft_wrap=True)


def _line(violation: Violation) -> Text:
    place = violation.place
    where = frame.text(f"{violation.path}:{place.line}:{place.column}")
    standing = [frame.priority(violation.priority)]
    if violation.state is not SiteState.OPEN:
        standing.append(frame.text(str(violation.state)))
    if violation.reason:
        standing.append(frame.text(violation.reason))
    return Text(" ").join(
        [
            where,
            frame.text(violation.rule, frame.STRONG),
            frame.text(violation.message),
            Text("[") + Text(" ").join(standing) + Text("]"),
        ]
    )


def show_scan(
    console: Console,
    plan: str,
    commit: str | None,
    violations: Sequence[Violation],
    skipped: Sequence[Skipped],
    rules: Iterable[str] = (),
) -> None:
    """Print the summary: rules by priority, the files that hold most, and what was not judged."""
    files = Counter(one.path for one in violations)
    source = "working tree" if commit is None else f"commit {short(commit)}"
    found = counted(len(violations), "violation")
    frame.heading(console, plan, f"{found} in {counted(len(files), 'file')}" if files else found, source)
    if violations:
        _by_rule(console, violations, rules)
        _top_files(console, files)
    _skipped(console, skipped)


def show_check(
    console: Console,
    plan: str,
    baseline: str,
    new: Sequence[Violation],
    skipped: Sequence[Skipped],
    known: int,
    gone: int,
    unjudged: int,
) -> None:
    """Print the new violations, a line for each, then how the rest stands against the baseline."""
    show_violations(console, new)
    verdict = frame.text(f"{counted(len(new), 'violation')} new", frame.BAD) if new else frame.text("ok", frame.GOOD)
    against = short(baseline) if len(baseline) >= _COMMIT else baseline
    frame.heading(console, plan, verdict, f"{known} known, {gone} gone since {against}")
    if unjudged:
        frame.paragraph(console, f"{counted(unjudged, 'known place')} in files that cannot be judged now")
    _skipped(console, skipped)


def _by_rule(console: Console, violations: Sequence[Violation], rules: Iterable[str]) -> None:
    cells = Counter((one.rule, one.priority) for one in violations)
    names = sorted({*rules, *(rule for rule, _ in cells)})
    rows: list[list[frame.Cell]] = [
        [name, *(frame.number(cells[name, one]) for one in Priority), str(sum(cells[name, one] for one in Priority))]
        for name in names
    ]
    sums = [sum(cells[name, one] for name in names) for one in Priority]
    strong = [Text(str(one), frame.STRONG) for one in (*sums, len(violations))]
    rows.append([Text("total", frame.STRONG), *strong])
    console.print()
    frame.columns(console, ["rule", *map(str, Priority), "total"], rows)


def _top_files(console: Console, files: Counter[str]) -> None:
    if len(files) <= 1:
        return
    ranked = sorted(files.items(), key=lambda item: (-item[1], item[0]))
    console.print()
    frame.paragraph(console, "most violations" if len(files) > _TOP_FILES else "files", style=frame.QUIET)
    for path, count in ranked[:_TOP_FILES]:
        frame.paragraph(console, f"{count:>5}  ", path)
    rest = ranked[_TOP_FILES:]
    if rest:
        others = f"{sum(count for _, count in rest):>5}  in {counted(len(rest), 'other file')}"
        frame.paragraph(console, others, style=frame.QUIET)


def _skipped(console: Console, skipped: Sequence[Skipped]) -> None:
    if not skipped:
        return
    console.print()
    frame.paragraph(console, frame.text(f"{counted(len(skipped), 'file')} not judged", frame.CARE))
    for one in skipped:
        frame.paragraph(console, one.path, indent=4)
        told = f"{one.reason}: {one.detail or reason(one.reason).meaning}"
        frame.paragraph(console, told, indent=6, style=frame.QUIET)

"""The report as Markdown, for pull requests and for reading in a diff: stable order, times in one place."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from workbench.model.batch import ON_BRANCH
from workbench.model.flips import flips
from workbench.model.run import BatchRecord, Drill, QuarantineRecord, RunRecord, SuiteRecord, TriggerRecord
from workbench.model.violation import Count, SiteState, Totals, Violation, totals
from workbench.report.figures import NOTHING, counted, duration, gate_runs, goal, moment, proof, rate, short
from workbench.report.reasons import reason
from workbench.report.safe import markdown, markdown_block, markdown_code, safe


def markdown_report(record: RunRecord) -> str:
    """Return the whole report, ending in a newline."""
    every = totals(record.violations, record.rules)
    parts = [
        _head(record),
        _totals(every),
        _suites(record.suites),
        _triggers(record.triggers),
        _flips(record),
        _batches(record.batches),
        _quarantined(record.quarantined),
        _blocked(record.violations),
        _excluded(record.violations),
        _back(record),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def pull_request(record: RunRecord) -> str:
    """Return the report with a first line that serves as the pull request's title."""
    every = totals(record.violations, record.rules)
    subject = " ".join(part for part in (record.issue, record.title or record.plan) if part)
    return f"{safe(subject)} ({every.all.fixed} of {counted(every.all.found, 'site')})\n\n{markdown_report(record)}"


def _head(record: RunRecord) -> str:
    title = f"# {markdown(record.title or record.plan)}"
    issue = f" · {_issue(record.issue)}" if record.issue else ""
    outcome = str(record.outcome).replace("_", " ")
    facts = f"**{outcome}** · plan {markdown_code(record.plan)}{issue} · run {markdown_code(record.run)}"
    branch = (
        f"Branch {markdown_code(record.branch)} at {markdown_code(short(record.head))}, "
        f"from {markdown_code(short(record.base))}; plan digest {markdown_code(short(record.digest))}; "
        f"{gate_runs(record)}.  \n{_times(record)}"
    )
    return f"{title}\n\n{facts}\n\n{branch}"


def _issue(issue: str) -> str:
    """Return an issue as the forge links it: #1066 and the like stay as they are."""
    plain = issue.removeprefix("#")
    return safe(issue) if plain.replace("-", "").isalnum() else markdown(issue)


def _times(record: RunRecord) -> str:
    if record.finished is None:
        return f"Started {moment(record.started)}, not finished."
    took = duration((record.finished - record.started).total_seconds())
    return f"{moment(record.started)} to {moment(record.finished)}, {took}."


def _table(head: Sequence[str], align: str, rows: Sequence[Sequence[str]]) -> str:
    """Return a table; `align` holds one letter a column, l or r."""
    rule = ["---:" if one == "r" else "---" for one in align]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _totals(every: Totals) -> str:
    rows = [[str(one), *_cells(count)] for one, count in every.by_priority.items()]
    rows.append(["**total**", *(f"**{cell}**" for cell in _cells(every.all))])
    rows += [[markdown_code(rule, cell=True), *_cells(count)] for rule, count in sorted(every.by_rule.items())]
    head = ["", "found", "fixed", "quarantined", "blocked", "excluded", "remaining"]
    return _table(head, "lrrrrrr", rows)


def _cells(count: Count) -> list[str]:
    numbers = (count.found, count.fixed, count.quarantined, count.blocked, count.excluded, count.remaining)
    return [str(one) for one in numbers]


def _suites(suites: Sequence[SuiteRecord]) -> str:
    if not suites:
        return ""
    rows = [
        [markdown_code(one.id, cell=True), rate(one.baseline), rate(one.now), goal(one.target, one.now), _met(one)]
        for one in suites
    ]
    return "## Suites\n\n" + _table(["suite", "baseline", "now", "target", ""], "lrrrl", rows)


def _met(suite: SuiteRecord) -> str:
    if suite.met is not None:
        why = f": {markdown(suite.reason)}" if suite.reason else ""
        return "met" if suite.met else f"**not met**{why}"
    return NOTHING if suite.verdict is None else str(suite.verdict)


def _triggers(triggers: Sequence[TriggerRecord]) -> str:
    """Return what triggers did and where the drafts of the lessons lie; "" if none fired."""
    lines = []
    for one in triggers:
        where = f"in {markdown(one.batch)}" if one.batch else "at the end"
        taken = ", ".join(map(markdown, one.taken_off)) or "nothing"
        taken += f"; {markdown(proof(one))}" if one.verified is not None else ""
        done = f"{markdown_code(one.do)}. Rolled back: {taken}. Lessons: {markdown_code(one.lessons)}"
        lines.append(f"- {markdown_code(one.gate)} was red {where}: {done}.")
    return "## Triggers\n\n" + "\n".join(lines) if lines else ""


def _flips(record: RunRecord) -> str:
    """Return the tests that each commit gained, lost or showed to be flaky; "" if none did."""
    found = flips(record)
    if not found:
        return ""
    parts = ["## Tests gained and lost"]
    for one in found:
        head = f"{markdown(one.batch)} {markdown_code(short(one.commit))}, gate {markdown_code(one.gate)}"
        named = [("gained", one.gained), ("lost", one.lost), ("flaky", one.flaky)]
        lines = [f"- {word}: {markdown_code(test)}" for word, tests in named for test in tests]
        parts.append("\n".join([head, "", *lines]))
    return "\n\n".join(parts)


def _batches(batches: Sequence[BatchRecord]) -> str:
    if not batches:
        return ""
    rows = [
        [
            markdown(one.id),
            ", ".join(markdown_code(rule, cell=True) for rule in one.rules),
            markdown_code(one.package or ".", cell=True),
            str(len(one.files)),
            str(one.violations),
            ": ".join(part for part in (str(one.state).replace("_", " "), markdown(one.reason)) if part),
            markdown_code(short(one.commit), cell=True) if one.commit else NOTHING,
        ]
        for one in sorted(batches, key=lambda one: (one.seq, one.id))
    ]
    head = ["batch", "rules", "in", "files", "sites", "state", "commit"]
    return "## Batches\n\n" + _table(head, "lllrrll", rows)


def _quarantined(records: Sequence[QuarantineRecord]) -> str:
    if not records:
        return ""
    ordered = sorted(records, key=lambda one: (one.path, one.batch))
    return "\n\n".join(["## Quarantined", *(_one_quarantined(one) for one in ordered)])


def _one_quarantined(one: QuarantineRecord) -> str:
    summary = (
        f"{counted(len(one.fingerprints), 'site')}, batch {escape(safe(one.batch))}, gate {escape(safe(one.gate))}"
    )
    inside = [f"<details><summary><code>{escape(safe(one.path))}</code> · {summary}</summary>"]
    if one.owner:
        inside.append(f"Owner: {markdown_code(one.owner)}")
    if one.with_paths:
        inside.append(f"Red only together with {', '.join(map(markdown_code, sorted(one.with_paths)))}.")
    if one.tests:
        inside.append("\n".join(f"- {markdown_code(test)}" for test in sorted(one.tests)))
    if one.evidence.strip():
        inside.append(markdown_block(one.evidence))
    if one.diff.strip():
        inside.append(markdown_block(one.diff, "diff"))
    if one.reproduce:
        inside.append(f"See it again: {markdown_code(one.reproduce)}")
    return "\n\n".join([*inside, "</details>"])


def _blocked(violations: Sequence[Violation]) -> str:
    blocked = [one for one in violations if one.state is SiteState.BLOCKED]
    if not blocked:
        return ""
    parts = ["## Blocked"]
    for code, group in _by_reason(blocked):
        why = reason(code)
        parts.append(f"**{markdown(code)}** ({len(group)}): {why.meaning}. To do: {why.advice}.")
        parts.append("\n".join(_place(one) for one in group))
    return "\n\n".join(parts)


def _excluded(violations: Sequence[Violation]) -> str:
    excluded = [one for one in violations if one.state is SiteState.EXCLUDED]
    if not excluded:
        return ""
    parts = ["## Excluded"]
    for why, group in _by_reason(excluded):
        parts.append(f"**{markdown(why or 'no reason given')}** ({len(group)})")
        parts.append("\n".join(_place(one) for one in group))
    return "\n\n".join(parts)


def _by_reason(violations: Sequence[Violation]) -> list[tuple[str, list[Violation]]]:
    ordered = sorted(violations, key=lambda one: (one.reason, one.path, one.place, one.rule))
    return [(code, list(group)) for code, group in groupby(ordered, key=lambda one: one.reason)]


def _place(one: Violation) -> str:
    detail = f": {markdown(one.detail)}" if one.detail else ""
    return f"- {markdown_code(f'{one.path}:{one.place.line}')} {markdown_code(one.rule)}{detail}"


def _back(record: RunRecord) -> str:
    kept = sorted((one.seq, one.id) for one in record.batches if one.state in ON_BRANCH)
    last = [f"workbench rollback {kept[-1][1]}   # the last batch"] if kept else []
    commands = [*last, "workbench rollback all", "workbench rollback all --revert   # where the history is shared"]
    tried = "".join(f"- {_drill(one)}\n" for one in record.drills)
    return "## How to go back\n\n" + (f"{tried}\n" if tried else "") + markdown_block("\n".join(commands), "sh")


def _drill(drill: Drill) -> str:
    """Say that the way back was tried before the phase began."""
    proof = f"tree {markdown_code(short(drill.back_actual))} again" if drill.verified else "**did not come back**"
    return f"Drill before {drill.phase}: {markdown(drill.batch)} forth and back in the sandbox, {proof}."

"""All rule kinds and all reason codes on one page, for the docs."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.codemod.rule import Parameters
from workbench.report.reasons import REASONS
from workbench.report.rule_page import Kind, parameter, rule_page
from workbench.report.safe import markdown_code

_OPENING = """\
# Rule kinds

What a plan's `[[rules]]` can ask for, and what each kind does about it. The examples are the kinds' own tests:
each goes through finding, rewriting and every check."""

_COMMON = """\
## What every kind takes

{parameters}

`paths` and `allow` are patterns as in `.gitignore`."""

_REASONS = """\
## Reason codes

Where a change cannot be shown to be safe, none is made: the place is `blocked` (or `excluded`, where a rule only
reports it; or the file is skipped), with one of these codes. `workbench show PLAN PATH:LINE` tells it for a place.

| code | what was seen | what to do |
|---|---|---|
{rows}"""


def rule_book(kinds: Iterable[Kind]) -> str:
    """Return one Markdown page with a chapter for each kind, and the table of reason codes."""
    every = list(kinds)
    contents = "\n".join(f"- [{kind.kind}](#{kind.kind}): {kind.summary}" for kind in every)
    common = "\n".join(parameter(name, field) for name, field in Parameters.model_fields.items())
    chapters = [rule_page(kind, level=2).rstrip("\n") for kind in every]
    parts = [_OPENING, contents, _COMMON.format(parameters=common), *chapters, _REASONS.format(rows=_rows())]
    return "\n\n".join(parts) + "\n"


def _rows() -> str:
    cells = ((markdown_code(code, cell=True), *map(_cell, (one.meaning, one.advice))) for code, one in REASONS.items())
    return "\n".join(f"| {' | '.join(row)} |" for row in sorted(cells))


def _cell(sentence: str) -> str:
    return sentence.replace("|", "\\|")

"""`workbench report`: what happened to every site, for people and machines."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.options import PlanArgument, options_of, print_text

if TYPE_CHECKING:
    from workbench.model.run import RunRecord


class ReportFormat(StrEnum):
    MD = "md"
    HTML = "html"
    JSON = "json"
    JUNIT = "junit"
    PR = "pr"


def report(
    context: typer.Context,
    plan: PlanArgument = "",
    format_: Annotated[ReportFormat, typer.Option("--format", help="How to write it.")] = ReportFormat.MD,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there.")] = None,
) -> int:
    """Write the report of the plan's newest run."""
    from workbench.engine.standing import standing_of

    options = options_of(context)
    chosen = ReportFormat.JSON if options.json else format_
    text = render(standing_of(options.directory, plan), chosen)
    if output is None:
        print_text(text)
    else:
        output.write_text(text, encoding="utf-8")
    return 0


def render(record: RunRecord, chosen: ReportFormat) -> str:
    """Return the report in one of its formats."""
    match chosen:
        case ReportFormat.MD:
            from workbench.report.markdown import markdown_report

            return markdown_report(record)
        case ReportFormat.PR:
            from workbench.report.markdown import pull_request

            return pull_request(record)
        case ReportFormat.HTML:
            from workbench.report.html import html_report

            return html_report(record)
        case ReportFormat.JUNIT:
            from workbench.report.junit import junit_report

            return junit_report(record)
        case ReportFormat.JSON:
            from workbench.report.documents.run import run_document
            from workbench.report.objects import dump

            return dump(run_document(record))

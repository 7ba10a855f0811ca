"""`workbench status`: where a plan stands."""

from __future__ import annotations

import typer

from workbench.cli.options import PlanArgument, options_of, print_document, print_text


def status(context: typer.Context, plan: PlanArgument = "") -> int:
    """Show where the plan stands: totals, suites, and the next command."""
    from workbench.engine.standing import next_command, outlook_of

    options = options_of(context)
    record, waiting, parted = outlook_of(options.directory, plan)
    then = next_command(record, waiting, parted)
    if options.json:
        from workbench.report.documents.run import status_document

        print_document(status_document(record, then, waiting, parted))
    else:
        from workbench.report.status import status_text

        print_text(status_text(record, then, waiting, parted))
    return 0

"""`workbench log`: everything that happened, in order."""

from __future__ import annotations

import typer

from workbench.cli.options import PlanArgument, options_of, print_document


def log(context: typer.Context, plan: PlanArgument = "") -> int:
    """Show every event of the plan's newest run."""
    from workbench.engine.standing import events_of

    options = options_of(context)
    run, events = events_of(options.directory, plan)
    if options.json:
        from workbench.report.documents.run import log_document

        print_document(log_document(run, events))
    else:
        from workbench.report.console.log import show_log

        show_log(options.results(), events)
    return 0

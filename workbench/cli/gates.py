"""`workbench gates`: what will judge, and what it says now."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.options import PlanArgument, options_of, print_document

_DID_NOT_FINISH = 5


def gates(
    context: typer.Context,
    plan: PlanArgument = "",
    *,
    run: Annotated[bool, typer.Option("--run", help="Run each gate once on HEAD, in the sandbox.")] = False,
) -> int:
    """List the gates that would run; with --run, measure what they say of the code as it is.

    Red gates are no error here: a run holds every batch against what was red before. One that does not finish is.
    """
    from workbench.engine.means import system_means
    from workbench.engine.measuring import gates_of, measure

    options = options_of(context)
    measured = (measure if run else gates_of)(options.directory, plan or None, system_means())
    if options.json:
        from workbench.report.documents.gates import gates_document

        print_document(gates_document(measured.plan, measured.gates, measured.commit, measured.reports))
    else:
        from workbench.report.console.gates import show_measured

        show_measured(options.results(), measured.plan, measured.gates, measured.commit, measured.reports)
    return 0 if all(one.verdict.finished for one in measured.reports.values()) else _DID_NOT_FINISH

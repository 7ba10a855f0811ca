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
    tried: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="PATH", help="With what the plan makes of this file, on what was kept."),
    ] = None,
) -> int:
    """List the gates that would run; with --run, measure what they say of the code as it is.

    Red gates are no error here: a run holds every batch against what was red before. One that does not finish, or
    cannot begin, is.
    With --with PATH, a quarantined file is tried once more on what the newest run kept: exit 1 if a gate is red.
    """
    from workbench.engine.means import system_means
    from workbench.engine.measuring import gates_of, measure, measure_with
    from workbench.model.gate import Verdict

    options = options_of(context)
    if tried:
        measured = measure_with(options.directory, plan or None, tuple(tried), system_means())
    else:
        measured = (measure if run else gates_of)(options.directory, plan or None, system_means())
    if options.json:
        from workbench.report.documents.gates import gates_document

        print_document(gates_document(measured.plan, measured.gates, measured.commit, measured.reports))
    else:
        from workbench.report.console.gates import show_measured

        show_measured(options.results(), measured.plan, measured.gates, measured.commit, measured.reports)
    finished = all(one.verdict.finished for one in measured.reports.values())
    if not finished or (not tried and measured.idle()):
        return _DID_NOT_FINISH
    return 1 if tried and any(one.verdict is Verdict.FAIL for one in measured.reports.values()) else 0

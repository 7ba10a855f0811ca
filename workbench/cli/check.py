"""`workbench check`: the ratchet for CI and hooks."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.options import PlanArgument, options_of, print_document


def check(
    context: typer.Context,
    plan: PlanArgument = "",
    baseline: Annotated[
        str, typer.Option(metavar="REV|FILE", help="What is known: a revision, or a JSON document of `scan`.")
    ] = "HEAD",
    commit: Annotated[str, typer.Option(metavar="REV", help="Check this commit, not the working tree.")] = "",
) -> int:
    """Fail on violations that are new, never on known ones."""
    from workbench.engine.means import system_means
    from workbench.engine.ratchet import check as held
    from workbench.engine.workspace import open_workspace

    options = options_of(context)
    with open_workspace(options.directory, plan or None, system_means()) as ws:
        ratchet = held(ws, baseline, commit or None)
    figures = (ratchet.known, ratchet.gone, ratchet.unjudged)
    if options.json:
        from workbench.report.documents.scan import check_document

        print_document(
            check_document(ratchet.plan, ratchet.baseline, ratchet.commit, ratchet.new, ratchet.skipped, *figures)
        )
    else:
        from workbench.report.console.scan import show_check

        show_check(options.results(), ratchet.plan, ratchet.baseline, ratchet.new, ratchet.skipped, *figures)
    return 1 if ratchet.new else 0

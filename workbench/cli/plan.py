"""`workbench plan`: freeze what will be done, and show it."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.options import PlanArgument, options_of, print_document


def plan(
    context: typer.Context,
    plan: PlanArgument = "",
    base: Annotated[str, typer.Option(metavar="REV", help="Plan for this commit.")] = "HEAD",
    diff: Annotated[bool, typer.Option("--diff", help="Show the whole change the plan would make.")] = False,
) -> int:
    """Freeze the plan and show its phases, batches and blocked places."""
    from workbench.engine.freeze import freeze_and_store
    from workbench.engine.means import system_means

    options = options_of(context)
    frozen = freeze_and_store(options.directory, plan or None, base, system_means(), diff=diff)
    if options.json:
        from workbench.report.documents.plan import outlook_object, plan_document

        document = plan_document(frozen.plan) | {
            "notes": list(frozen.notes),
            "remembered": {"files": frozen.unread, "of": frozen.files},
            **outlook_object(frozen.outlook),
        }
        print_document(document | {"diff": frozen.diff} if diff else document)
        return 0
    from workbench.model.outlook import foretold
    from workbench.report.console.frame import paragraph
    from workbench.report.console.plan import show_diff, show_plan

    console = options.results()
    for note in frozen.notes:
        options.progress().print(f"note: {note}", markup=False, highlight=False)
    if diff:
        show_diff(console, frozen.diff)
    else:
        show_plan(console, frozen.plan, full=options.verbose)
        if frozen.unread:
            told = f"{frozen.unread:,} of {frozen.files:,} files are as they were last time, and were not read again"
            console.print(f"\n  {told}", markup=False, highlight=False)
        for met in foretold(frozen.outlook):
            paragraph(console, met)
        console.print(f"\n  next: workbench run {frozen.plan.name}", markup=False, highlight=False)
    return 0

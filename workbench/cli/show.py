"""`workbench show`: one batch with its diff and gates, or one place and why it is as it is."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.options import Options, options_of, print_document


def show(
    context: typer.Context,
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="A plan file, or its name in plans/.")],
    what: Annotated[str, typer.Argument(metavar="[BATCH|PATH[:LINE]]", help="What to show.")] = "",
) -> int:
    """Show a batch with its diff and gates, or explain a place: its rule, what it becomes, or why it does not."""
    from workbench.engine.means import system_means
    from workbench.engine.showing import ShownBatch, ShownPlaces, shown

    options = options_of(context)
    match shown(options.directory, plan, what, system_means()):
        case ShownBatch() as batch:
            if options.json:
                from workbench.report.documents.plan import batch_document

                print_document(batch_document(batch.plan, batch.batch, batch.gates, batch.diff, batch.record))
            else:
                from workbench.report.console.plan import show_batch

                show_batch(options.results(), batch.plan, batch.batch, batch.gates, batch.diff, batch.record)
        case ShownPlaces() as places:
            _places(options, places)
        case whole:
            if options.json:
                from workbench.report.documents.plan import plan_document

                print_document(plan_document(whole))
            else:
                from workbench.report.console.plan import show_plan

                show_plan(options.results(), whole, full=options.verbose)
    return 0


def _places(options: Options, places: object) -> None:
    from workbench.engine.showing import ShownPlaces

    assert isinstance(places, ShownPlaces)
    if options.json:
        from workbench.report.documents.plan import places_document

        print_document(places_document(places.violations, places.quarantined, places.diff, places.whys))
        return
    from workbench.report.console.plan import show_diff, show_place

    console = options.results()
    show_place(console, places.violations, places.whys)
    if places.diff:
        console.print()
        show_diff(console, places.diff)

"""`workbench land`: bring the run branch into the branch the user works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.options import Options, PlanArgument, options_of, print_document

if TYPE_CHECKING:
    from workbench.model.run import Landing


def land(
    context: typer.Context,
    plan: PlanArgument = "",
    into: Annotated[str, typer.Option(metavar="BRANCH", help="The branch to move; default: the one you are on.")] = "",
) -> int:
    """Move the branch you work on forward to the run branch, with its files.

    Edits, staged or not, of other files stay as they are; one that would be overwritten is refused. No merge is made.
    """
    from workbench.engine.land import land as bring_in
    from workbench.engine.means import system_means

    options = options_of(context)
    return show_landing(options, bring_in(options.directory, plan, into or None, means=system_means()))


def show_landing(options: Options, landing: Landing) -> int:
    """Print what was landed; 1 where something is left to do: an edit that lies aside now, a lock of git's."""
    if options.json:
        from workbench.report.documents.branch import landing_document

        print_document(landing_document(landing))
    else:
        from workbench.report.console.land import show_landing as show

        show(options.results(), landing)
    return 1 if landing.kept or landing.locks else 0

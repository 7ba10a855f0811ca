"""`workbench rebuild`: the ledger again, from git alone."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.options import options_of, print_document


def rebuild(
    context: typer.Context,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Set a ledger aside that is there and holds; the file is kept.")
    ] = False,
) -> int:
    """Make the ledger again from the commits of the runs, their trailers and trees, and say how far that goes.

    What git does not hold is not made up: verdicts, output, times, and why a file was set aside. Plans are frozen anew
    from the plan files, and must come out as the commits say.
    """
    from workbench.engine.means import system_means
    from workbench.engine.rebuild import rebuild as rebuilt

    options = options_of(context)
    found = rebuilt(options.directory, system_means(), force=force)
    if options.json:
        from workbench.report.rebuilt import rebuilt_document

        print_document(rebuilt_document(found))
    else:
        from workbench.report.console.rebuilt import show_rebuilt

        show_rebuilt(options.results(), found)
    return 0 if found.is_whole else 1

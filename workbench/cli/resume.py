"""`workbench resume`: finish the run that stopped."""

from __future__ import annotations

import typer

from workbench.cli.options import options_of
from workbench.cli.run import Events, conclude


def resume(context: typer.Context, events: Events = None) -> int:
    """Finish the run that stopped, whatever stopped it."""
    from workbench.cli.watching import watching
    from workbench.engine.means import system_means
    from workbench.engine.run import resume_run

    options = options_of(context)
    with watching(options, events) as watch:
        record = resume_run(options.directory, means=system_means(), watch=watch)
    return conclude(options, record)

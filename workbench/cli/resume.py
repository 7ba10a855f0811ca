"""`workbench resume`: finish the run, the rollback or the landing that stopped."""

from __future__ import annotations

import typer

from workbench.cli.options import options_of
from workbench.cli.run import Events, conclude


def resume(context: typer.Context, events: Events = None) -> int:
    """Finish the run, the rollback or the landing that stopped, whatever stopped it."""
    from workbench.cli.land import show_landing
    from workbench.cli.watching import watching
    from workbench.engine.landing import landing_under_way, resume_landing
    from workbench.engine.means import system_means
    from workbench.engine.run import resume_run

    options = options_of(context)
    if landing_under_way(options.directory):
        landing = resume_landing(options.directory, means=system_means())
        if landing is not None:
            return show_landing(options, landing)
    with watching(options, events) as watch:
        record = resume_run(options.directory, means=system_means(), watch=watch)
    return conclude(options, record)

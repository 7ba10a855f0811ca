"""`workbench abort`: undo the run, or the landing, that stopped."""

from __future__ import annotations

import typer

from workbench.cli.options import options_of
from workbench.cli.run import conclude


def abort(context: typer.Context) -> int:
    """Undo the run that stopped: its branch returns to its base, with a certificate. Or the landing that stopped."""
    from workbench.engine.landing import landing_under_way, undo_landing
    from workbench.engine.means import system_means
    from workbench.engine.rollback import abort_run

    options = options_of(context)
    if landing_under_way(options.directory):
        return conclude(options, undo_landing(options.directory, means=system_means()))
    return conclude(options, abort_run(options.directory, means=system_means()))

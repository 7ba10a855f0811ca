"""`workbench abort`: undo the run that stopped."""

from __future__ import annotations

import typer

from workbench.cli.options import options_of
from workbench.cli.run import conclude


def abort(context: typer.Context) -> int:
    """Undo the run that stopped: its branch returns to its base, with a certificate."""
    from workbench.engine.means import system_means
    from workbench.engine.rollback import abort_run

    options = options_of(context)
    return conclude(options, abort_run(options.directory, means=system_means()))

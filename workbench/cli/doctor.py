"""`workbench doctor`: what will get in the way."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.options import options_of, print_document

PlanToCheck = Annotated[
    str, typer.Argument(metavar="PLAN", help="Look at this plan's needs too; left out, at the repository alone.")
]


def doctor(context: typer.Context, plan: PlanToCheck = "") -> int:
    """Say what in this repository or environment will get in the way, each with its mend; change nothing."""
    from workbench.engine.doctor import diagnose
    from workbench.engine.means import system_means
    from workbench.model.diagnosis import Health

    options = options_of(context)
    checkup = diagnose(options.directory, plan or None, system_means())
    if options.json:
        from workbench.report.checkup import checkup_document

        print_document(checkup_document(checkup))
    else:
        from workbench.report.console.doctor import show_checkup

        show_checkup(options.results(), checkup, verbose=options.verbose)
    return 1 if checkup.count(Health.MEND) else 0

"""`workbench retry`: try again what was set aside."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.options import PlanArgument, options_of
from workbench.cli.run import Events, conclude


def retry(
    context: typer.Context,
    plan: PlanArgument = "",
    *,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="Only files that were quarantined.")] = False,
    blocked: Annotated[bool, typer.Option("--blocked", help="Only places that were blocked.")] = False,
    events: Events = None,
) -> int:
    """Try again what the newest run set aside, on top of what it kept, after a rule or a file has changed.

    A new plan is frozen for what is left there, and run on the same branch.
    """
    from workbench.cli.watching import watching
    from workbench.engine.means import system_means
    from workbench.engine.retry import retry as tried
    from workbench.model.violation import SiteState

    options = options_of(context)
    chosen = ((SiteState.QUARANTINED, quarantined), (SiteState.BLOCKED, blocked))
    states = tuple(state for state, is_chosen in chosen if is_chosen)
    with watching(options, events) as watch:
        record = tried(options.directory, plan or None, states, means=system_means(), watch=watch)
    return conclude(options, record)

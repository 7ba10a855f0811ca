"""`workbench run`: carry a plan out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.options import Options, PlanArgument, options_of, print_document

if TYPE_CHECKING:
    from workbench.model.run import RunRecord


class OnRed(StrEnum):
    ISOLATE = "isolate"
    ROLLBACK = "rollback"
    STOP = "stop"


class PhaseName(StrEnum):
    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


Events = Annotated[Path | None, typer.Option("--events", metavar="FILE", help="Write events as JSON lines.")]


def run(
    context: typer.Context,
    plan: PlanArgument = "",
    *,
    phase: Annotated[PhaseName | None, typer.Option(help="Do this phase only.")] = None,
    batch: Annotated[str, typer.Option(metavar="ID", help="Do this batch only.")] = "",
    branch: Annotated[str, typer.Option(metavar="NAME", help="The run branch; default: workbench/<plan>.")] = "",
    on_red: Annotated[OnRed | None, typer.Option(help="What to do with a red batch.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=64,
            help="Gates that may run at once, each in a sandbox of its own, and rewriting processes; "
            "default: one, and two. Not for gates that share a port, a database or a fixed file.",
        ),
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Believe no remembered verdict.")] = False,
    allow_quarantine: Annotated[
        bool, typer.Option("--allow-quarantine", help="Begin a phase though an earlier one has quarantined places.")
    ] = False,
    events: Events = None,
) -> int:
    """Carry the frozen plan out, batch by batch; freeze one first if there is none.

    Kept batches land on the run branch. Your checkout, index and branches are not touched.
    """
    from workbench.cli.watching import watching
    from workbench.engine.begin import RunOptions
    from workbench.engine.means import system_means
    from workbench.engine.run import run_plan

    options = options_of(context)
    wanted = RunOptions(
        phase=phase.value if phase else None,
        batch=batch or None,
        branch=branch or None,
        on_red=on_red.value if on_red else None,
        no_cache=no_cache,
        allow_quarantine=allow_quarantine,
        jobs=jobs,
    )
    if dry_run:
        return _rehearse(options, plan or None, wanted)
    with watching(options, events) as watch:
        record = run_plan(options.directory, plan or None, wanted, means=system_means(), watch=watch)
    return conclude(options, record)


def conclude(options: Options, record: RunRecord) -> int:
    """Print a run as it stands and return its exit code."""
    from workbench.engine.standing import is_bad, next_command

    if options.json:
        from workbench.report.documents.run import run_document

        print_document(run_document(record))
    else:
        from workbench.report.console.run import show_run

        show_run(options.results(), record, next_command(record), full=options.verbose)
    return 1 if is_bad(record) else 0


def _rehearse(options: Options, plan: str | None, wanted: object) -> int:
    from workbench.engine.begin import RunOptions, rehearse
    from workbench.engine.means import system_means

    assert isinstance(wanted, RunOptions)
    frozen = rehearse(options.directory, plan, wanted, system_means())
    if options.json:
        from workbench.report.documents.plan import plan_document

        print_document(plan_document(frozen))
    else:
        from workbench.report.console.plan import show_plan

        show_plan(options.results(), frozen, full=options.verbose)
    return 0

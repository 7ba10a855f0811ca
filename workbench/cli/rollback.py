"""`workbench rollback`: take kept batches off the run branch again, with proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.options import Options, options_of, print_document
from workbench.model.errors import UsageError

if TYPE_CHECKING:
    from workbench.engine.depends import Going


def rollback(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A batch, a phase such as P1, a run, or `all`.")],
    revert: Annotated[
        bool, typer.Option("--revert", help="Write one commit that undoes it, where others have the history.")
    ] = False,
    along: Annotated[
        bool, typer.Option("--along", help="With --revert: the later batches that depend on it, too.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only name what would go, and why; nothing is moved.")
    ] = False,
) -> int:
    """Return the run branch to before TARGET, and prove it by tree id.

    Batches kept after TARGET go along: they were judged on top of it. `workbench run` brings them back. What was landed
    or pushed is only undone with --revert, whose tree the gates judge first; there only what depends on TARGET by its
    lines, names or rules has to go along.
    """
    from workbench.engine.means import system_means
    from workbench.engine.revert import revert as write_revert
    from workbench.engine.rollback import foresee
    from workbench.engine.rollback import rollback as take_back

    options, means = options_of(context), system_means()
    if along and not revert:
        raise UsageError("--along goes with --revert", hint="without --revert, all that came later goes along anyway")
    if dry_run:
        return _named(options, target, foresee(options.directory, target, revert=revert, means=means), revert=revert)

    def tell(going: tuple[Going, ...]) -> None:
        from workbench.report.console.rollback import show_along

        show_along(options.progress(), [(one.batch.id, one.why) for one in going])

    if revert:
        certificate = write_revert(options.directory, target, means=means, along=along, tell=tell)
    else:
        certificate = take_back(options.directory, target, means=means, tell=tell)
    if options.json:
        from workbench.report.documents.branch import rollback_document

        print_document(rollback_document(certificate))
    else:
        from workbench.report.console.rollback import show_certificate

        show_certificate(options.results(), certificate)
    return 0 if certificate.verified else 6


def _named(options: Options, target: str, going: tuple[Going, ...], *, revert: bool) -> int:
    """Print what would go; nothing has moved."""
    mode = "revert" if revert else "rollback"
    named = [(one.batch.id, one.why, one.files) for one in going]
    if options.json:
        from workbench.report.documents.branch import foreseen_document

        print_document(foreseen_document(target, mode, named))
    else:
        from workbench.report.console.rollback import show_foreseen

        show_foreseen(options.results(), target, mode, named)
    return 0

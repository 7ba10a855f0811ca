"""`workbench rollback`: take kept batches off the run branch again, with proof."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.options import options_of, print_document


def rollback(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A batch, a phase such as P1, a run, or `all`.")],
    revert: Annotated[
        bool, typer.Option("--revert", help="Write one commit that undoes it, where others have the history.")
    ] = False,
) -> int:
    """Return the run branch to before TARGET, and prove it by tree id.

    Batches kept after TARGET go along: they were judged on top of it. `workbench run` brings them back.
    """
    from workbench.engine.means import system_means
    from workbench.engine.revert import revert as write_revert
    from workbench.engine.rollback import rollback as take_back

    options = options_of(context)
    act = write_revert if revert else take_back
    certificate = act(options.directory, target, means=system_means())
    if options.json:
        from workbench.report.documents import rollback_document

        print_document(rollback_document(certificate))
    else:
        from workbench.report.console.rollback import show_certificate

        show_certificate(options.results(), certificate)
    return 0 if certificate.verified else 6

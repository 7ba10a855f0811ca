"""`workbench verify`: the ledger, the refs, the commits and the trees, each held against the others."""

from __future__ import annotations

import typer

from workbench.cli.options import options_of, print_document

_BROKEN = 6


def verify(context: typer.Context) -> int:
    """Hold ledger, refs, commits and trees against each other; change nothing."""
    from workbench.engine.verify import verify as verified

    options = options_of(context)
    found = verified(options.directory)
    if options.json:
        from workbench.report.checkup import checkup_document

        print_document(checkup_document(found.checkup))
    else:
        from workbench.report.console.doctor import show_checkup

        show_checkup(options.results(), found.checkup, verbose=options.verbose)
    return _BROKEN if found.broken else int(found.differs)

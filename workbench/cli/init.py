"""`workbench init`: the plan file a migration starts from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.options import options_of, print_document


def init(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the plan is called: lower case, digits, hyphens.")],
    document: Annotated[
        Path | None,
        typer.Option("--from-document", metavar="FILE", help="Draft rules from the pairs of code in a document."),
    ] = None,
    findings: Annotated[
        Path | None,
        typer.Option("--from-findings", metavar="FILE", help="Draft rules from a report of another tool: SARIF, say."),
    ] = None,
) -> int:
    """Write a commented plans/NAME.toml to fill in.

    From a Markdown document, rules are drafted where it shows code as it is and as it should be; what it does not
    say plainly becomes a comment. From a report of findings, each code becomes a rule.
    """
    import re

    from workbench.engine.initiate import initiate
    from workbench.model.errors import UsageError

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise UsageError(
            f"{name} is no name for a plan", hint="lower case, digits, hyphens: `workbench init one-factory`"
        )
    if document is not None and findings is not None:
        raise UsageError("--from-document and --from-findings cannot be combined", hint="draft two plans")
    options = options_of(context)
    path, draft = initiate(options.directory, name, document=document, findings=findings)
    rules, notes = (len(draft.rules), draft.notes) if draft is not None else (0, ())
    if options.json:
        from workbench.report.objects import SCHEMA

        print_document({"schema": SCHEMA, "plan": name, "path": str(path), "rules": rules, "notes": list(notes)})
    else:
        from workbench.report.console.plan import show_written

        show_written(options.results(), str(path), rules, notes, next_command=f"workbench scan {name}")
    return 0

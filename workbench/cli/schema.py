"""`workbench schema`: what a plan file may hold, in the form editors complete from."""

from __future__ import annotations

import typer


def schema(context: typer.Context) -> int:  # noqa: ARG001  a verb's first parameter
    """Print the JSON Schema of plan files, for editors.

    Save it beside the plans and begin each plan with the line #:schema ./plan.schema.json
    """
    from workbench.cli.options import print_document
    from workbench.planning.planfile import schema as plan_schema

    print_document(plan_schema())
    return 0

"""`workbench scan`: the violations there are."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from workbench.cli.options import PlanArgument, options_of, print_document, print_text


class ScanFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    CSV = "csv"


def scan(
    context: typer.Context,
    plan: PlanArgument = "",
    commit: Annotated[str, typer.Option(metavar="REV", help="Scan this commit, not the working tree.")] = "",
    format_: Annotated[ScanFormat, typer.Option("--format", help="How to print it.")] = ScanFormat.TEXT,
) -> int:
    """List the violations in the working tree, or in a commit."""
    from workbench.engine.freeze import scan_tree
    from workbench.engine.means import system_means
    from workbench.engine.workspace import open_workspace

    options = options_of(context)
    with open_workspace(options.directory, plan or None, system_means()) as ws:
        found = scan_tree(ws, commit or None)
        rules = [rule.id for rule in ws.rules]
        name = ws.spec.name
    violations, skipped = found.violations, found.skipped
    if options.json or format_ is ScanFormat.JSON:
        from workbench.report.documents.scan import scan_document

        print_document(scan_document(name, found.commit, violations, skipped, rules))
    elif format_ is ScanFormat.SARIF:
        from importlib.metadata import version

        from workbench.report.sarif import sarif_document

        print_document(sarif_document(violations, skipped, version=version("codemod-workbench")))
    elif format_ is ScanFormat.CSV:
        from workbench.report.table import csv_report

        print_text(csv_report(violations))
    else:
        from workbench.report.console.scan import show_scan, show_violations

        console = options.results()
        show_violations(console, violations)
        show_scan(console, name, found.commit, violations, skipped, rules)
    return 1 if violations else 0

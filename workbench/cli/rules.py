"""`workbench rules`: the rule kinds and their pages."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.options import options_of, print_document, print_text
from workbench.model.errors import UsageError

if TYPE_CHECKING:
    from workbench.report.rule_page import Kind


def rules(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="list|show", help="What to do.")] = "list",
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind to show.")] = "",
) -> int:
    """List the rule kinds, or show the page of one.

    A page says what the kind is for, what it takes, and what it changes, refuses and leaves alone;
    the examples on it are the kind's tests.
    """
    from workbench.codemod.registry import kinds
    from workbench.report.rule_page import rule_list, rule_page

    if action not in ("list", "show"):
        raise UsageError(f"`rules` lists and shows; it cannot {action!r}", hint="workbench rules list")
    chosen = {kind: _the(kind)} if action == "show" else dict(kinds())
    if options_of(context).json:
        print_document({"schema": 1, "kinds": [_document(one) for one in chosen.values()]})
    else:
        print_text(rule_page(chosen[kind]) if action == "show" else rule_list(chosen))
    return 0


def _the(name: str) -> Kind:
    from workbench.codemod.registry import kinds

    found = kinds()
    if name in found:
        return found[name]
    near = get_close_matches(name, found)
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    raise UsageError(f"there is no rule kind {name!r}{meant}", hint="workbench rules list")


def _document(kind: Kind) -> dict[str, object]:
    from workbench.report.rule_page import why

    return {
        "kind": kind.kind,
        "summary": kind.summary,
        "fixes": kind.fixes,
        "why": why(kind),
        "parameters": kind.Parameters.model_json_schema(),
    }

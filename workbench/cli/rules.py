"""`workbench rules`: the rule kinds and their pages, and the start of a new one."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.options import Options, options_of, print_document, print_text
from workbench.model.errors import UsageError

if TYPE_CHECKING:
    from workbench.report.rule_page import Kind


def rules(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="list|show|new", help="What to do.")] = "list",
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind to show, or the name of a new one.")] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Where `new` writes; default: workbench-KIND, here."),
    ] = None,
) -> int:
    """List the rule kinds, show the page of one, or write the start of a new one.

    A page says what the kind is for, what it takes, and what it changes, refuses and leaves alone;
    the examples on it are the kind's tests. `new` writes a small package around a kind that works, to be made your own.
    """
    options = options_of(context)
    if output is not None and action != "new":
        raise UsageError("`--output` goes with `new`", hint="workbench rules --help")
    match action:
        case "list":
            _list(options)
        case "show":
            _show(options, kind)
        case "new":
            _new(options, kind, output)
        case _:
            raise UsageError(
                f"`rules` lists, shows and begins kinds; it cannot {action!r}", hint="workbench rules list"
            )
    return 0


def _list(options: Options) -> None:
    from workbench.codemod.registry import kinds
    from workbench.report.rule_page import rule_list

    if options.json:
        print_document({"schema": 1, "kinds": [_document(one) for one in kinds().values()]})
    else:
        print_text(rule_list(kinds()))


def _show(options: Options, name: str) -> None:
    from workbench.report.rule_page import rule_page

    kind = _the(name)
    if options.json:
        print_document({"schema": 1, "kinds": [_document(kind)]})
    else:
        print_text(rule_page(kind))


def _new(options: Options, kind: str, output: Path | None) -> None:
    from shlex import quote

    from workbench.cli.new_kind import write_new
    from workbench.codemod.registry import kinds
    from workbench.report.kind_template import is_kind_name, kind_template
    from workbench.report.safe import safe

    if not is_kind_name(kind):
        raise UsageError(
            f"a kind cannot be called {kind!r}: lower-case words and hyphens, at most 40 characters",
            hint="workbench rules new my-kind",
        )
    if kind in kinds():
        raise UsageError(f"there is a rule kind {kind!r} already", hint=f"workbench rules show {kind}")
    directory = output or Path(f"workbench-{kind}")
    texts = kind_template(kind)
    write_new(directory, texts)
    if options.json:
        print_document({"schema": 1, "kind": kind, "directory": str(directory), "files": list(texts)})
    else:
        written = "".join(f"  {safe(str(directory / path))}\n" for path in texts)
        print_text(f"the kind {kind} begins in\n{written}next: pip install -e {safe(quote(str(directory)))}\n")


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

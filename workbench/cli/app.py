"""The command itself: its global options, and verbs that are imported when they are called."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from workbench.cli.options import Options
from workbench.cli.plain_text import without_pydantic
from workbench.cli.verbs import SECTIONS, VERBS, load
from workbench.model.errors import UsageError

if TYPE_CHECKING:
    from typer._click.core import Context, Parameter
    from typer._click.formatting import HelpFormatter

PROGRAM = "workbench"


class Verbs(TyperGroup):
    """Looks its commands up by name, so that calling one imports one."""

    def get_command(self, ctx: Context, cmd_name: str) -> TyperCommand:  # noqa: ARG002  typer's signature
        if cmd_name in VERBS:
            return load(cmd_name)
        near = get_close_matches(cmd_name, VERBS)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"there is no command {cmd_name!r}{meant}", hint=f"{PROGRAM} --help")

    def get_params(self, ctx: Context) -> list[Parameter]:
        return without_pydantic(super().get_params(ctx))

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002  typer's signature
        for title, verbs in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(verbs.items()))


def run(arguments: list[str]) -> int:
    """Carry out a command line and return its exit code; every failure comes out as an exception."""
    command = get_command(_app)
    flags, rest = _split(arguments)
    with command.make_context(PROGRAM, [*flags, *rest]) as context:
        code = command.invoke(context)
    return code if isinstance(code, int) else 0


_FLAGS = frozenset({"--json", "--quiet", "-q", "--verbose", "-v", "--no-color"})


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return (global flags, the rest): flags may follow the verb, up to a `--`; typer wants them in front."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    flags = [one for one in arguments[:end] if one in _FLAGS]
    rest = [one for one in arguments[:end] if one not in _FLAGS]
    return flags, [*rest, *arguments[end:]]


def wants(arguments: list[str], *flags: str) -> bool:
    """Return whether a global flag was given, without needing the rest of the line to make sense."""
    given, _ = _split(arguments)
    return not {*flags}.isdisjoint(given)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"{PROGRAM} {version('codemod-workbench')}")
        raise typer.Exit


_app = typer.Typer(
    cls=Verbs,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@_app.callback(invoke_without_command=True)
def workbench(
    context: typer.Context,
    *,
    directory: Annotated[
        str, typer.Option("-C", metavar="DIR", help="The target repository; default: the one around here.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print all there is; tracebacks too.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Print no colours; NO_COLOR does the same.")] = False,
    version: Annotated[  # noqa: ARG001  its callback has acted before this body runs
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Migrate Python code in atomic, tested, reversible commits."""
    context.obj = Options(Path(directory), json, quiet, verbose, color=not no_color)
    if context.invoked_subcommand is None:
        if not json:
            typer.echo(context.get_help(), err=True)
        raise UsageError("no command was given", hint=f"{PROGRAM} --help")

"""What every verb knows about how it was called: the options that stand before it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

from typer import Argument, Context

if TYPE_CHECKING:
    from rich.console import Console

PlanArgument = Annotated[
    str, Argument(metavar="PLAN", help="A plan file, or its name in plans/; left out, the only one there is.")
]


@dataclass(frozen=True, slots=True)
class Options:
    """The global options. `directory` is where the target repository is looked for.

    `quiet` silences progress, never results or errors; `verbose` shows what a summary leaves out.
    """

    directory: Path = Path()
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    color: bool = True

    def results(self) -> Console:
        """Return the console for results, on stdout."""
        return self._console(sys.stdout)

    def progress(self) -> Console:
        """Return the console for progress, on stderr; silent with `quiet`."""
        return self._console(sys.stderr, quiet=self.quiet)

    def animated(self, environ: Mapping[str, str] = os.environ) -> bool:
        """Return whether progress may move: on a terminal that is not a dumb one and not a CI log."""
        return (
            sys.stderr.isatty() and not self.quiet and not environ.get("CI") and environ.get("TERM", "dumb") != "dumb"
        )

    def _console(self, stream: TextIO, *, quiet: bool = False) -> Console:
        from workbench.report.console.frame import make_console

        return make_console(stream, color=self.color, quiet=quiet)


def options_of(context: Context) -> Options:
    """Return the global options of a call."""
    options = context.obj
    assert isinstance(options, Options)
    return options


def print_document(document: dict[str, object]) -> None:
    """Print one JSON document on stdout, which is all that `--json` ever prints there."""
    from workbench.report.objects import dump

    sys.stdout.write(dump(document))


def print_text(text: str) -> None:
    """Print text that a renderer has made whole and safe, on stdout."""
    sys.stdout.write(text)

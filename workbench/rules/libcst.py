"""A LibCST codemod the team has already: its changes are checked and committed like any other.

`codemod` is the dotted path of a `CodemodCommand` (`libcst.codemod.commands.rename.RenameCommand`, or a team's own, found
from the repository's root), `arguments` what one would write behind its name on the command line.

It runs beside this program, in the interpreter `python`, which needs nothing but libcst: without it, in the one that
runs this program; `.venv/bin/python` is the repository's own. The codemod gets the text of each file and the path
it has in the repository, and gives back a text; nothing is written. It has a new instance for each file. Metadata that LibCST
computes for a whole repository is computed from the files in the checkout.

Every run of lines that differs then is one place. The places of a file change together or not at all: only the codemod knows
how they hang together. What it changed has to pass every check that our own changes pass: a file that does not compile any
more, or has an undefined name, or that a second pass would change again, is left out, with the reason.

**Refused** (`program-failed`): the codemod raised an error, or took more than `seconds`. `words` are names one of which
a file must hold to be given to it at all.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from workbench.codemod.foreign.hosted import Hosted, HostedParameters
from workbench.codemod.rule import Change, Example, Keep, Refuse


class LibcstParameters(HostedParameters):
    """`codemod` and its `arguments`; `python`: where it runs."""

    codemod: str = Field(pattern=r"^[\w.]+[.:]\w+$", description="the dotted path of a `CodemodCommand`")
    arguments: tuple[str, ...] = Field((), description="its arguments, as on the command line")


class Libcst(Hosted[LibcstParameters]):
    kind: ClassVar[str] = "libcst"
    summary: ClassVar[str] = "A LibCST codemod the team has already: its changes are checked and committed like ours."
    Parameters = LibcstParameters
    defaults: ClassVar[dict[str, object]] = {
        "codemod": "libcst.codemod.commands.convert_percent_format_to_fstring.ConvertPercentFormatStringCommand"
    }
    runner: ClassVar[str] = "libcst_runner.py"

    def given(self) -> tuple[str, ...]:
        return (self.parameters.codemod, *self.parameters.arguments)

    def message(self) -> str:
        return f"{self.parameters.codemod.replace(':', '.').rpartition('.')[2]} changes this"

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before="def f(name):\n    x  =  1\n    return 'hello %s' % name\n",
            after="def f(name):\n    x  =  1\n    return f'hello {name}'\n",
            why="what the codemod makes of the file",
        ),
        Refuse(
            code="x = 1\n",
            reason="program-failed",
            why="there is no such codemod",
            parameters=(("codemod", "libcst.codemod.commands.noop.Missing"),),
        ),
        Keep(
            code="x = 'hello'\n",
            why="what the codemod leaves alone",
        ),
    )

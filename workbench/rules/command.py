"""Any program that edits files: what it makes of a file is checked and committed like any other change.

`run` is the program with its arguments, no shell around it; `{file}` stands for the file, which goes last where nothing
stands for it. It is a name on the `PATH`, or a path in the repository (`.venv/bin/pyupgrade`).

The program never sees the repository. Each file is copied, under its own path, into a directory that holds nothing else
but the files of `config` (`["pyproject.toml"]`), and the program runs there, with a home of its own, until it changes
nothing any more, `fixpoint` times at most. Every run of lines that differs then is one place. The places of a file
change together or not at all: only the program knows how they hang together.

**Refused** (`program-failed`): it ended with a code that is not among `success_codes`, took more than `seconds`, still
changes the file after `fixpoint` runs, took the file away, or touched another one. What it may leave behind is listed in
`leaves`; caches are no matter. What it changed has to pass every check that our own changes pass: a file that does
not compile any more, or has an undefined name, is left out, with the reason.

Many programs tell by their exit code that they changed something: `success_codes = [0, 1]` for pyupgrade. `words` are
names one of which a file must hold to be given to the program at all; without them it is run on every file of the scope,
which takes as long as it takes.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field

from workbench.codemod.foreign.editor import Editor, EditorParameters, ProgramFailedError
from workbench.codemod.foreign.program import Program, edited
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Refuse
from workbench.codemod.source import Module
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem

_EDIT = "import sys, pathlib; p = pathlib.Path(sys.argv[1]); p.write_text(p.read_text().replace('old', 'new'))"
_FAIL = "import sys; sys.exit('no such thing')"


class CommandParameters(EditorParameters):
    """`run`: the program; the rest says how it behaves."""

    run: tuple[str, ...] = Field(min_length=1, description="the program and its arguments; `{file}` is the file")
    success_codes: tuple[int, ...] = Field((0,), description="exit codes that mean it did its work")
    fixpoint: int = Field(3, ge=1, le=10, description="how often it is run at most, until it changes nothing any more")
    config: tuple[str, ...] = Field((), description="files of the repository that it needs beside the one it edits")
    env: Mapping[str, str] = Field({}, description="environment variables to set for it")
    leaves: tuple[str, ...] = Field((), description="files it may leave behind, which are thrown away")


class Command(Editor[CommandParameters]):
    kind: ClassVar[str] = "command"
    summary: ClassVar[str] = "Any program that edits files: its changes are checked and committed like ours."
    Parameters = CommandParameters
    defaults: ClassVar[dict[str, object]] = {"run": ("python3", "-c", _EDIT)}

    def __init__(self, parameters: CommandParameters, root: Path = Path()) -> None:
        super().__init__(parameters)
        self._root = root

    def prepared(self, root: Path) -> Self:
        return type(self)(self.parameters, root)

    def problems(self, project: Project, tree: Tree) -> tuple[Problem, ...]:  # noqa: ARG002 - needs neither
        key = f"rules[{self.id}]"
        missing = [name for name in self.parameters.config if not (self._root / name).is_file()]
        found = [Problem(f"there is no file {name}", f"{key}.config") for name in missing]
        if shutil.which(self._argv[0]) is None:
            told = f"there is no program {self.parameters.run[0]}"
            found.append(Problem(told, f"{key}.run", suggestion="install it, or give its path in the repository"))
        return tuple(found)

    def edited(self, module: Module) -> bytes:
        try:
            program = self._program
        except OSError as error:
            raise ProgramFailedError(f"{error.filename} cannot be read: {error.strerror}") from None
        return edited(program, module.path, module.source)

    def message(self) -> str:
        return f"{Path(self.parameters.run[0]).name} changes this"

    @property
    def _argv(self) -> tuple[str, ...]:
        first, *rest = self.parameters.run
        return (str(self._root / first) if "/" in first else first, *rest)

    @cached_property
    def _program(self) -> Program:
        given = self.parameters
        beside = tuple((name, (self._root / name).read_bytes()) for name in given.config)
        return Program(
            self._argv,
            tuple(sorted(given.env.items())),
            beside,
            frozenset(given.success_codes),
            given.fixpoint,
            given.seconds,
            frozenset(given.leaves),
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before="old = 1\nother = 2\nprint(old)\n",
            after="new = 1\nother = 2\nprint(new)\n",
            why="what the program makes of the file",
        ),
        Refuse(
            code="old = 1\n",
            reason="program-failed",
            why="the program says that it failed",
            parameters=(("run", ("python3", "-c", _FAIL)),),
        ),
        Keep(
            code="other = 2\n",
            why="what the program leaves alone",
        ),
    )

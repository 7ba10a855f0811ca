"""The kinds whose engine runs in an interpreter of its own and answers for one file after the other."""

from __future__ import annotations

import base64
import shutil
import sys
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from pydantic import Field

from workbench.codemod.foreign.editor import Editor, EditorParameters
from workbench.codemod.foreign.helper import helper
from workbench.codemod.project import Project
from workbench.codemod.source import Module
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem


class HostedParameters(EditorParameters):
    """`python`: where the engine runs."""

    python: str = Field("", description="the interpreter it runs in, as a path in the repository or on the `PATH`")


H = TypeVar("H", bound=HostedParameters)


class Hosted(Editor[H]):
    """A kind with a runner: a file beside this one that reads requests and writes answers."""

    runner: ClassVar[str]

    def __init__(self, parameters: H, root: Path = Path()) -> None:
        super().__init__(parameters)
        self._root = root

    def prepared(self, root: Path) -> Self:
        return type(self)(self.parameters, root)

    @abstractmethod
    def given(self) -> tuple[str, ...]:
        """Return what the runner is given on its command line, behind the repository's root."""

    def problems(self, project: Project, tree: Tree) -> tuple[Problem, ...]:  # noqa: ARG002 - needs neither
        if shutil.which(self._python) is not None:
            return ()
        return (Problem(f"there is no interpreter {self.parameters.python}", f"rules[{self.id}].python"),)

    def answer(self, module: Module) -> dict[str, Any]:
        """Return the runner's answer for one file; raises ProgramFailedError."""
        script = str(Path(__file__).with_name(self.runner))
        serving = helper((self._python, script, str(self._root.resolve()), *self.given()), self._root.resolve())
        return serving.ask(module.path, module.source, self.parameters.seconds)

    def edited(self, module: Module) -> bytes:
        return base64.b64decode(self.answer(module)["source"])

    @property
    def _python(self) -> str:
        named = self.parameters.python
        return str(self._root / named) if "/" in named else named or sys.executable

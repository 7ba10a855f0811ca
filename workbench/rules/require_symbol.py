"""A symbol must be there: the function or class everyone is to use, under the path everyone is to use it by.

`symbol` must exist in the tree: defined in its module, or re-exported by it (by name, by a star, or as a submodule).
With `callable = true`, the default, it must be a function or a class. Both are read off the source: nothing is ever
imported, so a module that fails to import or does things when imported is judged like any other.

There is at most one place: the first line of the symbol's module; where that module is missing, of the nearest package
around it. A plan in which no file stands for the symbol, or only one that the plan does not judge, is an error.

The rule does not rewrite anything, so its site is never open work: it stands as blocked with the reason `detect-only`,
counts as found, and a run ends with exit code 1 as long as it is there. What cannot be known carries another
reason, and is no proof that the symbol exists: `dynamic-name` (the module makes its names at run time, or a class may
inherit the name), `outside-tree` (it is re-exported from somewhere else), `unparsable`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from workbench.codemod.detected import DETECT_ONLY, Detector, first_line
from workbench.codemod.find import applies
from workbench.codemod.moves.module_names import is_under, prefixes
from workbench.codemod.presence import presence
from workbench.codemod.project import Project
from workbench.codemod.rule import Example, Keep, Parameters, Refuse
from workbench.codemod.source import Module
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem
from workbench.model.violation import Site

_TREE = (("app/__init__.py", ""), ("app/impl.py", "def build():\n    return 1\n\n\nDEFAULT = build()\n"))


class RequireSymbolParameters(Parameters):
    """`symbol`: the dotted name; `callable`: whether it must be a function or a class."""

    symbol: str = Field(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)+$", description="the dotted name of what must be there")
    callable: bool = Field(default=True, strict=True, description="whether it must be a function or a class")


class RequireSymbol(Detector[RequireSymbolParameters]):
    kind: ClassVar[str] = "require-symbol"
    summary: ClassVar[str] = "A function or class must be there, under this path."
    Parameters = RequireSymbolParameters
    defaults: ClassVar[dict[str, object]] = {"symbol": "app.factory.build"}

    def mentions(self) -> tuple[str, ...]:
        return (self.parameters.symbol,)

    def requires(self) -> tuple[str, ...]:
        return (self.parameters.symbol,)

    def needles(self) -> frozenset[str]:
        return frozenset({self.parameters.symbol.rpartition(".")[2]})

    def is_about(self, module: str) -> bool:
        return bool(module) and is_under(self.parameters.symbol, module)

    def problems(self, project: Project, tree: Tree) -> tuple[Problem, ...]:
        symbol, key = self.parameters.symbol, f"rules[{self.id}]"
        home = self._home(project)
        if not home:
            missing = f"no file of the tree is the module of {symbol}, or a package around it"
            return (Problem(missing, key, suggestion="see `scope.source_roots`, which map files to modules"),)
        judged = (path for path in tree.paths if applies(self.parameters, path))
        if any((named := tree.roots.name_of(path)) is not None and named[0] == home for path in judged):
            return ()
        return (Problem(f"{home}, where {symbol} is looked for, is no file that this rule judges", key),)

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        known = project.facts.get(module.name)
        if module.name != self._home(project) or (known is not None and known.path != module.path):
            return
        found = presence(self.parameters.symbol, project, callable_=self.parameters.callable)
        if found.there:
            return
        yield self.detected(
            module,
            first_line(module),
            key=f"missing {self.parameters.symbol}",
            message=f"{self.parameters.symbol} {found.told}",
            blocked=found.doubt or DETECT_ONLY,
        )

    def _home(self, project: Project) -> str:
        """Return the module of the symbol, or the nearest package around it that has a file; "" if there is none."""
        there = [one for one in prefixes(self.parameters.symbol) if one in project.modules]
        return there[-1] if there else ""

    examples: ClassVar[tuple[Example, ...]] = (
        Refuse(
            code="def make():\n    return 1\n",
            reason="detect-only",
            why="the module is there, the function is not",
            path="app/factory.py",
            tree=_TREE,
        ),
        Refuse(
            code="# The factory is still to be written.\n",
            reason="detect-only",
            why="the module itself is missing: the package answers for it",
            path="app/__init__.py",
            tree=_TREE[1:],
        ),
        Refuse(
            code="from app.impl import DEFAULT as build\n",
            reason="detect-only",
            why="what stands under the name can be called neither as a function nor as a class",
            path="app/factory.py",
            tree=_TREE,
        ),
        Refuse(
            code="def __getattr__(name):\n    return name\n",
            reason="dynamic-name",
            why="the module makes its names at run time, which proves nothing",
            path="app/factory.py",
            tree=_TREE,
        ),
        Refuse(
            code="from elsewhere import build\n",
            reason="outside-tree",
            why="whether that can be called is not written in this tree",
            path="app/factory.py",
            tree=_TREE,
        ),
        Keep(
            code="def build():\n    return 1\n",
            why="there it is",
            path="app/factory.py",
            tree=_TREE,
        ),
        Keep(
            code="from app.impl import *\n",
            why="a re-export will do, by name or by star",
            path="app/factory.py",
            tree=_TREE,
        ),
        Keep(
            code="build = 1\n",
            why="without `callable` anything of the name will do",
            path="app/factory.py",
            tree=_TREE,
            parameters=(("callable", False),),
        ),
    )

"""A module nobody may have or import: its file, each import of it and each use is listed, none is changed.

For modules that must be gone, and for names that must not come back: one class of factories per package, a
`utils` in every folder. `module` is a dotted name, or a pattern over dotted names in which `*`, `?` and `[...]` stand
for any text, dots too: `"*.websocket_manager_factory"`, `"app.ws.*factory*"`. Whatever lies inside a module it matches
is forbidden as well.

One place is: the first line of a forbidden module's file; an import of it, or of something in it, in any spelling; a
use through a package (`import app`, then `app.legacy.run()`). Strings that spell it (`import_module("app.legacy")`,
`mock.patch`) are listed as excluded with `strings = "report"`, and count with `"rewrite"`. What a forbidden module
imports itself is no matter.

`allow` lists files: forbidden modules that may exist, and files that may import them. An entry that allows nothing
(no file matches it, or nothing forbidden stands in those that do) is an error in the plan file.

The rule does not rewrite anything, so its sites are never open work: they stand as blocked with the reason
`detect-only`, count as found, and a run ends with exit code 1 as long as there are any. Places that other rules of the
same plan mend are excluded as `covered`.

Limits: a pattern whose last part holds a `*` has every file parsed that imports anything. A package that hands a
module on under another name is found itself, but those who import that name are found only if `module` is a plain name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import translate
from functools import lru_cache
from typing import ClassVar

from pydantic import Field

from workbench.codemod.allowances import dead_allowances
from workbench.codemod.detected import Detector, doubt, first_line
from workbench.codemod.moves.module_names import is_under, module_strings, prefixes
from workbench.codemod.names import ImportedName, Names, names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Example, Keep, Parameters, Refuse
from workbench.codemod.source import Module
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem
from workbench.model.violation import Site

_WILD = re.compile(r"[*?\[]")
_TREE = (
    ("app/__init__.py", ""),
    ("app/legacy.py", "def run():\n    return 1\n"),
    ("app/ws/__init__.py", ""),
    ("app/ws/manager_factory.py", "def make():\n    return 1\n"),
)


class ForbidModuleParameters(Parameters):
    """`module`: a dotted module name, or a pattern over dotted names."""

    module: str = Field(
        pattern=r"^[\w*?\[\]!-]+(\.[\w*?\[\]!-]+)*$",
        description="a dotted module name, or a pattern over dotted names with `*`, `?` and `[...]`",
    )


class ForbidModule(Detector[ForbidModuleParameters]):
    kind: ClassVar[str] = "forbid-module"
    summary: ClassVar[str] = "Modules of this name must not exist, and nobody may import them."
    Parameters = ForbidModuleParameters
    defaults: ClassVar[dict[str, object]] = {"module": "app.legacy"}

    def mentions(self) -> tuple[str, ...]:
        return () if self._is_pattern else (self.parameters.module,)

    def needles(self) -> frozenset[str]:
        last = self.parameters.module.rpartition(".")[2]
        return frozenset({"import", "__import__"} if _WILD.search(last) else {last})

    def is_about(self, module: str) -> bool:
        return bool(self._forbidden(module))

    def problems(self, project: Project, tree: Tree) -> tuple[Problem, ...]:
        return tuple(dead_allowances(self, project, tree))

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        own = self._forbidden(module.name)
        if own:
            place = first_line(module)
            yield self.detected(module, place, key=f"module {module.name}", message=f"{module.name} must not exist")
            return
        names = names_of(module, project)
        found = [*self._imports(names), *self._uses(names), *self._strings(names)]
        yield from sorted(found, key=lambda site: site.place)

    # ---- what counts

    @property
    def _is_pattern(self) -> bool:
        return _WILD.search(self.parameters.module) is not None

    def _matches(self, dotted: str) -> bool:
        return _compiled(self.parameters.module).match(dotted) is not None

    def _forbidden(self, dotted: str) -> str:
        return _forbidden(self.parameters.module, dotted)

    def _present(self, project: Project) -> frozenset[str]:
        """Return the forbidden modules of a tree, the outermost only; a plain name counts even when it is gone."""
        return _present(self.parameters.module, project).union(self.mentions())

    def _imported(self, imported: ImportedName, project: Project) -> str:
        """Return the forbidden module that an import names, directly or through a package that hands it on."""
        spelled = imported.spelled
        if imported.is_module or imported.is_star:
            return self._forbidden(spelled)
        found = self._forbidden(spelled.rpartition(".")[0])
        if not found and self._matches(spelled) and self._may_be_module(spelled, project):
            return spelled
        return found or self._handed_on(spelled, project)

    def _may_be_module(self, dotted: str, project: Project) -> bool:
        """Say whether what a package offers under a name is a module: surely in the tree, by the plain name outside."""
        there = project.exists(dotted)
        return project.has_module(dotted) or there is False or (there is None and not self._is_pattern)

    def _handed_on(self, dotted: str, project: Project) -> str:
        origin = project.origin(dotted)
        return self._forbidden(origin) if origin != dotted and project.has_module(origin) else ""

    # ---- where it stands

    def _imports(self, names: Names) -> Iterator[Site]:
        for imported in names.index.imports:
            found = self._imported(imported, names.project)
            if found:
                yield self.detected(
                    names.module,
                    names.module.place(imported.alias),
                    key=f"import {imported.spelled}",
                    scope=imported.scope,
                    message=f"{found} must not be imported",
                )

    def _uses(self, names: Names) -> Iterator[Site]:
        project = names.project
        present = self._present(project)
        for use in names.uses({project.canonical(one) for one in present}):
            origin, spelled = use.resolved.origin, use.resolved.spelled
            if origin is None or self._imported(origin, project):
                continue
            found = self._forbidden(spelled) or self._handed_on(spelled, project)
            if found:
                yield self.detected(
                    names.module,
                    use.place,
                    key=f"use {found}",
                    scope=use.scope,
                    message=f"{found} must not be used",
                    blocked=doubt(use),
                )

    def _strings(self, names: Names) -> Iterator[Site]:
        if self.parameters.strings == "ignore":
            return
        for one in module_strings(names, self._matches):
            known = not self._is_pattern or any(is_under(one.text, module) for module in self._present(names.project))
            if known:
                yield self.detected(
                    names.module,
                    one.place,
                    key=f"string {one.text}",
                    scope=one.scope,
                    message=f"{one.spelled} must not be used",
                    is_string=True,
                )

    examples: ClassVar[tuple[Example, ...]] = (
        Refuse(
            code='"""Old things."""\n',
            reason="detect-only",
            why="the module itself must go",
            path="app/legacy.py",
            tree=_TREE,
        ),
        Refuse(
            code="from app.legacy import run\nfrom . import legacy\nimport app.legacy as old\n",
            reason="detect-only",
            why="every spelling of the import counts, relative ones and aliases too",
            tree=_TREE,
        ),
        Refuse(
            code="import app\n\napp.legacy.run()\n",
            reason="detect-only",
            why="a module can be reached through its package",
            tree=_TREE,
        ),
        Refuse(
            code="from importlib import import_module\n\nimport_module('app.legacy').run()\n",
            reason="string",
            why="strings are listed, but are no violations unless `strings` says so",
            tree=_TREE,
        ),
        Refuse(
            code="from app.ws.manager_factory import make\n",
            reason="detect-only",
            why="a pattern forbids a name wherever it turns up",
            tree=_TREE,
            parameters=(("module", "*.*_factory"),),
        ),
        Keep(
            code="from app import ws\nfrom app.core import legacy\n",
            why="a function of that name in another module is none",
            tree=(*_TREE, ("app/core.py", "def legacy(): ...\n")),
            parameters=(("module", "*.legacy"),),
        ),
        Keep(
            code="from app.legacy import run\n",
            why="files in `allow` may go on importing it",
            tree=_TREE,
            parameters=(("allow", ("app/example.py",)),),
        ),
    )


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))


def _forbidden(pattern: str, dotted: str) -> str:
    """Return the first part of a dotted name that a pattern matches: the module it lies in, or is; "" if none."""
    match = _compiled(pattern).match
    return next(filter(match, prefixes(dotted)), "") if dotted else ""


@lru_cache(maxsize=4)
def _present(pattern: str, project: Project) -> frozenset[str]:
    return frozenset(_forbidden(pattern, module) for module in project.modules) - {""}

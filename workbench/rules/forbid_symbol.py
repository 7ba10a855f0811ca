"""A function, class or constant that nobody may use: each place that still does is listed, none is changed.

For what must be gone when a migration is done, and must not come back: a deprecated factory, a class that only its
factory may create. `use` says what is forbidden:

- `"any"` (the default): the symbol itself. Its definition, imports of it, uses of it, and star imports that bring it.
- `"import"`: importing it, star imports included. Uses through a module (`legacy.create()`) do not count.
- `"call"`: calling it, under whatever name and through whatever import, and handing it on to be called
  (`default_factory=Manager`). With `allow`, the creators of a class: each call outside those files is a violation.

Names are resolved, never compared as text. Where `symbol` is the place of the definition, every path to it counts,
re-exports and aliases too; where it is a re-export, `any` and `import` forbid just that path.
Dotted names in strings, such as those of `mock.patch`, count for `any`: `strings = "report"` lists them as excluded,
`"rewrite"` as violations, which a person has to rewrite.

The rule does not rewrite anything, so its sites are never open work: they stand as blocked with the reason
`detect-only`, count as found, and a run ends with exit code 1 as long as there are any. Places that other rules of the
same plan mend are excluded as `covered`. A place that something else may reach too carries that reason instead:
`rebound`, `alternatives`, `star-import`, `passed-as-value`.

Limits: what is read at run time (`getattr(module, name)`) is not seen; nor are methods that are called on instances.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from workbench.codemod.calls.sites import call_sites
from workbench.codemod.definitions.definitions import binding_place, bindings
from workbench.codemod.detected import DETECT_ONLY, Detector, doubt
from workbench.codemod.key import site_key
from workbench.codemod.names import ImportedName, Names, names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Example, Keep, Parameters, Refuse
from workbench.codemod.source import Module
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem
from workbench.model.violation import Site

_LEGACY = "def create():\n    return object()\n"
_TREE = (("app/__init__.py", ""), ("app/legacy.py", _LEGACY), ("app/ws.py", "class Manager: ...\n"))


class ForbidSymbolParameters(Parameters):
    """`symbol`: the dotted name; `use`: what about it is forbidden."""

    symbol: str = Field(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)+$", description="the dotted name of what is forbidden")
    use: Literal["any", "import", "call"] = Field("any", description="what about it is forbidden")


class ForbidSymbol(Detector[ForbidSymbolParameters]):
    kind: ClassVar[str] = "forbid-symbol"
    summary: ClassVar[str] = "A symbol must be gone, or nobody may import it, or only some files may call it."
    reads_doctests: ClassVar[bool] = True
    Parameters = ForbidSymbolParameters
    defaults: ClassVar[dict[str, object]] = {"symbol": "app.legacy.create"}

    def mentions(self) -> tuple[str, ...]:
        return (self.parameters.symbol,)

    def needles(self) -> frozenset[str]:
        return frozenset({self.parameters.symbol.rpartition(".")[2]})

    def problems(self, project: Project, tree: Tree) -> tuple[Problem, ...]:  # noqa: ARG002 - files are not asked
        if not project.has_module(self.parameters.symbol):
            return ()
        told = f"{self.parameters.symbol} is a module"
        return (Problem(told, f"rules[{self.id}].symbol", suggestion="the kind `forbid-module` is for modules"),)

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        names = names_of(module, project)
        match self.parameters.use:
            case "call":
                found = self._calls(names)
            case "import":
                found = self._imports(names)
            case "any":
                parts = (self._definitions(names), self._imports(names), self._uses(names), self._strings(names))
                found = (site for part in parts for site in part)
        first = {site.place: site for site in reversed([*found])}
        yield from sorted(first.values(), key=lambda site: site.place)

    # ---- what counts

    def _is_it(self, spelled: str, project: Project) -> bool:
        """Say whether a spelling leads through the forbidden name."""
        return self.parameters.symbol in project.chain(spelled)

    def _is_called(self, spelled: str, project: Project) -> bool:
        """Say whether a spelling is the forbidden callable; by another path too, if that one is about to move to it."""
        symbol = self.parameters.symbol
        settled = project.canonical(symbol) == project.origin(symbol)
        same = settled and project.canonical(spelled) == project.canonical(symbol)
        return same or self._is_it(spelled, project)

    def _wanted(self, project: Project) -> frozenset[str]:
        return frozenset({project.canonical(self.parameters.symbol)})

    # ---- where it stands

    def _definitions(self, names: Names) -> Iterator[Site]:
        module, symbol = names.module, self.parameters.symbol
        if not module.name or not symbol.startswith(f"{module.name}."):
            return
        for binding, scope in bindings(symbol.removeprefix(f"{module.name}."), names):
            place = binding_place(binding, module)
            if place is not None:
                key = f"definition {names.project.canonical(symbol)}"
                yield self.detected(module, place, key=key, scope=scope, message=f"{symbol} is still defined")

    def _imports(self, names: Names) -> Iterator[Site]:
        project, symbol = names.project, self.parameters.symbol
        for imported in names.imported(self._wanted(project)):
            if self._stands_in(imported, names) if imported.is_star else self._is_it(imported.spelled, project):
                yield self.detected(
                    names.module,
                    names.module.place(imported.alias),
                    key=f"import {project.canonical(symbol)}",
                    scope=imported.scope,
                    message=f"{symbol} is not to be imported any more",
                )

    def _stands_in(self, star: ImportedName, names: Names) -> bool:
        """Say whether the file needs the symbol from this star import; who imports it from here is found himself."""
        wanted = self._wanted(names.project)
        used = ((use.resolved.origin, use.resolved.spelled) for use in names.uses(wanted))
        listed = (one.spelled for one in names.strings(wanted) if one.exported)
        brought = [spelled for origin, spelled in used if origin is star]
        return any(self._is_it(one, names.project) for one in [*brought, *listed] if one.startswith(f"{star.spelled}."))

    def _uses(self, names: Names) -> Iterator[Site]:
        for use in names.uses(self._wanted(names.project)):
            if self._is_it(use.resolved.spelled, names.project):
                yield self.detected(
                    names.module,
                    use.place,
                    key=f"use {names.project.canonical(self.parameters.symbol)}",
                    scope=use.scope,
                    message=f"{self.parameters.symbol} is not to be used any more",
                    blocked=doubt(use),
                )

    def _strings(self, names: Names) -> Iterator[Site]:
        if self.parameters.strings == "ignore":
            return
        for use in names.strings(self._wanted(names.project)):
            if self._is_it(use.spelled, names.project):
                yield self.detected(
                    names.module,
                    use.place,
                    key=f"string {use.qualified}",
                    scope=use.scope,
                    message=f"{self.parameters.symbol} is not to be used any more",
                    is_string=not use.exported,
                )

    def _calls(self, names: Names) -> Iterator[Site]:
        for one in call_sites(names.project.canonical(self.parameters.symbol), names):
            if self._is_called(one.use.resolved.spelled, names.project):
                yield self.detected(
                    names.module,
                    names.module.place(one.node),
                    key=site_key("call" if one.call is not None else "value", one.node, names),
                    scope=one.use.scope,
                    message=f"{self.parameters.symbol} is not to be called here",
                    blocked=one.blocked or DETECT_ONLY,
                )

    examples: ClassVar[tuple[Example, ...]] = (
        Refuse(
            code="from app.legacy import create\n\nthing = create()\n",
            reason="detect-only",
            why="the import and the call are two places, for a person to change",
            tree=_TREE,
        ),
        Refuse(
            code="from app.legacy import *\n\ncreate()\n",
            reason="detect-only",
            why="a star import that brings what the file uses counts as an import of it",
            tree=_TREE,
            parameters=(("use", "import"),),
        ),
        Refuse(
            code=_LEGACY,
            reason="detect-only",
            why="a symbol that must be gone is not gone while it is defined",
            path="app/legacy.py",
            tree=_TREE,
        ),
        Refuse(
            code="from unittest import mock\n\nmock.patch('app.legacy.create')\n",
            reason="string",
            why="strings are listed, but are no violations unless `strings` says so",
            tree=_TREE,
        ),
        Refuse(
            code="from app import ws\n\n\ndef connect():\n    return ws.Manager()\n",
            reason="detect-only",
            why="only files in `allow` may create the class",
            tree=_TREE,
            parameters=(("symbol", "app.ws.Manager"), ("use", "call")),
        ),
        Refuse(
            code="import dataclasses as d\n\nfrom app.ws import Manager\n\nslot = d.field(default_factory=Manager)\n",
            reason="passed-as-value",
            why="what is handed on will be called",
            tree=_TREE,
            parameters=(("symbol", "app.ws.Manager"), ("use", "call")),
        ),
        Keep(
            code="from app.ws import Manager\n\n\ndef check(one: Manager):\n    return isinstance(one, Manager)\n",
            why="an annotation and `isinstance` create nothing",
            tree=_TREE,
            parameters=(("symbol", "app.ws.Manager"), ("use", "call")),
        ),
        Keep(
            code="from app import legacy\n\n\ndef create():\n    return legacy.other()\n",
            why="another function of the same name, and another use of the module",
            tree=_TREE,
        ),
        Keep(
            code="from app.ws import Manager\n\nManager()\n",
            why="the class may be created in the files of `allow`",
            path="app/factory.py",
            tree=_TREE,
            parameters=(("symbol", "app.ws.Manager"), ("use", "call"), ("allow", ("app/factory.py",))),
        ),
    )

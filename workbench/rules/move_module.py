"""A module that lives elsewhere: every import of it, and every use that spells its path, follows.

For a module or a package that was renamed or moved. The rule moves no files: the module at `to` must be there, moved
by hand (`git mv`) or written beside the old one. Submodules of a moved package move along.

Every spelling follows: `import a.old`, `import a.old as o`, `from a import old`, `from a.old import x, y`, relative
forms, imports inside functions, `try` and `if TYPE_CHECKING`, `a.old.x` through `import a.old` or `import a`, quoted
annotations, type comments, and, with `strings = "rewrite"`, dotted names in strings such as those of `mock.patch` and
`import_module`. Aliases stay. `from a import old` becomes `from a import new`, and the uses below follow the new name,
as long as nobody else needs the old one; else it says `new as old`. An `import a.old` whose first package other code of
the file still needs leaves an import of what that code spells.

What tests patch follows as strings do: `patch("a.old.x")`, and `patch.object(a, "old")` within the package, in one unit
with the code that looks into the module. A module that imports it keeps the name by which a string or a patch knows it.

Only what spells the old path is a place. A module that imports from the old one and hands things on is changed itself;
those who import from there stay. The files of the old module are left alone.

Blocked: `not-there` (the new module has nothing of that name), `name-taken` (the new name means something else here),
`import-cycle`, `self-import`, `star-import` (what a star brings is not known, or not the same), `rebound`,
`alternatives`, `mock-unclear` (what is patched is an attribute of another package from now on), `dynamic-name` (`__import__("a.old")` returns `a`; text that is put together). An import and the uses
that hang on it change together or not at all.

Shims. With `shim = true`, the file at the old place, and those of submodules there, become shims if they hold nothing but
a docstring, `__all__` and imports from the new module, or nothing at all: after `git mv`, leave an empty file. A shim gives
whatever the new module has, with a `DeprecationWarning` that names it, also to star imports; it imports the new one only
when it is asked, so that no cycle closes; type checkers read a star import. Blocked: `still-defined` (more stands there),
`own-getattr`, `not-there` (the new module lacks something it gives). One that warns of its own accord is left alone. It
goes when nobody needs it: `forbid-module` on the old name, in a later plan, lists who does.

Limits: relative names handed to `import_module`, and files other than Python, are not looked at. Relative imports in
the moved file itself are for whoever moves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import Field

from workbench.codemod.key import shortened
from workbench.codemod.moves.module_names import is_under
from workbench.codemod.moves.module_places import ModuleMove, ModuleSpot, Role, module_spots
from workbench.codemod.moves.module_shim import (
    ModuleShim,
    module_shim,
    module_shim_fault,
    module_shim_site,
    write_module_shim,
)
from workbench.codemod.moves.modules import carry_out
from workbench.codemod.names import Names, names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Parameters, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem
from workbench.model.violation import Site

_NAME = r"^[^\W\d]\w*(\.[^\W\d]\w*)*$"
_TREE = (
    ("app/__init__.py", ""),
    ("app/old.py", "from app.new import *\n"),
    ("app/new.py", "def run(): ...\n\n\ndef stop(): ...\n"),
    ("app/other.py", ""),
)


_MOVED = (_TREE[0], *_TREE[2:])
_SHIM = (("shim", True),)


class MoveModuleParameters(Parameters):
    """`from` and `to`: dotted names of one module, before and after."""

    from_: str = Field(alias="from", pattern=_NAME, description="the dotted name of the module as it was")
    to: str = Field(pattern=_NAME, description="its dotted name from now on; the module must be there")
    shim: bool = Field(
        default=False, strict=True, description="whether the old module goes on giving what moved, with a warning"
    )


class MoveModule(Rule[MoveModuleParameters]):
    kind: ClassVar[str] = "move-module"
    summary: ClassVar[str] = "A module lives elsewhere: every import of it and every path through it follows."
    reads_doctests: ClassVar[bool] = True
    Parameters = MoveModuleParameters
    defaults: ClassVar[dict[str, object]] = {"from": "app.old", "to": "app.new"}

    def targets(self) -> tuple[str, ...]:
        return (self._move.new,)

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ((self._move.old, self._move.new),)

    def needles(self) -> frozenset[str]:
        return frozenset({self._move.old.rpartition(".")[2]})

    def is_about(self, module: str) -> bool:
        """Say whether a file may be one that becomes a shim, even an empty one."""
        return self.parameters.shim and is_under(module, self._move.old)

    def problems(self, project: Project, tree: Tree) -> tuple[Problem, ...]:  # noqa: ARG002 - files are not asked
        told = module_shim_fault(self._move, project) if self.parameters.shim else ""
        return (Problem(told, f"rules[{self.id}].shim", suggestion="take `shim` out"),) if told else ()

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        shim = self._shim(module, project)
        yield from (site for _, site in self._found(module, project))
        if shim is not None:
            yield shim[1]

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        chosen = frozenset(sites)
        shim = self._shim(module, project)
        if shim is not None and shim[1] in chosen:
            return write_module_shim(shim[0], names_of(module, project), shim[1])
        found = self._found(module, project)
        wanted = [(spot, site) for spot, site in found if site in chosen]
        every = [spot for spot, site in found if site.blocked is None and not site.excluded]
        return carry_out(self._move, names_of(module, project), wanted, every)

    @property
    def _move(self) -> ModuleMove:
        return ModuleMove(self.parameters.from_, self.parameters.to)

    def _found(self, module: Module, project: Project) -> list[tuple[ModuleSpot, Site]]:
        if is_under(module.name, self._move.old):
            return []
        names = names_of(module, project)
        found = module_spots(self._move, names, strings=self.parameters.strings != "ignore")
        return [(spot, self._site(spot, names)) for spot in found]

    def _shim(self, module: Module, project: Project) -> tuple[ModuleShim, Site] | None:
        """Return the shim that a file of the old module, which holds no other site, is to be, with its site."""
        if not self.is_about(module.name):
            return None
        names = names_of(module, project)
        shim = module_shim(self._move, names)
        return None if shim is None else (shim, module_shim_site(shim, names, self.id))

    def _site(self, spot: ModuleSpot, names: Names) -> Site:
        told = spot.role in (Role.STRING, Role.MOCK) and self.parameters.strings == "report"
        role = "use" if spot.role in (Role.PATH, Role.READ) else spot.role
        return Site(
            rule=self.id,
            place=spot.place,
            scope=spot.scope.qualname,
            key=shortened(f"{role} {names.project.canonical(spot.spelled)}"),
            snippet=names.module.snippet(spot.place.start, spot.place.end),
            message=f"{self._move.old} is now {self._move.new}",
            blocked=None if told else spot.blocked,
            excluded="string" if told else "",
            reach=None if told else spot.reach,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before="import app.old\nfrom app.old import run, stop as halt\n\napp.old.run()\n",
            after="import app.new\nfrom app.new import run, stop as halt\n\napp.new.run()\n",
            why="imports and paths follow; local names stay",
            tree=_TREE,
        ),
        Change(
            before="from app import old, other\n\nold.run()\n",
            after="from app import new, other\n\nnew.run()\n",
            why="the name of the module itself follows where nobody else needs the old one",
            tree=_TREE,
        ),
        Change(
            before="from app import old\n\n\ndef f(new):\n    old.run(new)\n",
            after="from app import new as old\n\n\ndef f(new):\n    old.run(new)\n",
            why="where the new name is taken, the import keeps the old one as an alias",
            tree=_TREE,
        ),
        Change(
            before="from . import old as o\nfrom .old import run\n\n\ndef f():\n    import app.old as a\n    a.run()\n",
            after="from . import new as o\nfrom .new import run\n\n\ndef f():\n    import app.new as a\n    a.run()\n",
            why="relative imports stay relative, aliases stay, imports stay in their function",
            tree=_TREE,
        ),
        Change(
            before="import app.old, app.other\n\napp.old.run(app.other)\n",
            after="import app.other, lib.fresh\n\nlib.fresh.run(app.other)\n",
            why="one name of a statement moves to another package, the rest stays",
            tree=(*_TREE, ("lib/__init__.py", ""), ("lib/fresh.py", "def run(): ...\n")),
            parameters=(("to", "lib.fresh"),),
        ),
        Change(
            before="import app.old\n\napp.old.run(app.VERSION)\n",
            after="import app\nimport lib.fresh\n\nlib.fresh.run(app.VERSION)\n",
            why="what else came with the old import is imported by itself",
            tree=(*_TREE, ("lib/__init__.py", ""), ("lib/fresh.py", "def run(): ...\n")),
            parameters=(("to", "lib.fresh"),),
        ),
        Change(
            before="from unittest.mock import patch\n\npatch('app.old.run')\n",
            after="from unittest.mock import patch\n\npatch('app.new.run')\n",
            why="strings follow where the rule says so",
            tree=_TREE,
            parameters=(("strings", "rewrite"),),
        ),
        Change(
            before='"""Runs."""\n\nfrom app.new import *\n',
            after='"""Runs."""\n\nfrom typing import TYPE_CHECKING\n\n\nif TYPE_CHECKING:\n'
            "    from app.new import *  # noqa: F403\nelse:\n\n"
            "    def __getattr__(name: str) -> object:\n        import warnings\n\n        import app.new as module\n\n"
            '        if name == "__all__":\n'
            '            given = getattr(module, name, [one for one in dir(module) if not one.startswith("_")])\n'
            '        elif name != "__path__" and hasattr(module, name):\n            given = getattr(module, name)\n'
            '        else:\n            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")\n'
            '        warnings.warn("app.old is now app.new", DeprecationWarning, stacklevel=2)\n        return given\n',
            why="with shim = true, the old module goes on giving what moved, with a warning",
            path="app/old.py",
            tree=_MOVED,
            parameters=_SHIM,
        ),
        Change(
            before="from app.old import run\nfrom app.old import (stop,\n    VERSION)\n",
            after="from app.new import run\nfrom app.new import (stop,\n    VERSION)\n",
            why="statements that were apart stay apart, each as it is laid out",
        ),
        Refuse(
            code="def run(): ...\n",
            reason="still-defined",
            why="what stands there would be lost",
            path="app/old.py",
            tree=_MOVED,
            parameters=_SHIM,
        ),
        Refuse(
            code="from app.old import gone\n",
            reason="not-there",
            why="the new module lacks the name: it was left behind, or renamed",
            tree=_TREE,
        ),
        Refuse(
            code="import app.old\n\nif app.old.run():\n    app = None\napp.old.stop()\n",
            reason="rebound",
            why="one of the uses may be of something else, so the import stays too",
            tree=_TREE,
        ),
        Refuse(
            code="patch('app.old.run')\n",
            reason="string",
            why="strings are only listed unless `strings` says otherwise",
            tree=_TREE,
        ),
        Keep(
            code="import old\nfrom app import older\n\nold.run(older)\n",
            why="other modules of like names",
            tree=_TREE,
        ),
        Keep(
            code="from app.new import run\n",
            why="what comes from the new module already",
            tree=_TREE,
        ),
    )

"""A symbol that lives elsewhere, or is called otherwise: every import and every use follows.

`from` is turned into `to` wherever a file reaches it: `from m import old`, with or without `as`, `import m`
and `m.old`, relative imports, inside functions, `try` and `if TYPE_CHECKING`, quoted annotations, type
comments, `__all__`, and, with `strings = "rewrite"`, dotted names in strings such as those of `mock.patch`.
Where the module stays the same and only the name changes, just the name is edited.

Left alone: the module that defines the symbol, and the module of `to`. What already goes through `to` is
no site, even if `to` is only another path to the same definition.

Re-exports. A package that imports the symbol for others (`from .old_mod import old` in `__init__`) is a
site like any other. Files that reach the symbol through such a re-export are turned straight to `to`.
The local name an import binds changes with it (`from m import new`, and the uses below) only if nobody
needs the old one: if another module imports it from here, star-imports it, spells it in a string
(`patch("here.old")`), or mentions it as an attribute of this module, if it is bound in a class, bound again
in a way that cannot be renamed along, or if the new name is taken, the import says `new as old`. Then
nothing else in the file changes, and no string that names `here.old` has to. An item of `__all__` follows
the local name. An assignment that stands in for a failed import (`except ImportError: old = None`) is
renamed together with the import.

Mocks. `strings` also says what becomes of names that tests patch, by where they are looked up. `patch("shop.old_mod.old")`,
`patch.object(old_mod, "old")`, `patch.multiple`, `monkeypatch.setattr` and `mocker.spy` stand for what others look up in
the old module: they follow, the module beside the name too, in one unit with the code that looks it up. What a module
looks up in itself (`patch("app.user.old")`) stays, and so does its name there. A stub of the symbol on a mock of its
module (`m.old.return_value`, `Mock(spec=["old"])`) follows a new name. `mock-unclear`: the old module goes on looking
the name up itself while others look elsewhere; the mock stands for a module in which the symbol is not looked up any
more; the call patches more than what moves; or a use would no longer read the mock.

Shims. With `shim = true`, a module that hands the symbol on from its new place (`from shop.new_mod import new as old`, in
`shop.old_mod`) is a site too: the import becomes a module-level `__getattr__`, which goes on giving the new object by its
old name, with a `DeprecationWarning` that names the new one. It imports inside, so that no cycle closes; type checkers read
the import under `if TYPE_CHECKING`; pickles that name the old path load; `__all__` stays as it is. `dir()` no longer
lists the name, nor does a star import from outside the tree bring it unless `__all__` does.
No definition is moved or taken away: while the old module has one, or imports something else, it is blocked as
`still-defined`. Blocked too: it uses the name itself (`used-here`), has a `__getattr__` (`own-getattr`; that of another
shim gives this name too), binds the name in a block or twice, computes `__all__`, or is star-imported in the tree.
The shim goes when nobody needs it: `forbid-symbol` on the old name, in a later plan, lists who does; when it lists the
shim alone, take that out by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from pydantic import Field

from workbench.codemod.key import shortened
from workbench.codemod.moves.move import Move
from workbench.codemod.moves.shim import Shim, shim_fault, shim_of, shim_site, write_shim
from workbench.codemod.moves.symbol_places import Role, Spot, spots
from workbench.codemod.moves.symbols import carry_out
from workbench.codemod.names import Names, names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Parameters, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.codemod.tree import Tree
from workbench.model.errors import Problem
from workbench.model.violation import Blocked, Site

_NAME = r"^[^\W\d]\w*(\.[^\W\d]\w*)+$"
_TREE = (
    ("shop/__init__.py", ""),
    ("shop/old_mod.py", "def old(*a): ...\n\n\ndef new(*a): ...\n\n\nother = 1\n"),
    ("shop/new_mod.py", "def new(*a): ...\n"),
)
_A_MODULE = Blocked("is-a-module", "`from` is a module; the kind move-module moves all that is imported from it too")
_RENAMED = (("to", "shop.old_mod.new"),)
_SHIM = (("shim", True),)
_OLD, _HANDS_ON = "shop/old_mod.py", "from shop.new_mod import new as old\n"
_NEW = (("shop/__init__.py", ""), ("shop/new_mod.py", "def new(*a): ...\n"))


class MoveSymbolParameters(Parameters):
    """`from` and `to`: dotted names of one symbol, before and after."""

    from_: str = Field(alias="from", pattern=_NAME, description="the dotted name as it was")
    to: str = Field(pattern=_NAME, description="the dotted name from now on; the symbol must be there")
    shim: bool = Field(
        default=False, strict=True, description="whether the old module goes on giving the symbol, with a warning"
    )


class MoveSymbol(Rule[MoveSymbolParameters]):
    kind: ClassVar[str] = "move-symbol"
    summary: ClassVar[str] = "A symbol lives elsewhere or has another name: every import and use follows."
    reads_doctests: ClassVar[bool] = True
    Parameters = MoveSymbolParameters
    defaults: ClassVar[dict[str, object]] = {"from": "shop.old_mod.old", "to": "shop.new_mod.new"}

    def targets(self) -> tuple[str, ...]:
        return (self._move.old, self._move.new)

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ((self._move.old, self._move.new),)

    def builtins(self) -> frozenset[str]:
        module, _, name = self._move.new.rpartition(".")
        return frozenset({name} if module == "builtins" else ())

    def problems(self, project: Project, tree: Tree) -> tuple[Problem, ...]:  # noqa: ARG002 - files are not asked
        told = shim_fault(self._move, project) if self.parameters.shim else ""
        return (Problem(told, f"rules[{self.id}].shim", suggestion="take `shim` out"),) if told else ()

    def needles(self) -> frozenset[str]:
        return frozenset({self._move.old.rpartition(".")[2]})

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        shim = self._shim(module, project)
        yield from (site for _, site in self._found(module, project))
        if shim is not None:
            yield shim[1]

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        chosen = frozenset(sites)
        shim = self._shim(module, project)
        if shim is not None and shim[1] in chosen:
            return write_shim(self._move, names_of(module, project), *shim)
        wanted = [(spot, site) for spot, site in self._found(module, project) if site in chosen]
        return carry_out(self._move, names_of(module, project), wanted)

    @property
    def _move(self) -> Move:
        return Move(self.parameters.from_, self.parameters.to)

    def _found(self, module: Module, project: Project) -> list[tuple[Spot, Site]]:
        if self._move.is_home(module.name, project):
            return []
        names = names_of(module, project)
        found = spots(self._move, names, strings=self.parameters.strings != "ignore")
        is_module = self._move.is_of_module(project) or self._move.is_module_in(names)
        pairs = [(spot, self._site(spot, names, _A_MODULE if is_module else spot.blocked)) for spot in found]
        return sorted(pairs, key=lambda pair: pair[1].place)

    def _shim(self, module: Module, project: Project) -> tuple[Shim, Site] | None:
        """Return the shim of the old module, which holds no other site, with its site."""
        if not self.parameters.shim or not self._move.is_home(module.name, project):
            return None
        names = names_of(module, project)
        shim = shim_of(self._move, names)
        return None if shim is None else (shim, shim_site(self._move, names, shim, self.id))

    def _site(self, spot: Spot, names: Names, blocked: Blocked | None) -> Site:
        role = Role.USE if spot.role is Role.READ else spot.role
        move, place = self._move, spot.place
        reported = spot.role in (Role.STRING, Role.MOCK) and self.parameters.strings == "report"
        return Site(
            rule=self.id,
            place=place,
            scope=spot.scope.qualname,
            key=shortened(f"{role} {names.project.canonical(move.old)}"),
            snippet=names.module.snippet(place.start, place.end),
            message=f"{move.old} is now {move.new}",
            blocked=None if reported else blocked,
            excluded="string" if reported else "",
            reach=None if reported else spot.reach,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before="from shop.old_mod import old\n\nvalue = old(1)\n",
            after="from shop.new_mod import new\n\nvalue = new(1)\n",
            why="the import comes from the new module, and the uses follow the new name",
            tree=_TREE,
        ),
        Change(
            before="from shop.old_mod import old as o, other\n\no(other)\n",
            after="from shop.new_mod import new as o\nfrom shop.old_mod import other\n\no(other)\n",
            why="an alias stays, and what else the import brings stays where it was",
            tree=_TREE,
        ),
        Change(
            before="import shop.old_mod as m\nfrom shop import old_mod\n\nm.old()\nold_mod.old(old_mod.other)\n",
            after="from shop import new_mod, old_mod\n\nnew_mod.new()\nnew_mod.new(old_mod.other)\n",
            why="uses through a module come through the new one; the old one stays while it is used",
            tree=_TREE,
        ),
        Change(
            before="from shop.old_mod import (\n    old,  # keep me\n    other,\n)\n\nold(other)\n",
            after="from shop.old_mod import (\n    new,  # keep me\n    other,\n)\n\nnew(other)\n",
            why="where only the name changes, only the name is edited",
            tree=_TREE,
            parameters=_RENAMED,
        ),
        Change(
            before=(
                "from shop.old_mod import old\n\ndef f(a: 'list[old]', old: int) -> \"old\":\n"
                "    return [old for old in a]\n"
            ),
            after=(
                "from shop.old_mod import new\n\ndef f(a: 'list[new]', old: int) -> \"new\":\n"
                "    return [old for old in a]\n"
            ),
            why="quoted annotations are uses; parameters and loop variables of the same name are not",
            tree=_TREE,
            parameters=_RENAMED,
        ),
        Change(
            before=(
                "try:\n    from shop.old_mod import old\nexcept ImportError:\n    old = None\n\nif old:\n    old()\n"
            ),
            after="try:\n    from shop.new_mod import new\nexcept ImportError:\n    new = None\n\nif new:\n    new()\n",
            why="what stands in for a failed import is renamed along",
            tree=_TREE,
        ),
        Change(
            before='from .old_mod import old\n\n__all__ = ["old"]\n',
            after='from .new_mod import new\n\n__all__ = ["new"]\n',
            why="a re-export nobody in the tree uses by the old name follows, with its item of __all__",
            path="shop/api.py",
            tree=_TREE,
        ),
        Change(
            before='from .old_mod import old\n\n__all__ = ["old"]\n',
            after='from .new_mod import new as old\n\n__all__ = ["old"]\n',
            why="a re-export that others import keeps its name",
            path="shop/api.py",
            tree=(*_TREE, ("app/user.py", "from shop.api import old\n")),
        ),
        Change(
            before="from shop.api import old\n\nold()\n",
            after="from shop.new_mod import new\n\nnew()\n",
            why="who reaches the symbol through a re-export is turned straight to its new place",
            tree=(*_TREE, ("shop/api.py", "from .old_mod import old\n")),
        ),
        Change(
            before="from shop.old_mod import old\n\nnew = 1\nold(new)\n",
            after="from shop.new_mod import new as old\n\nnew = 1\nold(new)\n",
            why="where the new name is taken, the old one stays as an alias",
            tree=_TREE,
        ),
        Change(
            before='from unittest.mock import patch\n\nwith patch("shop.old_mod.old.x"):\n    "shop.old_mod.old"\n',
            after='from unittest.mock import patch\n\nwith patch("shop.new_mod.new.x"):\n    "shop.old_mod.old"\n',
            why="with strings = rewrite, dotted names in strings follow; prose does not",
            tree=_TREE,
            parameters=(("strings", "rewrite"),),
        ),
        Change(
            before="from shop.old_mod import *\n\nold(other)\n",
            after="from shop.old_mod import *\n\nnew(other)\n",
            why="a use that a star import of the tree brings is a use like any other",
            tree=_TREE,
            parameters=_RENAMED,
        ),
        Change(
            before='"""Old things."""\n\nfrom .new_mod import new as old\n\n__all__ = ["old"]\n',
            after='"""Old things."""\n\nfrom typing import TYPE_CHECKING\n\n__all__ = ["old"]\n\n\n'
            "if TYPE_CHECKING:\n    from shop.new_mod import new as old  # noqa: F401\nelse:\n\n"
            '    def __getattr__(name: str) -> object:\n        if name == "old":\n            import warnings\n\n'
            '            warnings.warn("shop.old_mod.old is now shop.new_mod.new", DeprecationWarning, stacklevel=2)\n'
            "            from shop.new_mod import new\n\n            return new\n"
            '        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")\n',
            why="with shim = true, the old module goes on giving the symbol, with a warning",
            path=_OLD,
            tree=_NEW,
            parameters=_SHIM,
        ),
        Change(
            before="from six.moves import range, zip\n\n\ndef f(n: 'range'):\n    return zip(range(3))\n",
            after="from six.moves import zip\n\n\ndef f(n: 'range'):\n    return zip(range(3))\n",
            why="what is a builtin now needs no import",
            parameters=(("from", "six.moves.range"), ("to", "builtins.range")),
        ),
        Refuse("def old(*a): ...\n", "still-defined", "a definition is for a person to move first", _OLD, _NEW, _SHIM),
        Refuse(f"{_HANDS_ON}\nold()\n", "used-here", "`__getattr__` serves other modules only", _OLD, _NEW, _SHIM),
        Refuse(f"{_HANDS_ON}\n__getattr__ = f\n", "own-getattr", "there can only be one", _OLD, _NEW, _SHIM),
        Refuse(
            code="import shop.old_mod as m\n\nif fast:\n    m = faster\nm.old()\n",
            reason="rebound",
            why="either module may be meant here",
            tree=_TREE,
        ),
        Refuse(
            code="from shop.old_mod import *\n\nold()\n",
            reason="star-import",
            why="the star goes on bringing the old symbol under this very name",
            tree=_TREE,
            parameters=(("to", "shop.new_mod.old"),),
        ),
        Refuse(
            code='import shop.old_mod\n\nx: "shop.old_" "mod.old"\n',
            reason="dynamic-name",
            why="the text of the annotation is put together from pieces",
            tree=_TREE,
        ),
        Refuse(
            code="from shop import old_mod\n\nold_mod.old()\n",
            reason="is-a-module",
            why="moving a module is another kind's work",
            tree=_TREE,
            parameters=(("from", "shop.old_mod"), ("to", "shop.new_mod")),
        ),
        Keep(
            code="from shop.new_mod import new\nfrom other import old\n\nnew(old)\n",
            why="a namesake from elsewhere, and the new name itself, are no sites",
            tree=_TREE,
        ),
        Keep(
            code="from shop.api import new\n\nnew()\n",
            why="what is reached through `to` already is right, even if the old module still defines it",
            tree=(("shop/old_mod.py", "def old(): ...\n"), ("shop/api.py", "from .old_mod import old as new\n")),
            parameters=(("to", "shop.api.new"),),
        ),
        Keep(
            code="def old(): ...\n\n\nold()\n",
            why="the module that defines the symbol is left alone",
            path="shop/old_mod.py",
        ),
        Change(
            before="from unittest.mock import patch\n\nfrom shop import old_mod\n\n"
            'patch.object(old_mod, "old")\npatch("app.user.old")\n',
            after="from unittest.mock import patch\n\nfrom shop import new_mod\n\n"
            'patch.object(new_mod, "new")\npatch("app.user.old")\n',
            why="a mock follows where the name is looked up from now on, and stays where it goes on being looked up",
            tree=(*_TREE, ("app/user.py", "from shop.old_mod import old\n\n\ndef run():\n    return old()\n")),
            parameters=(("strings", "rewrite"),),
        ),
        Refuse(
            code="from shop import old_mod\n\npatch.multiple(old_mod, old=1, other=2)\n",
            reason="mock-unclear",
            why="one call cannot patch two modules",
            tree=_TREE,
            parameters=(("strings", "rewrite"),),
        ),
        Keep(
            code='f"shop.old_mod.old"\n',
            why="an f-string spells no dotted name",
            tree=_TREE,
        ),
    )

"""A callable is not to be called any more: its calls become calls of another one.

`WebSocketManager()` becomes `get_websocket_manager(user_context)`: what is called changes, arguments the new
callable needs are found in the scope of the call, and the new name is imported the way, and in the place,
the file imported the old one. An import nobody reads any more goes.

**Arguments.** All existing arguments are kept unless `keep` or `drop` says otherwise; `rename` gives keywords
new names. Each entry of `arguments` is added unless the call passes it already. Its value is the first of
`from_scope` that is surely bound where the call stands (a parameter, an earlier assignment on every path,
`self.x` set in `__init__` or in a test's set-up, ...); a name bound later, or only on some paths, is never
taken. `otherwise` says what happens if none is: `"block"` (the default) leaves the call to a person, `"omit"`
leaves the argument out, `{expression = "app.context.anonymous()"}` writes an expression, importing the dotted
names in it. An argument goes by position where it then stands at its own place in the new signature, else by
keyword; by keyword too where the signature cannot be read in the tree. `position` overrules that.

**Methods.** `call = "$RECEIVER.release"` with `with = "$RECEIVER.free"` speaks of a method, narrowed by what it is called
on: `receiver` and `receiver_not` (expressions, or `re:` and what matches from their start) and `receiver_type` (from
annotations and constructors in the file). Where the type is not known, `unknown_receiver` decides.

**What is a site.** Calls that resolve to `call`, under whatever name and through whatever import. A class
that is only looked at (annotations, `isinstance`, `except`, a base class, a mock's `spec`, its constants) is
none. A class or function that is handed on (`field(default_factory=WebSocketManager)`, `partial(...)`, a
callback) is one, and is blocked: what calls it cannot be seen. Calls inside `with` itself, or inside the
functions of its module that it uses, are listed as excluded: that is how `with` does its work.

**Mocks.** `strings` says what becomes of places that patch what is called: `patch("app.user.Manager")` (`app.user`
looks the name up, and from now on looks up the new one), `patch.object`, `patch.multiple`, `monkeypatch.setattr`; of a
method also `mock.release = ...` and `spec=["release"]`. Rewritten, a mock and the calls it stands for land together.

**Blocked.** `no-context-in-scope`, `bound-after-use`, `maybe-unbound` (the argument); `signature-mismatch`
(the new callable would not take the arguments, or cannot be seen to); `passed-as-value`; `rebound`,
`alternatives`, `star-import` (something else may be called here); `unknown-receiver`; `mock-unclear`; `name-taken`, `self-import`,
`import-cycle` (the import; `on_cycle = "function"` imports inside the function instead).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from workbench.codemod.calls.args import Addition, ArgumentMap
from workbench.codemod.calls.argument import Argument
from workbench.codemod.calls.mocks import Mock, mock_site, mocks
from workbench.codemod.calls.receivers import CallParameters, CallTarget, TargetSite
from workbench.codemod.calls.rewrite import CallRewriter, Replacement
from workbench.codemod.calls.sites import makers
from workbench.codemod.calls.stubs import stubs
from workbench.codemod.edit import Edit
from workbench.codemod.imports.engine import Imports
from workbench.codemod.key import site_key
from workbench.codemod.names import Names, names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Site

_CALLABLE = r"^\$?[^\W\d]\w*(\.[^\W\d]\w*)+$"
_IMPORT = "from app.ws.manager import Manager\n"
_RENEWED = "from app.ws.manager import get_manager\n"
_MANAGER = """\
class Manager:
    def __init__(self, mode=None):
        self.mode = mode


def get_manager(context=None, mode=None):
    return Manager(mode)
"""
_TREE = (
    ("app/__init__.py", ""),
    ("app/context.py", "def anonymous():\n    return object()\n"),
    ("app/ws/__init__.py", ""),
    ("app/ws/manager.py", _MANAGER),
)


class ReplaceCallParameters(CallParameters):
    """`call` and `with`: what is called now and what shall be called instead."""

    with_: str = Field(
        alias="with",
        pattern=_CALLABLE,
        description="the dotted name of what is called from now on, or `$RECEIVER.method`",
    )
    arguments: tuple[Argument, ...] = Field(default=(), description="what it needs beside the arguments there are")
    keep: bool | Literal["all"] | tuple[str, ...] = Field(
        default=True, description="the arguments to keep: all, none (`false`), or these"
    )
    drop: tuple[str, ...] = Field(default=(), description="arguments to leave out")
    rename: Mapping[str, str] = Field(default_factory=dict, description="keywords: old name to new name")
    on_cycle: Literal["block", "function"] = Field(
        default="block", description="what happens where the import would close a cycle: `function` imports inside"
    )

    @model_validator(mode="after")
    def _are_of_one_sort(self) -> ReplaceCallParameters:
        if self.call.startswith("$") != self.with_.startswith("$"):
            raise ValueError("a method can only become another one of the same receiver; a `pattern` can say more")
        if self.call.partition(".")[0] != self.with_.partition(".")[0] and self.call.startswith("$"):
            raise ValueError("`call` and `with` must name the receiver alike")
        return self

    @property
    def kept(self) -> frozenset[str] | None:
        """The arguments to keep; None for all."""
        if isinstance(self.keep, tuple):
            return frozenset(self.keep)
        return None if self.keep else frozenset()


class ReplaceCall(Rule[ReplaceCallParameters]):
    kind: ClassVar[str] = "replace-call"
    summary: ClassVar[str] = "Calls of one callable become calls of another, with the arguments it needs."
    reads_doctests: ClassVar[bool] = True
    Parameters = ReplaceCallParameters
    defaults: ClassVar[dict[str, object]] = {
        "call": "app.ws.manager.Manager",
        "with": "app.ws.manager.get_manager",
        "arguments": [{"name": "context", "from_scope": ["context", "self.context", "ctx"]}],
    }

    def targets(self) -> tuple[str, ...]:
        return () if self._target.dotted is None else (self._target.dotted, self.parameters.with_)

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset({self._target.needle})

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        names = names_of(module, project)
        found = [*(site for _, site in self._found(names)), *(site for _, site in self._mocked(names))]
        yield from sorted(found, key=lambda site: site.place)

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        names, chosen = names_of(module, project), frozenset(sites)
        wanted = [(one, site) for one, site in self._found(names) if site in chosen]
        ready = [one for one, site in wanted if site.blocked is None]
        refused = frozenset[int]()
        while True:
            rewriter = self._rewriter(names, project)
            rewriter.vacate(ready, refused)
            outcome = [(site, rewriter.replace(one)) for one, site in wanted]
            if rewriter.broken <= refused:
                break
            refused |= rewriter.broken
        mended = [(one, site) for one, site in self._mocked(names) if site in chosen]
        texts = (Edit(one.place.start, one.place.end, one.text.encode(module.codec)) for one, _ in mended)
        return Rewrite(
            edits=(*rewriter.edits(), *texts),
            fixed=(*(site for site, blocked in outcome if blocked is None), *(site for _, site in mended)),
            blocked=tuple((site, blocked) for site, blocked in outcome if blocked is not None),
        )

    def _rewriter(self, names: Names, project: Project) -> CallRewriter:
        imports, given = Imports(names.module, names, project), self.parameters
        by_name = {one.name: one for one in given.arguments}

        def value(addition: Addition, call: ast.Call) -> str | Blocked | None:
            return by_name[addition.name].value(call, names, imports)

        method = given.with_.partition(".")[2] if given.with_.startswith("$") else ""
        parts, deferred = given.call.count("."), given.on_cycle == "function"
        return CallRewriter(
            names, Replacement(given.with_, self._mapping(project), deferred, method, parts), value, imports
        )

    # ---- sites

    @property
    def _target(self) -> CallTarget:
        return CallTarget(self.parameters)

    def _found(self, names: Names) -> list[tuple[TargetSite, Site]]:
        inside = makers(names.project.canonical(self.parameters.with_), names)
        return [(one, self._site(one, names, inside)) for one in self._target.sites(names)]

    def _mocked(self, names: Names) -> list[tuple[Mock, Site]]:
        given = self.parameters
        if given.strings == "ignore":
            return []
        called, method = self._target.dotted, given.with_.partition(".")[2]
        if called is not None:
            found = mocks(called, given.with_, names)
        elif "." not in method:
            found = stubs(self._target.needle, method, given, names)
        else:
            return []  # a path behind the receiver has no one name that could be patched
        return [(one, mock_site(one, names, given, given.with_)) for one in found]

    def _site(self, one: TargetSite, names: Names, inside: Sequence[ast.AST]) -> Site:
        place = names.module.place(one.node)
        own = any(node in inside for node in names.ancestry.above(one.node))
        return Site(
            rule=self.id,
            place=place,
            scope=one.scope.qualname,
            key=site_key("call" if one.call is not None else "value", one.node, names),
            snippet=names.module.snippet(place.start, place.end),
            message=f"{self.parameters.call} is called instead of {self.parameters.with_}",
            blocked=None if own else one.blocked,
            excluded="own-definition" if own else "",
        )

    # ---- arguments

    def _mapping(self, project: Project) -> ArgumentMap:
        parameters = self.parameters
        return ArgumentMap(
            additions=tuple(Addition(one.name, one.position) for one in parameters.arguments),
            keep=parameters.kept,
            drop=frozenset(parameters.drop),
            rename=parameters.rename,
            old=project.signature(parameters.call) if self._target.dotted else None,
            new=project.signature(parameters.with_) if self._target.dotted else None,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before=f"{_IMPORT}\n\ndef connect(context):\n    return Manager()\n",
            after=f"{_RENEWED}\n\ndef connect(context):\n    return get_manager(context)\n",
            why="the argument comes from the signature; an import nobody reads any more goes",
            tree=_TREE,
        ),
        Change(
            before=f"{_IMPORT}\n\ndef connect(ctx) -> Manager:\n    return Manager(mode=1)\n",
            after="from app.ws.manager import Manager, get_manager\n\n\n"
            "def connect(ctx) -> Manager:\n    return get_manager(ctx, mode=1)\n",
            why="existing arguments stay; an import still used for an annotation stays too",
            tree=_TREE,
        ),
        Change(
            before=f"{_IMPORT}\n\nclass Hub:\n    def __init__(self, context):\n        self.context = context\n\n"
            "    def open(self):\n        return Manager()\n",
            after=f"{_RENEWED}\n\nclass Hub:\n    def __init__(self, context):\n        self.context = context\n\n"
            "    def open(self):\n        return get_manager(self.context)\n",
            why="`__init__` always sets self.context",
            tree=_TREE,
        ),
        Change(
            before="from app.ws import manager\n\n\ndef connect(context):\n    return manager.Manager()\n",
            after="from app.ws import manager\n\n\ndef connect(context):\n    return manager.get_manager(context)\n",
            why="a file that goes through the module goes on doing so",
            tree=_TREE,
        ),
        Change(
            before=f"{_IMPORT}\n\ndef pair(context):\n    return Manager(\n        # the inner one first\n"
            "        mode=Manager(),\n    )\n",
            after=f"{_RENEWED}\n\ndef pair(context):\n    return get_manager(\n        context,\n"
            "        # the inner one first\n        mode=get_manager(context),\n    )\n",
            why="nested calls, comments and one argument a line",
            tree=_TREE,
        ),
        Change(
            before=f"{_IMPORT}\n\ndef main():\n    return Manager()\n",
            after=f"from app.context import anonymous\n{_RENEWED}\n\ndef main():\n"
            "    return get_manager(anonymous())\n",
            why="where nothing is in scope, an expression the rule brings along",
            tree=_TREE,
            parameters=(("arguments", [{"name": "context", "otherwise": {"expression": "app.context.anonymous()"}}]),),
        ),
        Change(
            before="from lib import Response\n\n\nasync def end(resp: Response, lock):\n    await resp.release()\n    lock.release()\n",
            after="from lib import Response\n\n\nasync def end(resp: Response, lock):\n    await resp.free(now=True)\n"
            "    lock.release()\n",
            why="a method is told by the type of what it is called on",
            parameters=(
                ("call", "$RECEIVER.release"),
                ("with", "$RECEIVER.free"),
                ("receiver_type", "lib.Response"),
                ("unknown_receiver", "leave"),
                ("arguments", [{"name": "now", "otherwise": {"expression": "True"}}]),
            ),
        ),
        Change(
            before="from app.old import Timer\n\n\ndef wait(ctx):\n    return Timer()\n",
            after="from app.clock import Timer\n\n\ndef wait(ctx):\n    return Timer(ctx)\n",
            why="where the old import goes, its name is free for a new callable of the same name",
            tree=(
                ("app/old.py", "class Timer: ...\n"),
                ("app/clock.py", "class Timer:\n    def __init__(self, context): ...\n"),
            ),
            parameters=(("call", "app.old.Timer"), ("with", "app.clock.Timer")),
        ),
        Change(
            before="from app.clock import Timer\n\nTimer(5, unit='s', loop=None)\n",
            after="from app.clock import after\n\nafter(5, scale='s')\n",
            why="`rename` and `drop` map what is passed",
            tree=(("app/clock.py", "class Timer: ...\n\n\ndef after(delay, *, scale): ...\n"),),
            parameters=(
                ("call", "app.clock.Timer"),
                ("with", "app.clock.after"),
                ("arguments", []),
                ("rename", {"unit": "scale"}),
                ("drop", ["loop"]),
            ),
        ),
        Refuse(
            code=f"{_IMPORT}\n\ndef connect():\n    manager = Manager()\n    context = manager.context\n",
            reason="bound-after-use",
            why="the name exists, but only later: a person must move it",
            tree=_TREE,
        ),
        Refuse(
            code=f"{_IMPORT}\n\ndef connect(user):\n    if user:\n        context = user.context\n"
            "    return Manager()\n",
            reason="maybe-unbound",
            why="one path reaches the call without a context",
            tree=_TREE,
        ),
        Refuse(
            code=f"{_IMPORT}\n\ndef connect():\n    return Manager()\n",
            reason="no-context-in-scope",
            why="none of the candidates is there",
            tree=_TREE,
        ),
        Refuse(
            code=f"{_IMPORT}from dataclasses import field\n\n\nslot = field(default_factory=Manager)\n",
            reason="passed-as-value",
            why="who will call it, and with what context, cannot be seen",
            tree=_TREE,
        ),
        Refuse(
            code=f"{_IMPORT}\n\ndef connect(context, options):\n    return Manager(**options)\n",
            reason="signature-mismatch",
            why="a context may already be among the options",
            tree=_TREE,
        ),
        Refuse(
            code=_MANAGER,
            reason="own-definition",
            why="the new callable does its work with the old one",
            path="app/ws/manager.py",
            tree=_TREE[:3],
        ),
        Keep(
            code=f"{_IMPORT}\n\nclass Special(Manager): ...\n\n\ndef check(one: Manager) -> bool:\n"
            "    return isinstance(one, (Manager, Special)) and Manager.mode is None\n",
            why="a class that is only looked at is not called",
            tree=_TREE,
        ),
        Keep(
            code="class Manager: ...\n\n\nManager()\n",
            why="another class of the same name",
            tree=_TREE,
        ),
    )

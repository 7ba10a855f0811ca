"""A callable takes other arguments than it did: its calls pass them so.

`rename` gives keywords new names, `drop` leaves arguments out, `add` passes new ones, `positional_to_keyword`
passes arguments by keyword that went by place. What stays keeps its line, its comment and its comma.

**Calls** are those that resolve to the dotted name `call`, under whatever name and through whatever import; or,
as `call = "$RECEIVER.method"`, those of a method, narrowed by what it is called on: `receiver` and `receiver_not`
(expressions, or `re:` and what matches from their start) and `receiver_type` (from annotations and constructors in
the file; a subclass from another file must be named too). Where the type is not known, `unknown_receiver` decides.

**Places.** Arguments passed by place are known by the signature the tree shows, as long as it still has what the
rule speaks of, or by `parameters`, the old names in order. Where neither tells, only keywords are touched. What stood
behind a dropped argument, or one of `positional_to_keyword`, goes by keyword from then on.

**Additions** go last, by keyword, unless the call passes them already; one that an argument of an unknown place may be is
blocked, and needs `parameters`. `{ name = "timeout", expression = "30" }`
writes an expression, importing the dotted names in it; `from_scope` and `otherwise` are those of `replace-call`.

**Blocked.** `signature-mismatch` (`*args` or `**kwargs` may hide the argument; the new signature would not take the
call); `argument-dropped` (its value may do something when it is evaluated); `passed-as-value` (what calls it cannot
be seen); `unknown-receiver`; `rebound`, `alternatives`, `star-import`; `dynamic-name` (in an f-string); and what `add`
finds no value for. The definition itself is for a person to change, and so are overriding methods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from pydantic import Field, field_validator, model_validator

from workbench.codemod.addition import Addition
from workbench.codemod.calls.change import ArgumentChange, edited
from workbench.codemod.calls.receivers import CallParameters, CallTarget, TargetSite
from workbench.codemod.calls.signatures import Signature
from workbench.codemod.edit import Edit
from workbench.codemod.imports.engine import Imports
from workbench.codemod.imports.rows import shrunk
from workbench.codemod.in_strings import fstring_around, is_exact
from workbench.codemod.key import site_key
from workbench.codemod.names import Names, names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Site

_IMPORT = "from shop.client import fetch\n\n"
_TREE = (
    ("shop/__init__.py", ""),
    ("shop/client.py", "def fetch(url, timeout=3, verify=True, *, retries=0): ...\n"),
    ("shop/limits.py", "LIMIT = 3\n"),
)
_LIMIT = {"name": "limit", "expression": "shop.limits.LIMIT"}
_NOTHING: dict[str, str] = {}
_DROP = (("rename", _NOTHING), ("drop", ["timeout"]))
_BY_TYPE = (
    ("call", "$RECEIVER.free"),
    ("rename", {"force": "now"}),
    ("receiver_type", "aiohttp.ClientResponse"),
)
_TYPED = """\
from aiohttp import ClientResponse


class Page:
    def __init__(self, resp: ClientResponse | None):
        self._resp = resp

    def close(self):
        self._resp.free({0}=True)


async def get():
    async with ClientResponse() as resp:
        resp.free({0}=True)
"""


class ChangeArgumentsParameters(CallParameters):
    """What becomes of the arguments of `call`."""

    rename: Mapping[str, str] = Field(default_factory=dict, description="keywords: old name to new name")
    drop: tuple[str, ...] = Field(default=(), description="arguments to leave out")
    add: tuple[Addition, ...] = Field(default=(), description="arguments to pass from now on, by keyword")
    positional_to_keyword: tuple[str, ...] = Field(default=(), description="arguments to pass by keyword")
    parameters: tuple[str, ...] = Field(default=(), description="the parameters in their old order, without `self`")

    @field_validator("drop", "positional_to_keyword", "parameters")
    @classmethod
    def _are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not name.isidentifier():
                raise ValueError(f"{name!r} is not the name of a parameter")
        return names

    @model_validator(mode="after")
    def _make_sense(self) -> ChangeArgumentsParameters:
        if not (self.rename or self.drop or self.add or self.positional_to_keyword):
            raise ValueError("nothing changes: give `rename`, `drop`, `add` or `positional_to_keyword`")
        for name in [*self.rename, *self.rename.values()]:
            if not name.isidentifier():
                raise ValueError(f"{name!r} is not the name of a parameter")
        gone = {*self.drop, *self.rename}
        back = sorted(gone & {*(one.name for one in self.add), *self.rename.values()})
        if back:
            raise ValueError(f"{back[0]} goes and comes, so a second pass would change it again")
        unknown = sorted({*self.positional_to_keyword} - {*self.parameters}) if self.parameters else []
        if unknown:
            raise ValueError(f"`parameters` does not have {unknown[0]}")
        return self


class ChangeArguments(Rule[ChangeArgumentsParameters]):
    kind: ClassVar[str] = "change-arguments"
    summary: ClassVar[str] = "A callable takes other arguments: its calls rename, drop, add or spell them out."
    reads_doctests: ClassVar[bool] = True
    Parameters = ChangeArgumentsParameters
    defaults: ClassVar[dict[str, object]] = {"call": "shop.client.fetch", "rename": {"verify": "check"}}

    def targets(self) -> tuple[str, ...]:
        dotted = self._target.dotted
        return () if dotted is None else (dotted,)

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset({self._target.needle})

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        yield from (site for _, site in self._found(names_of(module, project)))

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        names = names_of(module, project)
        imports = Imports(module, names, project)
        edits: list[Edit] = []
        fixed: list[Site] = []
        blocked: list[tuple[Site, Blocked]] = []
        chosen = frozenset(sites)
        for one, site in self._found(names):
            outcome = self._outcome(one, names, imports) if site in chosen else None
            if isinstance(outcome, Edit):
                edits.append(shrunk(module.source, outcome))
                fixed.append(site)
            elif outcome is not None:
                blocked.append((site, outcome))
        return Rewrite((*edits, *imports.edits()), tuple(fixed), tuple(blocked))

    # ---- sites

    @property
    def _target(self) -> CallTarget:
        return CallTarget(self.parameters)

    def _found(self, names: Names) -> Iterator[tuple[TargetSite, Site]]:
        """Yield the calls in which something changes, or cannot; what they would import is only tried."""
        trial = Imports(names.module, names, names.project)
        for one in self._target.sites(names):
            outcome = self._outcome(one, names, trial)
            if outcome is not None:
                blocked = one.blocked or (outcome if isinstance(outcome, Blocked) else None)
                yield one, self._site(one, names, blocked)

    def _site(self, one: TargetSite, names: Names, blocked: Blocked | None) -> Site:
        string = fstring_around(one.node, names)
        exact = string is None or is_exact(one.node, names.module)
        place = names.module.place(one.node if string is None or exact else string)
        return Site(
            rule=self.id,
            place=place,
            scope=one.scope.qualname,
            key=site_key("call" if one.call is not None else "value", one.node, names),
            snippet=names.module.snippet(place.start, place.end),
            message=f"{self.parameters.call} takes other arguments",
            blocked=blocked,
        )

    def _outcome(self, one: TargetSite, names: Names, imports: Imports) -> Edit | Blocked | None:
        """Return what becomes of a call; None where nothing changes."""
        by_name = {added.name: added for added in self.parameters.add}
        call = one.call
        if call is None:
            return one.blocked

        def value(name: str) -> str | Blocked | None:
            return by_name[name].value(call, names, imports)

        return edited(call, self._change(names.project), value, names)

    def _change(self, project: Project) -> ArgumentChange:
        wanted = self.parameters
        tree = project.signature(self._target.dotted) if self._target.dotted is not None else None
        old = Signature(regular=wanted.parameters) if wanted.parameters else tree
        concerned = {*wanted.drop, *wanted.positional_to_keyword}
        known = old is not None and concerned <= {*old.positional_only, *old.regular, *old.keyword_only}
        return ArgumentChange(
            rename=wanted.rename,
            drop=wanted.drop,
            add=tuple(one.name for one in wanted.add),
            to_keyword=wanted.positional_to_keyword,
            old=old if known or wanted.parameters else None,
            tree=tree,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Change(
            before=f"{_IMPORT}fetch(\n    url,\n    # as they asked\n    verify=(\n        False),  # really\n)\n",
            after=f"{_IMPORT}fetch(\n    url,\n    # as they asked\n    check=(\n        False),  # really\n)\n",
            why="a keyword gets its new name, and nothing else moves",
            tree=_TREE,
        ),
        Change(
            before=f"{_IMPORT}fetch(url, 3, True)\nfetch(\n    url,\n    timeout=3,  # seconds\n    retries=1,\n)\n",
            after=f"{_IMPORT}fetch(url, verify=True)\nfetch(\n    url,\n    retries=1,\n)\n",
            why="a dropped argument takes its line along; what followed it by place goes by keyword",
            tree=_TREE,
            parameters=_DROP,
        ),
        Change(
            before=f"{_IMPORT}fetch(url, 3, True)\nfetch(url)\n",
            after=f"{_IMPORT}fetch(url, timeout=3, check=True)\nfetch(url)\n",
            why="places become keywords, under their new names",
            tree=_TREE,
            parameters=(("positional_to_keyword", ["timeout"]),),
        ),
        Change(
            before="from lib import send\n\nsend(a, b, c)\n",
            after="from lib import send\n\nsend(a, to=b, via=c)\n",
            why="the signature of what is outside the tree is given by the rule",
            parameters=(
                ("call", "lib.send"),
                ("rename", _NOTHING),
                ("positional_to_keyword", ["to", "via"]),
                ("parameters", ["what", "to", "via"]),
            ),
        ),
        Change(
            before=f"{_IMPORT}\ndef get(ctx):\n    return fetch(\n        url,\n    ), fetch(url, context=None)\n",
            after="from shop.client import fetch\nfrom shop.limits import LIMIT\n\n\ndef get(ctx):\n"
            "    return fetch(\n        url,\n        context=ctx,\n        limit=LIMIT,\n"
            "    ), fetch(url, context=None, limit=LIMIT)\n",
            why="what is added is found in scope, or brought along; what is passed already stays",
            tree=_TREE,
            parameters=(
                ("rename", _NOTHING),
                ("add", [{"name": "context", "from_scope": ["ctx"]}, _LIMIT]),
            ),
        ),
        Change(
            before="async def end(resp, lock):\n    await resp.free(force=True)\n    lock.free(force=True)\n",
            after="async def end(resp, lock):\n    await resp.free(now=True)\n    lock.free(force=True)\n",
            why="a method is told by what it is called on",
            parameters=(
                ("call", "$RECEIVER.free"),
                ("rename", {"force": "now"}),
                ("receiver", ["resp", "self._resp", "re:.*_response$"]),
            ),
        ),
        Change(
            before=_TYPED.format("force"),
            after=_TYPED.format("now"),
            why="or by its type, from annotations and constructors",
            parameters=_BY_TYPE,
        ),
        Refuse(
            code=f"{_IMPORT}fetch(url, **options)\n",
            reason="signature-mismatch",
            why="the keyword may be among the options",
            tree=_TREE,
        ),
        Refuse(
            code=f"{_IMPORT}fetch(*everything)\n",
            reason="signature-mismatch",
            why="the argument may be among what is unpacked",
            tree=_TREE,
            parameters=_DROP,
        ),
        Refuse(
            code=f"{_IMPORT}fetch(url, timeout=measure())\n",
            reason="argument-dropped",
            why="the call in the argument may matter",
            tree=_TREE,
            parameters=_DROP,
        ),
        Refuse(
            code=f"{_IMPORT}submit(fetch, verify=True)\n",
            reason="passed-as-value",
            why="what calls it cannot be seen",
            tree=_TREE,
        ),
        Refuse(
            code="def end(resp):\n    resp.free(force=True)\n",
            reason="unknown-receiver",
            why="nothing here tells the type of resp",
            parameters=_BY_TYPE,
        ),
        Keep(
            code=f"{_IMPORT}fetch(url, 3, False)\nother.fetch(verify=True)\n",
            why="by place nothing changes, and another function is another function",
            tree=_TREE,
        ),
    )

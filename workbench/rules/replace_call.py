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

**What is a site.** Calls that resolve to `call`, under whatever name and through whatever import. A class
that is only looked at (annotations, `isinstance`, `except`, a base class, a mock's `spec`, its constants) is
none. A class or function that is handed on (`field(default_factory=WebSocketManager)`, `partial(...)`, a
callback) is one, and is blocked: what calls it cannot be seen. Calls inside `with` itself, or inside the
functions of its module that it uses, are listed as excluded: that is how `with` does its work.

**Blocked.** `no-context-in-scope`, `bound-after-use`, `maybe-unbound` (the argument); `signature-mismatch`
(the new callable would not take the arguments, or cannot be seen to); `passed-as-value`; `rebound`,
`alternatives`, `star-import` (something else may be called here); `name-taken`, `self-import`,
`import-cycle` (the import; `on_cycle = "function"` imports inside the function instead).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from workbench.codemod.call_args import Addition, ArgumentMap
from workbench.codemod.call_rewrite import CallRewriter, Replacement, spelled_expression
from workbench.codemod.call_sites import CallSite, call_sites, makers
from workbench.codemod.chooser import Chosen, choose
from workbench.codemod.imports import Imports
from workbench.codemod.key import site_key
from workbench.codemod.names import Names, names_of
from workbench.codemod.project import Project
from workbench.codemod.rule import Change, Example, Keep, Parameters, Refuse, Rewrite, Rule
from workbench.codemod.source import Module
from workbench.model.violation import Blocked, Site

_DOTTED = r"^[^\W\d]\w*(\.[^\W\d]\w*)+$"
_NAME = r"^[^\W\d]\w*$"


class Expression(BaseModel):
    """An expression to write where no candidate is bound."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    expression: str

    @field_validator("expression")
    @classmethod
    def _is_one_argument(cls, text: str) -> str:
        try:
            call = ast.parse(f"f({text}, None)", mode="eval").body
        except SyntaxError as error:
            raise ValueError(f"not an expression: {error.msg}") from None
        if not isinstance(call, ast.Call) or len(call.args) != 2 or call.keywords or "\n" in text:
            raise ValueError("must be one expression that can stand as an argument")
        return text.strip()


class Argument(BaseModel):
    """An argument the new callable needs, and where its value may come from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=_NAME)
    from_scope: tuple[str, ...] = ()
    otherwise: Literal["block", "omit"] | Expression = "block"
    position: int | None = Field(default=None, ge=0)

    @field_validator("from_scope")
    @classmethod
    def _are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not all(part.isidentifier() for part in name.split(".")):
                raise ValueError(f"{name!r} is not a name such as `context` or `self.context`")
        return names


class ReplaceCallParameters(Parameters):
    """`call` and `with`: dotted names of what is called now and what shall be called instead."""

    call: str = Field(pattern=_DOTTED)
    with_: str = Field(alias="with", pattern=_DOTTED)
    arguments: tuple[Argument, ...] = ()
    keep: bool | Literal["all"] | tuple[str, ...] = True
    drop: tuple[str, ...] = ()
    rename: Mapping[str, str] = Field(default_factory=dict)
    on_cycle: Literal["block", "function"] = "block"

    @property
    def kept(self) -> frozenset[str] | None:
        """The arguments to keep; None for all."""
        if isinstance(self.keep, tuple):
            return frozenset(self.keep)
        return None if self.keep else frozenset()


class ReplaceCall(Rule[ReplaceCallParameters]):
    kind: ClassVar[str] = "replace-call"
    summary: ClassVar[str] = "Calls of one callable become calls of another, with the arguments it needs."
    Parameters = ReplaceCallParameters
    defaults: ClassVar[dict[str, object]] = {
        "call": "app.ws.manager.Manager",
        "with": "app.ws.manager.get_manager",
        "arguments": [{"name": "context", "from_scope": ["context", "self.context", "ctx"]}],
    }

    def targets(self) -> tuple[str, ...]:
        return (self.parameters.call, self.parameters.with_)

    def moves(self) -> tuple[tuple[str, str], ...]:
        return ()

    def needles(self) -> frozenset[str]:
        return frozenset({self.parameters.call.rpartition(".")[2]})

    def find(self, module: Module, project: Project) -> Iterator[Site]:
        yield from (site for _, site in self._found(names_of(module, project)))

    def rewrite(self, module: Module, project: Project, sites: Sequence[Site]) -> Rewrite:
        names = names_of(module, project)
        imports = Imports(module, names, project)

        def value(addition: Addition, call: ast.Call) -> str | Blocked | None:
            return self._value(addition, call, names, imports)

        replacement = Replacement(self.parameters.with_, self._mapping(project), self.parameters.on_cycle == "function")
        rewriter = CallRewriter(names, replacement, value, imports)
        outcome = [(site, rewriter.replace(one)) for one, site in self._found(names) if site in sites]
        return Rewrite(
            edits=rewriter.edits(),
            fixed=tuple(site for site, blocked in outcome if blocked is None),
            blocked=tuple((site, blocked) for site, blocked in outcome if blocked is not None),
        )

    # ---- sites

    def _found(self, names: Names) -> list[tuple[CallSite, Site]]:
        call = names.project.canonical(self.parameters.call)
        inside = makers(names.project.canonical(self.parameters.with_), names)
        return [(one, self._site(one, names, inside)) for one in call_sites(call, names)]

    def _site(self, one: CallSite, names: Names, inside: Sequence[ast.AST]) -> Site:
        place = names.module.place(one.node)
        own = any(node in inside for node in names.ancestry.above(one.node))
        return Site(
            rule=self.id,
            place=place,
            scope=one.use.scope.qualname,
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
            old=project.signature(parameters.call),
            new=project.signature(parameters.with_),
        )

    def _value(self, addition: Addition, call: ast.Call, names: Names, imports: Imports) -> str | Blocked | None:
        wanted = next(one for one in self.parameters.arguments if one.name == addition.name)
        chosen = choose(wanted.from_scope, names, call)
        if isinstance(chosen, Chosen):
            return chosen.expression
        if wanted.otherwise == "omit":
            return None
        if isinstance(wanted.otherwise, Expression):
            return spelled_expression(wanted.otherwise.expression, at=call, names=names, imports=imports)
        return chosen

    examples: ClassVar[tuple[Example, ...]] = ()

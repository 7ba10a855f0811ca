"""How a plan file asks for an argument, and what it then is at one call."""

from __future__ import annotations

import ast
import builtins
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from workbench.codemod.calls.chooser import Chosen, choose
from workbench.codemod.imports.engine import Imports
from workbench.codemod.names import Names
from workbench.model.violation import Blocked


class Expression(BaseModel):
    """An expression to write where no candidate is bound."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    expression: str = Field(description="one expression; dotted names in it are imported")

    @field_validator("expression")
    @classmethod
    def _is_one_argument(cls, text: str) -> str:
        try:
            call = ast.parse(f"f({text}, None)", mode="eval").body
        except SyntaxError as error:
            raise ValueError(f"not an expression: {error.msg}") from None
        one = isinstance(call, ast.Call) and len(call.args) == 2 and not call.keywords
        if not one or isinstance(getattr(call, "args", [])[0], ast.Starred) or "\n" in text:
            raise ValueError("must be one expression that can stand as an argument")
        return text.strip()


class Argument(BaseModel):
    """An argument the new callable needs, and where its value may come from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[^\W\d]\w*$", description="the parameter of the new callable")
    from_scope: tuple[str, ...] = Field(default=(), description="names to take its value from, the best first")
    otherwise: Literal["block", "omit"] | Expression = Field(
        default="block", description="what happens where none of them is bound"
    )
    position: int | None = Field(default=None, ge=0, description="where it goes by place, from 0")

    @field_validator("from_scope")
    @classmethod
    def _are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not all(part.isidentifier() for part in name.split(".")):
                raise ValueError(f"{name!r} is not a name such as `context` or `self.context`")
        return names

    def value(self, call: ast.Call, names: Names, imports: Imports) -> str | Blocked | None:
        """Return the expression to pass at `call`; None to leave the argument out."""
        chosen = choose(self.from_scope, names, call)
        if isinstance(chosen, Chosen):
            return chosen.expression
        if self.otherwise == "omit":
            return None
        if isinstance(self.otherwise, Expression):
            return _spelled(self.otherwise.expression, at=call, names=names, imports=imports)
        return chosen


def _spelled(text: str, *, at: ast.AST, names: Names, imports: Imports) -> str | Blocked:
    """Write an expression of a rule so that it works at a place: dotted names in it are imported.

    Blocked: `no-context-in-scope` where it reads a name that is not there, or what `Imports.bind` says.
    """
    scope = names.scope_of(at)
    spelled = text
    chains = [node for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Attribute | ast.Name)]
    inner = {id(node.value) for node in chains if isinstance(node, ast.Attribute)}
    outermost = [node for node in chains if id(node) not in inner]
    for node in sorted(outermost, key=lambda one: one.col_offset, reverse=True):
        first = ast.unparse(node).partition(".")[0]
        is_path = isinstance(node, ast.Attribute) and bool(names.project.split(ast.unparse(node))[0])
        if not is_path and (scope.lookup(first) is not None or hasattr(builtins, first)):
            continue
        if not isinstance(node, ast.Attribute):
            return Blocked("no-context-in-scope", f"the rule's expression reads {first}, which is not bound here")
        bound = imports.bind(ast.unparse(node), at=at)
        if isinstance(bound, Blocked):
            return bound
        spelled = f"{spelled[: node.col_offset]}{bound.spelling}{spelled[node.end_col_offset :]}"
    return spelled

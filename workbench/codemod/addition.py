"""How a plan file asks for an argument that calls shall pass from now on."""

from __future__ import annotations

import ast

from pydantic import Field, field_validator, model_validator

from workbench.codemod.calls.argument import Argument, Expression
from workbench.codemod.imports.engine import Imports
from workbench.codemod.names import Names
from workbench.model.violation import Blocked


class Addition(Argument):
    """An argument to be passed from now on; `expression` is short for `otherwise = { expression = ... }`."""

    expression: str | None = Field(default=None, description="what to write where `from_scope` finds nothing")

    @field_validator("expression")
    @classmethod
    def _is_one_argument(cls, text: str | None) -> str | None:
        return None if text is None else Expression(expression=text).expression

    @field_validator("position")
    @classmethod
    def _goes_by_keyword(cls, position: int | None) -> int | None:
        if position is not None:
            raise ValueError("what this kind adds goes by keyword; `replace-call` can add by position")
        return position

    @model_validator(mode="after")
    def _says_it_once(self) -> Addition:
        if self.expression is not None and "otherwise" in self.model_fields_set:
            raise ValueError("`expression` and `otherwise` both say what to write; keep one of them")
        return self

    def value(self, call: ast.Call, names: Names, imports: Imports) -> str | Blocked | None:
        """Return the expression to pass at `call`; None to leave the argument out."""
        if self.expression is None:
            return super().value(call, names, imports)
        written = Expression(expression=self.expression)
        plain = Argument(name=self.name, from_scope=self.from_scope, otherwise=written)
        return plain.value(call, names, imports)

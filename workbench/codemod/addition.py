"""How a plan file asks for an argument that calls shall pass from now on."""

from __future__ import annotations

from pydantic import field_validator, model_validator

from workbench.codemod.argument import Argument


class Addition(Argument):
    """An argument to be passed from now on; `expression` is short for `otherwise = { expression = ... }`."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: object) -> object:
        if not isinstance(data, dict) or "expression" not in data:
            return data
        if "otherwise" in data:
            raise ValueError("`expression` and `otherwise` both say what to write; keep one of them")
        rest = {key: value for key, value in data.items() if key != "expression"}
        return {**rest, "otherwise": {"expression": data["expression"]}}

    @field_validator("position")
    @classmethod
    def _goes_by_keyword(cls, position: int | None) -> int | None:
        if position is not None:
            raise ValueError("what this kind adds goes by keyword; `replace-call` can add by position")
        return position

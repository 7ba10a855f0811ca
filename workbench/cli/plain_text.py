"""Keeps a flag and a text option from costing a tenth of a second.

typer 0.29 turns every argument into its type through pydantic, which it imports for the purpose: 0.1
CPU seconds to turn a string into a string. `workbench status` has no more than that in all. So
parameters that are plain text or flags get a converter that returns what it is given; all other types
keep typer's. The pin on typer, and a test that looks for pydantic, hold this in place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from typer._coercion import RuntimeParam
from typer.core import TyperArgument, TyperCommand, TyperOption

if TYPE_CHECKING:
    from typer._click.core import Context, Parameter

_PLAIN = (str, bool)


class AsGiven(RuntimeParam):
    """Converts a value to itself: the parser has made text or a flag of it already."""

    def _coerce_value(self, value: object, param: object, ctx: object) -> object:  # noqa: ARG002  typer's signature
        return value


def without_pydantic(parameters: Iterable[Parameter]) -> list[Parameter]:
    """Give every text parameter and flag the converter that converts nothing; return them all."""
    every = list(parameters)
    for one in every:
        if isinstance(one, TyperArgument | TyperOption) and one.type_descriptor.annotation in _PLAIN:
            described = one.type_descriptor
            one._runtime_param = AsGiven(described.parameter_info, described.annotation)  # noqa: SLF001  no other door
    return every


class VerbCommand(TyperCommand):
    """A command whose text costs nothing."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        return without_pydantic(super().get_params(ctx))

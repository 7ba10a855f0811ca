"""Which calls a rule means: those of a dotted name, or those of a method, narrowed by what it is called on.

Every kind that speaks of calls takes the same parameters, and asks the same questions of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field, field_validator, model_validator

from workbench.codemod.calls.receiver_types import TypeReader
from workbench.codemod.calls.sites import CallSite, call_sites
from workbench.codemod.names import Names, Scope
from workbench.codemod.patterns.pattern import chain
from workbench.codemod.project import Project
from workbench.codemod.rule import Parameters
from workbench.model.violation import Blocked

Verdict = bool | Blocked
"""Yes, no, or why that cannot be told."""

_REGEX = "re:"
_CALL = re.compile(r"(\$[^\W\d]\w*|[^\W\d]\w*)(\.[^\W\d]\w*)+")


class ReceiverParameters(Parameters):
    """Narrows what a method is called on; the conditions given must all hold."""

    receiver: tuple[str, ...] = Field(default=(), description="expressions it may be, or `re:` and what they match")
    receiver_not: tuple[str, ...] = Field(default=(), description="the same: what it may not be")
    receiver_type: tuple[str, ...] = Field(default=(), description="dotted names of classes it is an instance of")
    unknown_receiver: Literal["block", "match", "leave"] = Field(
        default="block", description="what happens where its type cannot be told"
    )

    @field_validator("receiver_type", mode="before", json_schema_input_type=str | tuple[str, ...])
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("receiver_type")
    @classmethod
    def _are_dotted(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not all(part.isidentifier() for part in name.split(".")) or "." not in name:
                raise ValueError(f"{name!r} is not the dotted name of a class, such as `aiohttp.ClientResponse`")
        return names

    @field_validator("receiver", "receiver_not")
    @classmethod
    def _are_expressions(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_regex(text) if text.startswith(_REGEX) else _normal(text) for text in texts)

    @property
    def narrows(self) -> bool:
        """Say whether any condition is given."""
        return bool(self.receiver or self.receiver_not or self.receiver_type)


class CallParameters(ReceiverParameters):
    """`call`: a dotted name, or `$RECEIVER.method`."""

    call: str = Field(description="the dotted name of what is called, or `$RECEIVER.method`")

    @field_validator("call")
    @classmethod
    def _is_a_call(cls, text: str) -> str:
        if not _CALL.fullmatch(text):
            raise ValueError(f"{text!r} is neither a dotted name nor `$RECEIVER.method`")
        return text

    @model_validator(mode="after")
    def _narrows_a_receiver(self) -> CallParameters:
        if self.narrows and not self.call.startswith("$"):
            raise ValueError("`receiver` and its kin narrow a call by attribute; write the call as `$RECEIVER.method`")
        return self


def _regex(text: str) -> str:
    try:
        re.compile(text.removeprefix(_REGEX))
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    return text


def _normal(text: str) -> str:
    try:
        return ast.unparse(ast.parse(text.strip(), mode="eval"))
    except SyntaxError:
        raise ValueError(f"{text!r} is no expression; a regular expression begins with {_REGEX!r}") from None


def receiver_fits(receiver: ast.expr, parameters: ReceiverParameters, names: Names) -> Verdict:
    """Say whether what a method is called on is what a rule means.

    Blocked: `unknown-receiver`.
    """
    text = _spelled(receiver)
    if _any(text, parameters.receiver_not) or (parameters.receiver and not _any(text, parameters.receiver)):
        return False
    if not parameters.receiver_type:
        return True
    reader = TypeReader(names)
    types = reader.types_of(receiver)
    wanted = {names.project.canonical(name) for name in parameters.receiver_type}
    fitting = {one for one in types or () if not wanted.isdisjoint(reader.bases_of(one))}
    if types and fitting in (types, set()):
        return bool(fitting)
    if parameters.unknown_receiver == "block":
        others = ", ".join(sorted((types or frozenset()) - fitting))
        seen = f"may also be {others}" if others else "has no type that can be read here"
        return Blocked("unknown-receiver", f"{text} {seen}")
    return parameters.unknown_receiver == "match"


def _spelled(receiver: ast.expr) -> str:
    """Return the text of a receiver in one layout; "" where it is nested too deeply for that."""
    try:
        return ast.unparse(receiver)
    except RecursionError:
        return ""


def _any(text: str, wanted: tuple[str, ...]) -> bool:
    """Say whether a receiver is one of those listed; a regular expression counts from its start."""
    return any(
        re.match(one.removeprefix(_REGEX), text) is not None if one.startswith(_REGEX) else one == text
        for one in wanted
    )


@dataclass(frozen=True)
class CallTarget:
    """The calls one rule means."""

    parameters: CallParameters

    @property
    def dotted(self) -> str | None:
        """The dotted name of what is called; None where the call is named by attribute."""
        return None if self.parameters.call.startswith("$") else self.parameters.call

    @property
    def needle(self) -> str:
        """A word that stands in every file with such a call."""
        return self.parameters.call.rpartition(".")[2]

    @cached_property
    def _path(self) -> tuple[str, ...]:
        return tuple(self.parameters.call.split(".")[1:])

    def is_async(self, project: Project) -> bool:
        """Say whether the tree shows what is called to be an `async def`."""
        methods = (f"{owner}.{self.needle}" for owner in self.parameters.receiver_type)
        return any(project.is_async(one) is True for one in ([self.dotted] if self.dotted is not None else methods))

    def matches(self, call: ast.Call, names: Names) -> Verdict:
        """Say whether a call is one of those meant.

        Blocked: `unknown-receiver`, or why a name may mean something else (`rebound`, ...).
        """
        if self.dotted is not None:
            resolved = names.resolve(call.func)
            if resolved is None or names.project.canonical(self.dotted) not in resolved.may:
                return False
            return resolved.certain or Blocked(resolved.reason, f"{chain(call.func)} may mean something else here")
        receiver: ast.expr = call.func
        for name in reversed(self._path):
            if not isinstance(receiver, ast.Attribute) or receiver.attr != name:
                return False
            receiver = receiver.value
        return receiver_fits(receiver, self.parameters, names)

    def sites(self, names: Names) -> Iterator[TargetSite]:
        """Yield the calls meant, in source order; where a dotted name is handed on, that place too, blocked."""
        if self.dotted is not None:
            for one in call_sites(names.project.canonical(self.dotted), names):
                yield TargetSite(one.node, one.call, one.use.scope, one.blocked, one)
            return
        found = []
        for node, scope in names.index.attributes.get(self.needle, ()):
            call = names.ancestry.parent(node)
            if isinstance(call, ast.Call) and call.func is node:
                verdict = self.matches(call, names)
                if verdict is not False:
                    blocked = verdict if isinstance(verdict, Blocked) else None
                    found.append(TargetSite(call, call, scope, blocked))
        yield from sorted(found, key=lambda one: names.module.place(one.node))


@dataclass(frozen=True, slots=True)
class TargetSite:
    """A call that a rule means, or (`call` None) a place that hands the callable on; `site` where it has a name."""

    node: ast.expr
    call: ast.Call | None
    scope: Scope
    blocked: Blocked | None
    site: CallSite | None = None

    @property
    def spelled(self) -> str:
        """The dotted name by which the file reaches the callable; "" for a method of some receiver."""
        return self.site.use.resolved.spelled if self.site is not None else ""

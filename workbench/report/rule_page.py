"""The page of a rule kind, made from the very examples that test it; Markdown, for the terminal and for the docs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from textwrap import indent
from typing import Any, TypeVar, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from workbench.codemod.rule import EXAMPLE_PATH, Change, Example, Keep, Parameters, Refuse, Rule
from workbench.report.reasons import reason
from workbench.report.safe import markdown_block, markdown_code

Kind = type[Rule[Any]]
E = TypeVar("E", Change, Refuse, Keep)

_MODULES = re.compile(r"\b(?:[a-z_]+\.)+(?=\w)")
_COMMON = frozenset(Parameters.model_fields)


def rule_list(kinds: Mapping[str, Kind]) -> str:
    """Return one line for each kind: name, summary, and whether it only finds."""
    width = max((len(name) for name in kinds), default=0)
    lines = [f"{name:<{width}}  {kind.summary}{'' if kind.fixes else ' (finds only)'}" for name, kind in kinds.items()]
    return "".join(f"{line}\n" for line in lines)


def rule_page(kind: Kind, *, level: int = 1) -> str:
    """Return why the kind exists, what it takes, and what it changes, refuses and leaves alone.

    `level` is that of its heading, from 1; deeper where the page is a chapter of a longer one.
    """
    below = "#" * (level + 1)
    parts = [
        f"{'#' * level} {kind.kind}",
        kind.summary if kind.fixes else f"{kind.summary} It finds, and leaves the change to a person.",
        why(kind),
        _parameters(kind, f"{below} Parameters"),
        *_examples(f"{below} What it changes", (_change(one) for one in _of(kind, Change))),
        *_examples(f"{below} What it refuses", (_refusal(one) for one in _of(kind, Refuse))),
        *_examples(f"{below} What it leaves alone", (_keep(one) for one in _of(kind, Keep))),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def why(kind: Kind) -> str:
    """Return the docstring of the kind's file."""
    return (sys.modules[kind.__module__].__doc__ or "").strip()


def _of(kind: Kind, shape: type[E]) -> list[E]:
    return [one for one in kind.examples if isinstance(one, shape)]


def _parameters(kind: Kind, title: str) -> str:
    own = {name: field for name, field in kind.Parameters.model_fields.items() if name not in _COMMON}
    if not own:
        return ""
    return f"{title}\n\n" + "\n".join(parameter(field.alias or name, field) for name, field in own.items())


def parameter(name: str, field: FieldInfo) -> str:
    """Return the line about one parameter, name, type, default, what it is, and those about the keys of its tables."""
    shape = field.annotation
    kind = shape.__name__ if isinstance(shape, type) and not get_args(shape) else _MODULES.sub("", str(shape))
    standing = "required" if field.is_required() else f"default {markdown_code(_default(field))}"
    told = f": {field.description}" if field.description else ""
    line = f"- {markdown_code(name)} {markdown_code(kind)}, {standing}{told}"
    inner = [one for model in _models(shape) for one in model.model_fields.items()]
    return "\n".join([line, *(indent(parameter(inside.alias or each, inside), "  ") for each, inside in inner)])


def _models(shape: object) -> Iterator[type[BaseModel]]:
    """Yield the tables of keys that a type is made of, for a plan file spells them out."""
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        yield shape
    for part in get_args(shape):
        yield from _models(part)


def _default(field: FieldInfo) -> str:
    return repr(field.get_default(call_default_factory=True, validated_data={}))


def _examples(title: str, examples: Iterable[str]) -> list[str]:
    told = list(examples)
    return [title, *told] if told else []


def _change(one: Change) -> str:
    before, after = markdown_block(one.before, "python"), markdown_block(one.after, "python")
    return f"{one.why}\n\n{_taken(one)}{before}\n\nbecomes\n\n{after}"


def _refusal(one: Refuse) -> str:
    code = markdown_block(one.code, "python")
    return f"{one.why} ({markdown_code(one.reason)}: {reason(one.reason).meaning})\n\n{_taken(one)}{code}"


def _keep(one: Keep) -> str:
    return f"{one.why}\n\n{_taken(one)}{markdown_block(one.code, 'python')}"


def _taken(one: Example) -> str:
    """Say what an example depends on, beside its source: the file it stands in, and parameters."""
    where = f"in {markdown_code(one.path)}" if one.path != EXAMPLE_PATH else ""
    given = ", ".join(markdown_code(f"{name} = {value!r}") for name, value in one.parameters)
    told = ", ".join(part for part in (where, f"with {given}" if given else "") if part)
    return f"{told[0].upper()}{told[1:]}:\n\n" if told else ""

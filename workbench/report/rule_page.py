"""The page of a rule kind, made from the very examples that test it; Markdown, for the terminal and for the docs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args

from pydantic.fields import FieldInfo

from workbench.codemod.rule import Change, Example, Keep, Parameters, Refuse, Rule
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


def rule_page(kind: Kind) -> str:
    """Return why the kind exists, what it takes, and what it changes, refuses and leaves alone."""
    parts = [
        f"# {kind.kind}",
        kind.summary if kind.fixes else f"{kind.summary} It finds, and leaves the change to a person.",
        why(kind),
        _parameters(kind),
        *_examples("What it changes", (_change(one) for one in _of(kind, Change))),
        *_examples("What it refuses", (_refusal(one) for one in _of(kind, Refuse))),
        *_examples("What it leaves alone", (_keep(one) for one in _of(kind, Keep))),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def why(kind: Kind) -> str:
    """Return the docstring of the kind's file."""
    return (sys.modules[kind.__module__].__doc__ or "").strip()


def _of(kind: Kind, shape: type[E]) -> list[E]:
    return [one for one in kind.examples if isinstance(one, shape)]


def _parameters(kind: Kind) -> str:
    own = {name: field for name, field in kind.Parameters.model_fields.items() if name not in _COMMON}
    if not own:
        return ""
    lines = [_parameter(field.alias or name, field) for name, field in own.items()]
    return "## Parameters\n\n" + "\n".join(lines)


def _parameter(name: str, field: FieldInfo) -> str:
    shape = field.annotation
    kind = shape.__name__ if isinstance(shape, type) and not get_args(shape) else _MODULES.sub("", str(shape))
    standing = "required" if field.is_required() else f"default {markdown_code(repr(field.get_default()))}"
    told = f": {field.description}" if field.description else ""
    return f"- {markdown_code(name)} {markdown_code(kind)}, {standing}{told}"


def _examples(title: str, examples: Iterable[str]) -> list[str]:
    told = list(examples)
    return [f"## {title}", *told] if told else []


def _change(one: Change) -> str:
    before, after = markdown_block(one.before, "python"), markdown_block(one.after, "python")
    return f"{one.why}\n\n{_taken(one)}{before}\n\nbecomes\n\n{after}"


def _refusal(one: Refuse) -> str:
    code = markdown_block(one.code, "python")
    return f"{one.why} ({markdown_code(one.reason)}: {reason(one.reason).meaning})\n\n{_taken(one)}{code}"


def _keep(one: Keep) -> str:
    return f"{one.why}\n\n{_taken(one)}{markdown_block(one.code, 'python')}"


def _taken(one: Example) -> str:
    if not one.parameters:
        return ""
    given = ", ".join(markdown_code(f"{name} = {value!r}") for name, value in one.parameters)
    return f"With {given}:\n\n"

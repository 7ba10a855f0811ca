"""Turns what pydantic and the cross-checks complain about into problems a person can act on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from workbench.model.errors import Problem
from workbench.planning.lines import KeyPath, lines_of

Complaint = tuple[KeyPath, str, str]
"""Where, a sentence, a suggestion (or "")."""

_MENTION = re.compile(r"rules\[([^\]]+)\]")

_WANTED = {
    "string_type": "a string",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


def complaints(error: ValidationError, model: type[BaseModel], data: object, at: KeyPath = ()) -> Iterator[Complaint]:
    """Yield one complaint per error of validating `data`, the table at `at`, as `model`."""
    seen: set[KeyPath] = set()
    for detail in error.errors(include_url=False):
        path = _present(detail, data)
        if path not in seen and not _counts_wrong_items(detail):
            seen.add(path)
            message, suggestion = _say(detail, path, model)
            yield (*at, *path), message, suggestion


def near(word: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the known words that resemble `word`, else ""."""
    matches = get_close_matches(word, sorted(set(known)), n=3, cutoff=0.6)
    return f"did you mean {_either(matches)}?" if matches else ""


def lines_by_key(text: str, data: object) -> dict[str, int]:
    """Return the lines of a plan file's keys, written as problems write them."""
    lines: dict[str, int] = {}
    for path, line in lines_of(text).items():
        lines.setdefault(_dotted(path, data), line)
    return lines


def told(found: Iterable[Complaint], data: object) -> Iterator[Problem]:
    """Yield the complaints as problems that are still to be located."""
    for path, message, suggestion in found:
        yield Problem(message, _dotted(path, data), suggestion=suggestion)


def located(problems: Iterable[Problem], lines: Mapping[str, int]) -> tuple[Problem, ...]:
    """Return the problems by line, each with its line and with that of every `rules[id]` its sentence mentions."""

    def mention(match: re.Match[str]) -> str:
        return f"{match[1]!r} (line {near_line(match.group(), lines)})"

    found = (
        replace(one, message=_MENTION.sub(mention, one.message), line=one.line or near_line(one.key, lines))
        for one in problems
    )
    return tuple(sorted(found, key=lambda one: (one.line or 0, one.key, one.message)))


def near_line(key: str, lines: Mapping[str, int]) -> int:
    """Return the line of a key, or of the innermost table around it that the file names; the whole file is line 1."""
    while key and key not in lines:
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return lines.get(key, 1)


def _either(words: Iterable[str]) -> str:
    return " or ".join(repr(word) for word in words)


def _counts_wrong_items(detail: ErrorDetails) -> bool:
    """Say whether a list only looks too short because pydantic counts none of its wrong items."""
    given = detail["input"]
    return detail["type"] == "too_short" and isinstance(given, list) and len(given) >= detail["ctx"]["min_length"]


def _present(detail: ErrorDetails, data: object) -> KeyPath:
    """Drop from an error's place what is not in the file, such as the names of a union's members."""
    path: list[str | int] = []
    last = len(detail["loc"]) - 1
    for number, part in enumerate(detail["loc"]):
        inner = _get(data, part)
        if inner is not None:
            path.append(part)
            data = inner
        elif number == last and detail["type"] == "missing":
            path.append(part)
    return tuple(path)


def _get(data: object, part: str | int) -> object | None:
    if isinstance(data, dict):
        return data.get(part)
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        item: object = data[part]
        return item
    return None


def _say(detail: ErrorDetails, path: KeyPath, model: type[BaseModel]) -> tuple[str, str]:
    given, context = detail["input"], detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            known = _keys(_model_at(model, path[:-1]))
            said = f"unknown key {path[-1]!r}", near(str(path[-1]), known) or f"known keys: {', '.join(known)}"
        case "missing":
            said = f"the key {path[-1]!r} is missing", ""
        case "literal_error" | "enum":
            allowed = re.findall(r"'([^']*)'", str(context["expected"]))
            said = f"{given!r:.60} is not one of {', '.join(allowed)}", near(str(given), allowed)
        case "too_short":
            said = f"a list of at least {context['min_length']} is wanted here", ""
        case "value_error":
            said = str(context["error"]), ""
        case "string_pattern_mismatch":
            said = f"{given!r:.60} does not fit {context['pattern']}", ""
        case kind if kind in _WANTED:
            said = f"{_WANTED[kind]} is wanted here, not {given!r:.60}", ""
        case _:
            said = detail["msg"][:1].lower() + detail["msg"][1:], ""
    return said


def _model_at(model: type[BaseModel], path: KeyPath) -> type[BaseModel]:
    """Return the model of the table at `path` inside a table of `model`."""
    for part in path:
        if isinstance(part, str):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = next(_models(fields[part].annotation), model)
    return model


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models among the parts of an annotation: of unions, lists and what is annotated."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _keys(model: type[BaseModel]) -> list[str]:
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _dotted(path: KeyPath, data: object) -> str:
    text = ""
    for part in path:
        if isinstance(part, str):
            text += f".{part}" if text else part
        else:
            text += f"[{_name(data, part)}]"
        data = _get(data, part)
    return text


def _name(items: object, index: int) -> str | int:
    """Return the id of an item of a list, or its index where the id is missing or not its own."""
    ids = [_get(one, "id") for one in items] if isinstance(items, list) else []
    name = ids[index] if index < len(ids) else None
    return name if isinstance(name, str) and ids.count(name) == 1 else index

"""The kinds of value a plan file's keys take, each refusing what could not work, with a sentence that says why."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema


def exact_fraction(value: object) -> Fraction:
    """Return a pass rate in (0, 1] exactly: "17/18", "90%", 0.95 and 1 are one; 90 is not."""
    text = str(value).strip()
    try:
        rate = Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f'{text!r} is not a pass rate; write "17/18", "90%" or 0.95') from None
    if not 0 < rate <= 1:
        meant = f'; did you mean "{text}%"?' if text.isdecimal() and 1 < rate <= 100 else ""
        raise ValueError(f"a pass rate is above 0 and at most 1, not {text}{meant}")
    return rate


def inside(value: str) -> str:
    """Refuse a pattern that climbs out of the repository."""
    if ".." in value.split("/"):
        raise ValueError("'..' leads out of the repository; patterns and paths stay inside it")
    return value


def _relative(value: str) -> str:
    if PurePosixPath(value).is_absolute():
        raise ValueError(f"paths are relative to the repository root; write {value.strip('/')!r}")
    return str(PurePosixPath(inside(value)))


def _compiles(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"the regular expression does not compile: {error}") from None
    return value


def _command(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words[0].strip():
        raise ValueError("the first word, the program, is empty")
    return words


def _pairs(value: object) -> object:
    return tuple(sorted(value.items())) if isinstance(value, dict) else value


def _age(value: object) -> object:
    found = re.fullmatch(r"([1-9][0-9]{0,5})(min|h|d)", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f'{value!r:.60} is not an age; write "90min", "36h" or "7d"')
    return int(found[1]) * {"min": 60, "h": 3600, "d": 86400}[found[2]]


_TEXT = r"^[^\x00-\x1f\x7f]*$"
"""One line without control characters: it goes into commits, reports and file names."""

LineOfText = Annotated[str, Field(pattern=_TEXT, max_length=500)]
_Path = Annotated[str, Field(pattern=_TEXT, min_length=1)]
Glob = Annotated[_Path, AfterValidator(inside)]
"""A gitignore-style pattern; a leading slash ties it to the repository root."""
RelativePath = Annotated[_Path, AfterValidator(_relative)]
Regex = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Command = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[^\x00]*$")], ...],
    Field(min_length=1),
    AfterValidator(_command),
]
Environment = Annotated[
    tuple[tuple[VariableName, str], ...],
    BeforeValidator(_pairs),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string"}}),
]
PassRate = Annotated[
    Fraction | None,
    BeforeValidator(exact_fraction),
    WithJsonSchema({"type": ["string", "number"]}),
]
Age = Annotated[int, BeforeValidator(_age), WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]*(min|h|d)$"})]
"""Whole seconds, written "90min", "36h" or "7d"."""

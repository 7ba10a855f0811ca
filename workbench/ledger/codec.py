"""Turns the model's dataclasses into JSON and back by their type hints: strict, so that nothing half-read passes."""

from __future__ import annotations

import base64
import binascii
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")

Decoder = Callable[[object], object]


_PLAIN = frozenset({str, int, float, bool, type(None)})


class MalformedError(ValueError):
    """Stored JSON that does not have the shape its type promises."""


def plain(value: object) -> object:
    """Return `value` as JSON knows it: lists, dicts, strings, numbers; a Fraction as "1/3", bytes in base64."""
    if type(value) in _PLAIN or isinstance(value, list):  # a list was made by an earlier call
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction | bytes):
        return str(value) if isinstance(value, Fraction) else base64.b64encode(value).decode("ascii")
    if isinstance(value, tuple | frozenset):
        found = [plain(one) for one in value]
        return sorted(found, key=repr) if isinstance(value, frozenset) else found
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    kind: type = type(value)
    if is_dataclass(kind):
        return {name: plain(getattr(value, name)) for name in _names(kind)}
    raise TypeError(f"{value!r} cannot be stored")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def dumps(value: object) -> str:
    """Return canonical JSON, in ASCII, so that any string survives: sorted keys, no spaces, no NaN."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def loads(kind: type[T], text: str) -> T:
    """Return the `kind` that `text` holds, or raise MalformedError."""
    return shaped(kind, parse(text))


def parse(text: str) -> object:
    """Return what the JSON `text` holds, or raise MalformedError."""
    try:
        found: object = json.loads(text)
    except ValueError as error:
        raise MalformedError(f"not JSON: {error}") from error
    return found


def shaped(kind: type[T], data: object) -> T:
    """Return the `kind` that `data`, made by `plain`, stands for, or raise MalformedError."""
    hint: object = kind
    return cast("T", _decoder(hint)(data))


@cache
def _decoder(hint: object) -> Decoder:
    """Return what turns JSON into a value of the type `hint`; built once per type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (one for one in arguments if one is not type(None))
        return _optional(_decoder(inner))
    if origin in (tuple, frozenset):
        return _items(origin, arguments)
    if origin is not None:
        return _mapping(_decoder(arguments[1]))
    if not isinstance(hint, type):
        raise TypeError(f"{hint!r} cannot be stored")
    if is_dataclass(hint):
        return _dataclass(hint)
    if issubclass(hint, Enum | Fraction):
        return _converted(hint)
    return {float: _number, bytes: _bytes}.get(hint) or _scalar(hint)


def _optional(inner: Decoder) -> Decoder:
    return lambda data: None if data is None else inner(data)


def _list(each: Decoder) -> Decoder:
    return lambda data: tuple(each(one) for one in _expect(list, data))


def _items(origin: object, arguments: tuple[object, ...]) -> Decoder:
    if origin is frozenset:
        each = _decoder(arguments[0])
        return lambda data: frozenset(each(one) for one in _expect(list, data))
    return _list(_decoder(arguments[0])) if arguments[-1] is Ellipsis else _tuple(arguments)


def _bytes(data: object) -> object:
    try:
        return base64.b64decode(_expect(str, data), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("these are no bytes") from error


def _tuple(items: tuple[object, ...]) -> Decoder:
    decoders = [_decoder(item) for item in items]

    def decode(data: object) -> object:
        parts = _expect(list, data)
        if len(parts) != len(decoders):
            raise MalformedError(f"{len(decoders)} values expected, {len(parts)} found")
        return tuple(one(part) for one, part in zip(decoders, parts, strict=True))

    return decode


def _mapping(each: Decoder) -> Decoder:
    return lambda data: {name: each(one) for name, one in _expect(dict, data).items()}


def _dataclass(kind: type) -> Decoder:
    hints = get_type_hints(kind)
    decoders = {one.name: _decoder(hints[one.name]) for one in fields(kind)}
    needed = {one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING}

    def decode(data: object) -> object:
        values = _expect(dict, data)
        if wrong := (values.keys() - decoders.keys()) | (needed - values.keys()):
            raise MalformedError(f"{kind.__name__}: unknown or missing {', '.join(sorted(wrong))}")
        return kind(**{name: decoders[name](value) for name, value in values.items()})

    return decode


def _converted(kind: type[Enum | Fraction]) -> Decoder:
    def decode(data: object) -> object:
        try:
            return kind(_expect(str, data))
        except (ValueError, ZeroDivisionError) as error:
            raise MalformedError(f"{data!r} is no {kind.__name__}") from error

    return decode


def _scalar(kind: type) -> Decoder:
    return lambda data: _expect(kind, data)


def _number(data: object) -> object:
    return data if isinstance(data, float) else float(_expect(int, data))


def _expect(kind: type[T], data: object) -> T:
    """Return `data` if it is a `kind`; a bool is no number here."""
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise MalformedError(f"{kind.__name__} expected, {type(data).__name__} found")
    return data

"""Just enough of a tokenizer to find the syntax that came after this interpreter: generics, `type`, f-strings.

It reads bytes, follows strings, f-strings (with PEP 701's nesting) and brackets, and says where things
stand. It never decides whether code is valid; the parser does, afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

_NEXT = re.compile(
    rb"""(?:[ \t\f]+|\\\r?\n|\#[^\r\n]*)*
    (?: (?P<STRING>(?i:[rbuft]{0,2})(?:'''|\"\"\"|'|"))
      | (?P<NAME>[A-Za-z_\x80-\xff][\w\x80-\xff]*)
      | (?P<NUMBER>\.?\d(?:[eE][+-]|[\w.])*)
      | (?P<NEWLINE>[\r\n])
      | (?P<OTHER>.) )""",
    re.DOTALL | re.VERBOSE,
)
_STRING = re.compile(rb"(?i:(?P<prefix>[rbuft]{0,2}))(?P<quote>'''|\"\"\"|'|\")")
_CLOSE = {
    quote: re.compile(
        rb"(?:[^\\" + quote[:1] + rb"]|\\.|" + quote[:1] + rb"(?!" + quote[1:] + rb"))*?" + quote, re.DOTALL
    )
    for quote in (b"'''", b'"""', b"'", b'"')
}
_NAMED_CHARACTER = re.compile(rb"\\N\{[^{}]*\}")
_DEFINING = re.compile(
    rb"""\#[^\r\n]*
    | (?P<STRING>(?:(?<![\w\x80-\xff])(?i:[rbuft]{1,2}))?(?:\'\'\'|\"\"\"|'|"))
    | (?P<WORD>(?<![\w\x80-\xff])(?:def|class|type)(?![\w\x80-\xff]))""",
    re.VERBOSE,
)
_OPENS, _SHUTS = (b"(", b"[", b"{"), (b")", b"]", b"}")
_MOST_NESTED, _LONGEST = 60, 2000


class Lost(Exception):  # what happened, not an error of the program
    """The text does not go on as Python does."""


class Kind(Enum):
    NAME = auto()
    STRING = auto()
    FSTRING = auto()
    NUMBER = auto()
    NEWLINE = auto()
    OTHER = auto()


_KINDS = {kind.name: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Token:
    """A span of bytes; `fields` are the spans of the expressions directly in an f-string."""

    kind: Kind
    start: int
    end: int
    fields: tuple[tuple[int, int], ...] = ()


def tokens(source: bytes, start: int, end: int) -> Iterator[Token]:
    """Yield the tokens of a part of a source; comments and spaces are left out. Raises Lost."""
    at = start
    while (found := _NEXT.match(source, at, end)) is not None:
        kind = found.lastgroup or ""
        if kind == "STRING":
            token = _string(source, found.start(kind), end)
        else:
            token = Token(_KINDS[kind], found.start(kind), found.end())
        yield token
        at = token.end


def defining(source: bytes, start: int, end: int) -> Iterator[int]:
    """Yield where a `def`, `class` or `type` stands as a token. Raises Lost.

    Far faster than asking all tokens: nothing but comments, strings and these words is looked at.
    """
    at = start
    while (found := _DEFINING.search(source, at, end)) is not None:
        if found.lastgroup == "STRING":
            at = _string(source, found.start(), end).end
        else:
            at = found.end()
            if found.lastgroup == "WORD":
                yield found.start()


def is_tame(source: bytes) -> bool:
    """Say whether no statement is so long or nested that a recursive native parser may overrun its stack."""
    depth, length = 0, 0
    try:
        for token in tokens(source, 0, len(source)):
            char = source[token.start : token.end]
            depth += (char in _OPENS) - (char in _SHUTS)
            length = 0 if token.kind is Kind.NEWLINE and depth <= 0 else length + 1
            if depth > _MOST_NESTED or length > _LONGEST:
                return False
    except Lost:
        return False
    return True


def _string(source: bytes, at: int, end: int) -> Token:
    opening = _STRING.match(source, at, end)
    if opening is None:
        raise Lost(f"no string at byte {at}")
    prefix, quote = opening["prefix"].lower(), opening["quote"]
    if not set(prefix) & set(b"ft"):
        closing = _CLOSE[quote].match(source, opening.end(), end)
        if closing is None:
            raise Lost(f"a string at byte {at} has no end")
        return Token(Kind.STRING, at, closing.end())
    fields: list[tuple[int, int]] = []
    stop = _literal(source, opening.end(), end, quote, fields, raw=b"r" in prefix)
    return Token(Kind.FSTRING, at, stop, tuple(fields))


def _literal(source: bytes, at: int, end: int, quote: bytes, fields: list[tuple[int, int]], *, raw: bool) -> int:
    """Read the text of an f-string up to and with its closing quote."""
    while at < end:
        if source.startswith(quote, at):
            return at + len(quote)
        char = source[at : at + 1]
        named = None if raw else _NAMED_CHARACTER.match(source, at, end)
        if named is not None:
            at = named.end()
        elif source[at : at + 2] in (b"{{", b"}}"):
            at += 2
        elif char == b"{":
            at = _field(source, at + 1, end, quote, fields, raw=raw)
        elif char == b"\\" and source[at + 1 : at + 2] not in b"{}":
            at += 2
        else:
            at += 1
    raise Lost("an f-string has no end")


def _field(source: bytes, at: int, end: int, quote: bytes, fields: list[tuple[int, int]], *, raw: bool) -> int:
    """Read a replacement field behind its brace, up to and with the closing one."""
    start, depth = at, 0
    for token in tokens(source, at, end):
        char = source[token.start : token.end]
        following = source[token.end : token.end + 1]
        ends = char in (b"}", b":") or (char == b"!" and following != b"=")
        if ends and depth == 0 and token.kind is Kind.OTHER:
            fields.append((start, _trimmed(source, start, token.start)))
            return _after_expression(source, token.start, end, quote, fields, raw=raw)
        if char in _OPENS:
            depth += 1
        elif char in _SHUTS:
            depth -= 1
    raise Lost("a replacement field has no end")


def _trimmed(source: bytes, start: int, end: int) -> int:
    """Leave out the `=` of `{value=}`, but no operator that ends so."""
    text = source[start:end].rstrip()
    if text.endswith(b"=") and text[-2:-1] not in b"=!<>":
        return start + len(text) - 1
    return end


def _after_expression(
    source: bytes, at: int, end: int, quote: bytes, fields: list[tuple[int, int]], *, raw: bool
) -> int:
    """Read `!r`, a format specification with its own fields, and the brace."""
    if source[at : at + 1] == b"!":
        at += 2
    while at < end and source[at : at + 1] != b"}":
        if source.startswith(quote, at):
            break
        nested = source[at : at + 1] == b"{"
        at = _field(source, at + 1, end, quote, fields, raw=raw) if nested else at + 1
    if source[at : at + 1] != b"}":
        raise Lost("a replacement field has no end")
    return at + 1

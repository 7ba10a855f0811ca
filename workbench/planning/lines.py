"""Which line of a TOML text each key stands on, so that a problem can say where it is.

tomllib keeps no positions, and tomlkit gathers arrays of tables that a file interleaves ([[rules]], [[gates]],
[[rules]] again), after which its order is not the file's. So the text, once tomllib has accepted it, is walked here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""(?P<skip>[ \t\r]+|\#[^\n]*)
      | (?P<newline>\n)
      | (?P<string>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
      | (?P<mark>[\[\]{}=,.])
      | (?P<bare>[^\s"'\#\[\]{}=,.]+)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def lines_of(text: str) -> Mapping[KeyPath, int]:
    """Return the line, from 1, on which each key, table and array item of a valid TOML text begins."""
    return _Reader(text).read()


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "skip":
            yield _Token(kind, match.group(), line)
        line += match.group().count("\n")
    yield _Token("end", "", line)


class _Reader:
    """Reads the tokens once, forwards; `lines` fills on the way."""

    def __init__(self, text: str) -> None:
        self._rest = _tokens(text)
        self._now = next(self._rest)
        self._lines: dict[KeyPath, int] = {}
        self._count: dict[KeyPath, int] = {}

    def read(self) -> Mapping[KeyPath, int]:
        table: KeyPath = ()
        while self._now.kind != "end":
            if self._now.kind == "newline":
                self._next()
            elif self._now.text == "[" and self._now.kind == "mark":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _next(self) -> _Token:
        token = self._now
        self._now = next(self._rest, token)
        return token

    def _skip(self, *marks: str) -> bool:
        """Step over one of `marks`; say whether it was there."""
        if self._now.kind in ("mark", "newline") and self._now.text in marks:
            self._next()
            return True
        return False

    def _header(self) -> KeyPath:
        line = self._next().line
        many = self._skip("[")
        *outer, last = self._key()
        path: KeyPath = ()
        for part in outer:
            path = self._newest((*path, part))
            self._note(path, line)
        path = (*path, last)
        self._note(path, line)
        if many:
            self._count[path] = self._count.get(path, 0) + 1
            path = self._newest(path)
        self._lines[path] = line
        while self._skip("]"):
            pass
        return path

    def _newest(self, path: KeyPath) -> KeyPath:
        return (*path, self._count[path] - 1) if path in self._count else path

    def _key(self) -> list[str]:
        parts = [_plain(self._next())]
        while self._skip("."):
            parts.append(_plain(self._next()))
        return parts

    def _pair(self, table: KeyPath) -> None:
        line = self._now.line
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path, line)
        self._skip("=")
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._skip("["):
            self._items(path)
        elif self._skip("{"):
            while not self._skip("}"):
                if not self._skip(",", "\n"):
                    self._pair(path)
        elif self._now.kind == "string":
            self._next()
        else:
            # A number or date may hold dots and a space.
            while self._now.kind == "bare" or self._now.text == ".":
                self._next()

    def _items(self, path: KeyPath) -> None:
        index = 0
        while not self._skip("]"):
            if not self._skip(",", "\n"):
                self._note((*path, index), self._now.line)
                self._value((*path, index))
                index += 1

    def _note(self, path: KeyPath, line: int) -> None:
        self._lines.setdefault(path, line)


def _plain(token: _Token) -> str:
    if token.kind != "string":
        return token.text
    return str(tomllib.loads(f"key = {token.text}")["key"])

"""One Python file: its bytes, its tree, and the exact way from a node back to bytes, lines and columns."""

from __future__ import annotations

import ast
import codecs
import re
import sys
import tokenize
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice
from typing import Protocol

from workbench.codemod.grammar import parse_newer
from workbench.codemod.lexing import is_tame
from workbench.model.violation import Place

_NEWLINE = re.compile(rb"\r\n|\r|\n")
_TEXT_NEWLINE = re.compile(r"\r\n|\r|\n")
_UTF8 = frozenset({"utf-8", "utf-8-sig"})


class Unparsable(ValueError):  # an outcome with a reason, and the name the design gives it
    """A file nobody may judge: the line (from 1, 0 if unknown), a reason code and a sentence.

    Codes: `syntax` (no Python we know), `grammar` (newer Python than the engine reads), `encoding`
    (bytes and declared encoding disagree, or do not survive a round trip), `too-deep`.
    """

    def __init__(self, line: int, reason: str, detail: str = "") -> None:
        super().__init__(f"line {line}: {reason}: {detail}")
        self.line = line
        self.reason = reason
        self.detail = detail


class Located(Protocol):
    """What `ast` gives every statement and expression; columns are UTF-8 bytes from 0."""

    lineno: int
    col_offset: int
    end_lineno: int | None
    end_col_offset: int | None


@dataclass(frozen=True, eq=False)
class Module:
    """A file's path (POSIX, from the root), bytes, and dotted module name ("" if outside every root)."""

    path: str
    source: bytes
    name: str = ""
    is_package: bool = False

    @property
    def package(self) -> str:
        """The package that relative imports start from; "" when there is none."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @cached_property
    def encoding(self) -> str:
        """The source encoding by BOM or cookie; "utf-8-sig" where there is a BOM."""
        try:
            return tokenize.detect_encoding(_first_lines(self.source).__next__)[0]
        except SyntaxError as error:
            raise Unparsable(1, "encoding", str(error)) from None

    @cached_property
    def text(self) -> str:
        """The decoded source, without its BOM and with its own line ends."""
        try:
            text = self.source.decode(self.encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise Unparsable(0, "encoding", str(error)) from None
        if self.encoding not in _UTF8 and text.encode(self.encoding) != self.source:
            raise Unparsable(0, "encoding", f"{self.encoding} does not survive a round trip")
        return text

    @cached_property
    def newline(self) -> str:
        """The line end the file uses most; a newline for a file without any."""
        ends = _NEWLINE.findall(self.source)
        return max((b"\n", b"\r\n", b"\r"), key=ends.count).decode()

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree, read past what is newer than this interpreter where that can be done. Raises Unparsable."""
        if self.encoding not in _UTF8:
            _ = self.text
        try:
            return parse(self.source)
        except SyntaxError as error:
            tree = self._newer()
            if tree is not None:
                return tree
            raise _refused(self, error) from None

    @property
    def is_newer(self) -> bool:
        """Say whether the file uses syntax that this interpreter cannot compile. Raises Unparsable."""
        return bool(getattr(self.tree, "newer", False))

    def _newer(self) -> ast.Module | None:
        if self.encoding not in _UTF8:
            return None
        start = len(codecs.BOM_UTF8) if self.encoding == "utf-8-sig" else 0
        tree = parse_newer(self.source, parse, start)
        if tree is not None:
            vars(tree)["newer"] = True
        return tree

    def offset(self, line: int, column: int) -> int:
        """Return the byte offset of a line (from 1) and a column as `ast` counts it (UTF-8 bytes from 0)."""
        start = self._starts[line - 1]
        if self.encoding in _UTF8:
            return start + column
        chars = self._lines[line - 1].encode("utf-8")[:column].decode("utf-8")
        return start + len(chars.encode(self.encoding))

    def span(self, node: Located) -> tuple[int, int]:
        """Return the byte offsets of a node, end exclusive."""
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset),
        )

    def segment(self, node: Located) -> bytes:
        """Return the bytes of a node."""
        start, end = self.span(node)
        return self.source[start:end]

    def place(self, node: Located) -> Place:
        """Return where a node stands."""
        return self.place_of(*self.span(node))

    def place_of(self, start: int, end: int) -> Place:
        """Return where a span of bytes stands."""
        return Place(start, end, *self._position(start), *self._position(end))

    def snippet(self, start: int, end: int) -> str:
        """Return the first line of a span, at most 120 characters."""
        text = self.source[start:end].decode(self.codec, "replace")
        return _TEXT_NEWLINE.split(text, maxsplit=1)[0][:120]

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        before = self.source[self._starts[line - 1] : offset]
        return line, len(before.decode(self.codec, "replace")) + 1

    @property
    def codec(self) -> str:
        """The encoding without its BOM, for parts of the source."""
        return "utf-8" if self.encoding in _UTF8 else self.encoding

    @cached_property
    def _starts(self) -> list[int]:
        """Byte offsets at which the lines start, as Python's tokenizer counts lines."""
        if self.encoding in _UTF8:
            lines = self.source.splitlines(keepends=True)
            starts = [*accumulate(map(len, lines), initial=0)]
            if lines and not lines[-1].endswith((b"\n", b"\r")):
                starts.pop()
            starts[0] = len(codecs.BOM_UTF8) if self.encoding == "utf-8-sig" else 0
            return starts
        starts = [0]
        for line in self._lines:
            starts.append(starts[-1] + len(line.encode(self.encoding)))
        return starts

    @cached_property
    def _lines(self) -> list[str]:
        ends = [match.end() for match in _TEXT_NEWLINE.finditer(self.text)]
        return [self.text[a:b] for a, b in zip([0, *ends], [*ends, len(self.text)], strict=True)]


def parse(source: bytes) -> ast.Module:
    """Parse without executing, and without letting warnings about the code become errors of ours.

    Raises SyntaxError for other grammars, Unparsable for what is no text or too deep for the parser.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except ValueError as error:
        raise Unparsable(0, "syntax", str(error)) from None
    except (RecursionError, MemoryError):
        raise Unparsable(0, "too-deep", "the parser gave up on its nesting") from None


def _first_lines(source: bytes) -> Iterator[bytes]:
    """Yield the two lines that may hold a cookie; `detect_encoding` itself knows no lone carriage return."""
    start = 0
    for end in islice(_NEWLINE.finditer(source), 2):
        yield source[start : end.end()]
        start = end.end()
    yield source[start:]


def _refused(module: Module, error: SyntaxError) -> Unparsable:
    """Tell a file in some newer Python from one in none, by asking LibCST's own grammar."""
    line, version = error.lineno or 0, ".".join(map(str, sys.version_info[:2]))
    try:
        module.source.decode(module.encoding)
    except UnicodeDecodeError as undecodable:
        return Unparsable(line, "encoding", str(undecodable))
    if module.source and is_tame(module.source) and libcst_reads(module.source):
        return Unparsable(line, "grammar", f"the grammar of Python {version} has no place for this: {error.msg}")
    return Unparsable(line, "syntax", error.msg)


def libcst_reads(source: bytes) -> bool:
    """Say whether LibCST's grammar, which is ahead of this interpreter's, accepts a source that `is_tame`."""
    import libcst  # heavy, and rarely needed

    try:
        libcst.parse_module(source)
    except (libcst.ParserSyntaxError, UnicodeDecodeError, LookupError):
        return False
    return True

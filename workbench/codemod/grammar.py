"""Reads syntax newer than the interpreter that runs us: PEP 695 and 696 generics, `type X = ...`, PEP 701 f-strings.

A file that the interpreter's parser refuses is made readable by writing over just those constructs, byte
for byte of the same length, so that every node keeps its place. What stood there is parsed on its own, in
its place, and put back into the tree as the nodes newer Pythons have. `def f[`, `class A[` and `type X =`
mean nothing else in any Python, so nothing is taken for what it is not; whatever else is new is refused.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from workbench.codemod.lexing import Kind, Lost, Token, defining, tokens

Parser = Callable[[bytes], ast.Module]
Spot = tuple[int, int]
_GENERIC = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ASYNC = re.compile(rb"(?<![\w\x80-\xff])async(?:[ \t\f]|\\\r?\n)*\Z")
_OPEN, _SHUT = (b"(", b"[", b"{"), (b")", b"]", b"}")
_NOT_NAMES = frozenset({b"in", b"is", b"if", b"else", b"and", b"or", b"not", b"as", b"for"})
_NEWLINE = re.compile(rb"\r\n|\r|\n")


class TypeParameter(ast.AST):
    """`T: bound = default_value` of a generic definition."""

    _fields = ("name", "bound", "default_value")

    def __init__(self, name: str, bound: ast.expr | None, default_value: ast.expr | None) -> None:
        super().__init__()
        self.name, self.bound, self.default_value = name, bound, default_value


class TypeAlias(ast.stmt):
    """`type name[type_params] = value`."""

    _fields = ("name", "type_params", "value")

    def __init__(self, name: ast.Name, type_params: list[ast.AST], value: ast.expr) -> None:
        super().__init__()
        self.name, self.type_params, self.value = name, type_params, value


TYPE_ALIASES: tuple[type[ast.AST], ...] = (TypeAlias, getattr(ast, "TypeAlias", TypeAlias))


def parse_newer(source: bytes, parser: Parser, start: int = 0) -> ast.Module | None:
    """Parse UTF-8 source (from `start`, behind a BOM) that uses newer syntax; None where that does not help."""
    reading = _Reading(source, start, parser)
    try:
        reading.definitions()
        tree = reading.parsed()
        if tree is None:
            reading.fstrings()
            tree = reading.parsed()
    except (Lost, SyntaxError, ValueError):
        return None
    return _restored(tree, reading) if tree is not None else None


class _Reading:
    """One source, the text written over it, and what stood there: keyed by (line, UTF-8 column)."""

    def __init__(self, source: bytes, start: int, parser: Parser) -> None:
        self._source, self._start, self._parser = source, start, parser
        self._text = bytearray(source)
        self._lines = [start, *(match.end() for match in _NEWLINE.finditer(source))]
        self.parameters: dict[Spot, list[ast.AST]] = {}
        self.aliases: set[Spot] = set()
        self.fields: list[tuple[Spot, Spot, list[ast.expr]]] = []

    def parsed(self) -> ast.Module | None:
        """Parse the text as it stands; None where it is no better than the source."""
        if self._text == self._source:
            return None
        try:
            return self._parser(bytes(self._text))
        except SyntaxError:
            return None

    def definitions(self) -> None:
        """Write over type parameters and `type` statements."""
        for at in [*defining(self._source, self._start, len(self._source))]:
            rest = (one for one in tokens(self._source, at, len(self._source)) if one.kind is not Kind.NEWLINE)
            found = [*islice(rest, 3)]
            if len(found) < 3 or found[1].kind is not Kind.NAME or self._word(found[1]) in _NOT_NAMES:
                continue
            opens = self._word(found[2]) == b"["
            inside = _enclosed(self._source, rest) if opens else []
            following = next(rest, None) if opens else found[2]
            is_type = self._word(found[0]) == b"type"
            if is_type and following is not None and self._word(following) == b"=":
                self._alias(found[0])
            elif is_type or not opens:
                continue
            if opens:
                *part, closing = inside
                asynchronous = _ASYNC.search(self._source[self._start : at])
                first = at if asynchronous is None else self._start + asynchronous.start()
                self.parameters[self._spot(first)] = self._parameters(part)
                self._blank(found[2].start, closing.end)

    def fstrings(self) -> None:
        """Write over the f-strings that the parser cannot read on their own."""
        for token in self._tokens():
            if token.kind is not Kind.FSTRING or not token.fields:
                continue
            try:
                self._parser(b"(" + self._source[token.start : token.end] + b")")
            except SyntaxError:
                expressions = [self._expression(a, b) for a, b in token.fields]
                self._fill(token)
                self.fields.append((self._spot(token.start), self._spot(token.end), expressions))

    # ---- parts

    def _tokens(self) -> list[Token]:
        return [*tokens(bytes(self._text), self._start, len(self._text))]

    def _word(self, token: Token) -> bytes:
        return self._source[token.start : token.end]

    def _alias(self, keyword: Token) -> None:
        """`type X = v` becomes `type:X = v`, an annotated assignment."""
        if self._source[keyword.end : keyword.end + 1] not in (b" ", b"\t"):
            raise Lost("an odd `type` statement")
        self._text[keyword.end] = ord(":")
        self.aliases.add(self._spot(keyword.start))

    def _parameters(self, found: Sequence[Token]) -> list[ast.AST]:
        parameters: list[ast.AST] = []
        for part in _split(self._source, found, b","):
            if not part or self._word(part[-1]) in (b":", b"="):
                raise Lost("an empty type parameter")
            head, *default = _split(self._source, part, b"=")
            name, *bound = _split(self._source, head, b":")
            given = [self._between(one) for one in (*bound, *default)]
            parameters.append(
                TypeParameter(self._name(name), given[0] if bound else None, given[-1] if default else None)
            )
        if not parameters:
            raise Lost("no type parameters in the brackets")
        return parameters

    def _name(self, part: Sequence[Token]) -> str:
        """Return the name of `T`, `*T` or `**T`."""
        *stars, last = part
        if len(stars) > 2 or any(self._word(one) != b"*" for one in stars) or last.kind is not Kind.NAME:
            raise Lost("an odd type parameter")
        return self._word(last).decode()

    def _between(self, part: Sequence[Token]) -> ast.expr:
        if self._word(part[0]) == b"*":  # the default of a variadic parameter
            part = part[1:] or part
        return self._expression(part[0].start, part[-1].end)

    def _expression(self, start: int, end: int) -> ast.expr:
        """Parse a part of the source on its own, in its place."""
        line, column = self._spot(start)
        text = b"\n" * (line - 1) + b"(" + b" " * (column - 1) + self._source[start:end] + b"\n)"
        try:
            tree: ast.Module | None = self._parser(text)
        except SyntaxError:
            tree = parse_newer(text, self._parser)
        statement = tree.body[0] if tree is not None and len(tree.body) == 1 else None
        if not isinstance(statement, ast.Expr):
            raise Lost("an expression that cannot be read")
        return statement.value

    def _fill(self, token: Token) -> None:
        """Make a plain string of an f-string; `r` stands for its prefix, whatever its length."""
        text = self._source[token.start : token.end]
        prefix = len(text) - len(text.lstrip(b"rRfFtT"))
        quote = text[prefix : prefix + 3]
        quote = quote if quote in (b"'''", b'"""') else quote[:1]
        inside = token.start + 1 + len(quote)
        self._text[token.start : inside] = b"r" + quote
        for n in range(inside, token.end - len(quote)):
            if self._source[n] not in b"\r\n":
                self._text[n] = ord("x")
            elif len(quote) == 1 and self._text[n - 1] not in b"\r":
                self._join(n)

    def _blank(self, start: int, end: int) -> None:
        for n in range(start, end):
            if self._source[n] not in b"\r\n":
                self._text[n] = ord(" ")
            elif self._text[n - 1] not in b"\r":
                self._join(n)

    def _join(self, newline: int) -> None:
        """Make a line go on behind its end."""
        if self._text[newline - 1] in b"\r\n\\":
            raise Lost("an empty line where none may be")
        self._text[newline - 1] = ord("\\")

    def _spot(self, offset: int) -> Spot:
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1]


def _enclosed(source: bytes, rest: Iterator[Token]) -> list[Token]:
    """Take the tokens behind an opening bracket, up to the closing one."""
    depth, found = 1, []
    for token in rest:
        char = source[token.start : token.end]
        depth += (char in _OPEN) - (char in _SHUT)
        found.append(token)
        if depth == 0:
            return found
    raise Lost("a bracket is not closed")


def _split(source: bytes, found: Sequence[Token], at: bytes) -> Iterator[Sequence[Token]]:
    """Split tokens at a character outside brackets; an empty last part is left out."""
    depth, start = 0, 0
    for n, token in enumerate(found):
        char = source[token.start : token.end]
        depth += (char in _OPEN) - (char in _SHUT)
        if char == at and depth == 0:
            yield found[start:n]
            start = n + 1
    if start < len(found):
        yield found[start:]


def _restored(tree: ast.Module, reading: _Reading) -> ast.Module:
    """Put what was written over back into the tree; only f-strings stand deeper than statements."""
    for node in ast.walk(tree) if reading.fields else [tree, *_compound(tree.body)]:
        spot = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        if isinstance(node, _GENERIC) and spot in reading.parameters:
            _add(node, "type_params", reading.parameters[spot])
        for name, value in ast.iter_fields(node):
            if isinstance(value, list):
                value[:] = [_replaced(one, reading) for one in value]
            elif isinstance(value, ast.Constant | ast.JoinedStr):
                setattr(node, name, _replaced(value, reading))
    return tree


def _compound(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Yield everything that holds statements."""
    todo: list[ast.AST] = [*body]
    while todo:
        node = todo.pop()
        if hasattr(node, "body") and not isinstance(node, ast.expr):
            yield node
            for name in ("body", "handlers", "cases", "orelse", "finalbody"):
                todo += getattr(node, name, ())


def _replaced(value: object, reading: _Reading) -> object:
    if isinstance(value, ast.AnnAssign) and (value.lineno, value.col_offset) in reading.aliases:
        return _alias(value, reading)
    if isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str)):
        return _fstring(value, reading)
    return value


def _alias(node: ast.AnnAssign, reading: _Reading) -> object:
    if not isinstance(node.annotation, ast.Name) or node.value is None:
        raise Lost("an odd `type` statement")
    name = ast.copy_location(ast.Name(node.annotation.id, ast.Store()), node.annotation)
    parameters = reading.parameters.get((node.lineno, node.col_offset), [])
    return ast.copy_location(TypeAlias(name, parameters, node.value), node)


def _fstring(node: ast.JoinedStr | ast.Constant, reading: _Reading) -> object:
    first = (node.lineno, node.col_offset)
    last = (node.end_lineno or 0, node.end_col_offset or 0)
    inside = [
        one for start, end, expressions in reading.fields if first <= start and end <= last for one in expressions
    ]
    if not inside:
        return node
    values = [ast.copy_location(ast.FormattedValue(one, -1, None), one) for one in inside]
    known = node.values if isinstance(node, ast.JoinedStr) else []
    return ast.copy_location(ast.JoinedStr([*known, *values]), node)


def _add(node: ast.AST, name: str, value: object) -> None:
    """Give a node a field that this Python's does not have."""
    vars(node)[name] = value
    if name not in node._fields:
        vars(node)["_fields"] = (*node._fields, name)

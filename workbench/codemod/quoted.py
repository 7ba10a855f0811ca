"""Expressions written as text: quoted annotations, type comments, and where they stand in the file."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from workbench.codemod.source import Module

_LITERAL = re.compile(r"(?P<prefix>[rRuU]?)(?P<quote>'''|\"\"\"|'|\")(?P<content>.*)(?P=quote)", re.DOTALL)
_COMMENT = re.compile(r"#\s*type:\s*(?P<type>(?!ignore\b)\S.*)")
_COMMENT_BYTES = re.compile(rb"#[ \t]*type:[ \t]*(?!ignore\b)[^\r\n]+")
_SIGNATURE = re.compile(r"\((?P<parameters>.*)\)\s*->(?P<result>.*)")


@dataclass(frozen=True, slots=True)
class Parsed:
    """An expression from text. `exact`: its nodes carry the lines and columns they have in the file."""

    expression: ast.expr
    exact: bool


def content_start(module: Module, literal: ast.Constant) -> int | None:
    """Return the column (UTF-8 bytes from 0) at which a literal's text starts.

    None where the text is not spelled out as it is: escapes, several literals joined, several lines.
    """
    raw = module.segment(literal).decode(module.codec, "replace")
    found = _LITERAL.fullmatch(raw)
    if found is None or found["content"] != literal.value or literal.end_lineno != literal.lineno:
        return None
    return literal.col_offset + len(found["prefix"] + found["quote"])


def annotation(module: Module, literal: ast.Constant) -> Parsed | None:
    """Parse a string that stands where an annotation stands; None where it is no expression."""
    expression = _parse(str(literal.value))
    if expression is None:
        return None
    start = content_start(module, literal)
    _move(expression, literal.lineno, start, literal)
    return Parsed(expression, start is not None)


def type_comments(module: Module, words: Collection[str]) -> Iterator[Parsed]:
    """Yield the expressions of a file's type comments, if one of `words` may stand in any of them."""
    texts = _COMMENT_BYTES.findall(module.source)
    if not any(word.encode() in text for text in texts for word in words):
        return
    for line, column, text in _comments(module):
        found = _COMMENT.match(text)
        if found is None:
            continue
        for part, at in _parts(found["type"]):
            expression = _parse(part)
            if expression is not None:
                start = column + len(text[: found.start("type") + at].encode())
                _move(expression, line, start, None)
                yield Parsed(expression, exact=True)


def _comments(module: Module) -> Iterator[tuple[int, int, str]]:
    """Yield (line, column in UTF-8 bytes, text) of the comments that may hold a type."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(module.text, newline=None).readline):
            if token.type == tokenize.COMMENT and "type:" in token.string:
                yield token.start[0], len(token.line[: token.start[1]].encode()), token.string
    except (tokenize.TokenError, SyntaxError):
        return


def _parts(text: str) -> Iterator[tuple[str, int]]:
    """Split `(a, b) -> c` into parameters and result, with their places; leave a trailing comment out."""
    text = text.split("#", 1)[0].rstrip()
    signature = _SIGNATURE.fullmatch(text)
    if signature is None:
        yield text, 0
        return
    yield signature["parameters"].replace("*", " "), signature.start("parameters")
    yield signature["result"], signature.start("result")


def _parse(text: str) -> ast.expr | None:
    try:
        return ast.parse(f"({text})", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _move(expression: ast.expr, line: int, start: int | None, literal: ast.Constant | None) -> None:
    """Give the parsed nodes (columns after one parenthesis) their places in the file."""
    for node in ast.walk(expression):
        if not isinstance(node, ast.expr):
            continue
        if start is not None:
            node.col_offset += start - 1
            node.end_col_offset = (node.end_col_offset or 0) + start - 1
            node.lineno = node.end_lineno = line
        elif literal is not None:
            ast.copy_location(node, literal)

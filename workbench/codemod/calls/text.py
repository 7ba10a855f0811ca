"""The arguments of one call as text: some go, some are renamed, new ones come, and the layout stays."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from workbench.codemod.fragments import parsed_alone
from workbench.codemod.imports.listing import Span, inserted, past_blanks, removed
from workbench.codemod.imports.text import line_starts, offset


@dataclass(frozen=True, slots=True)
class Given:
    """One argument as written: `name` for a keyword, `star` is `*` or `**` for an unpacking."""

    span: Span
    name: str | None = None
    star: str = ""

    @property
    def is_positional(self) -> bool:
        return self.name is None and not self.star


def opening(source: str, at: int) -> int:
    """Return where the bracket of a call opens; `at` is the end of what is called."""
    at = past_blanks(source, at)
    while source[at] == ")":
        at = past_blanks(source, at + 1)
    return at


def arguments(text: str) -> tuple[Given, ...]:
    """Return the arguments in `text`, the brackets of a call with all between them, in source order."""
    call = _parsed(text)
    nodes: list[ast.expr | ast.keyword] = sorted(
        [*call.args, *call.keywords], key=lambda one: (one.lineno, one.col_offset)
    )
    found = []
    at = 1
    for node in nodes:
        start = past_blanks(text, at)
        end = _end(node, text)
        if _is_bare_generator(node, text, end):
            start, end = past_blanks(text, 1), end - 1
        end, at = _past_brackets(text, end)
        name = node.arg if isinstance(node, ast.keyword) else None
        star = "*" if isinstance(node, ast.Starred) else "**" if _is_double_star(node) else ""
        found.append(Given(Span(start, end), name, star))
    return tuple(found)


def converted(text: str, index: int, name: str) -> str:
    """Return the brackets with positional argument `index` given by keyword."""
    span = arguments(text)[index].span
    return f"{text[: span.start]}{name}={text[span.start :]}"


def _parsed(text: str) -> ast.Call:
    try:
        call: ast.expr | None = ast.parse(f"f{text}", mode="eval").body
    except SyntaxError:
        call = parsed_alone(f"f{text}")
        if call is None:
            raise
    assert isinstance(call, ast.Call)
    return call


def _end(node: ast.expr | ast.keyword, text: str) -> int:
    whole = f"f{text}"
    return offset(whole, line_starts(whole), node.end_lineno or 0, node.end_col_offset or 0) - 1


def _is_bare_generator(node: ast.AST, text: str, end: int) -> bool:
    """`f(x for x in y)`: the generator has the brackets of the call."""
    return isinstance(node, ast.GeneratorExp) and end == len(text)


def _is_double_star(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and node.arg is None


def _past_brackets(text: str, end: int) -> tuple[int, int]:
    """Return an argument's end with the brackets that belong to it, and where the next one may begin."""
    at = past_blanks(text, end)
    while at < len(text) - 1 and text[at] == ")":
        end = at + 1
        at = past_blanks(text, end)
    return end, at + 1


def without(text: str, index: int) -> str:
    """Return the brackets without argument number `index`."""
    spans = [one.span for one in arguments(text)]
    if len(spans) > 1:
        return removed(text, spans, index, bracket=0)
    if "#" in text:
        comma = past_blanks(text, spans[0].end)
        end = comma + 1 if text[comma] == "," else spans[0].end
        return text[: spans[0].start] + text[end:].lstrip(" \t")
    return "()"


def renamed(text: str, index: int, new: str) -> str:
    """Return the brackets with keyword argument `index` called `new`."""
    one = arguments(text)[index]
    start = one.span.start
    return f"{text[:start]}{new}{text[start + len(one.name or '') :]}"


def with_argument(text: str, at: int, new: str, *, newline: str) -> str:
    """Return the brackets with `new` (`value`, or `name=value`) as argument number `at`."""
    every = arguments(text)
    if _lone_generator(text):
        text = f"(({text[1:-1]}))"
        every = arguments(text)
    return inserted(text, [one.span for one in every], at, new, bracket=0, newline=newline)


def _lone_generator(text: str) -> bool:
    """Say whether the only argument is a generator expression that borrows the call's brackets."""
    return any(_is_bare_generator(node, text, _end(node, text)) for node in _parsed(text).args)

"""Takes the brackets of a list away that was all a call was given: `f([a, b])` becomes `f(a, b)` as it is laid out."""

from __future__ import annotations

import ast

from workbench.codemod.patterns.pattern import Pattern

_DISPLAYS = (ast.List, ast.Tuple, ast.Set)


def unwraps(call: ast.Call, wanted: ast.Call, match: Pattern, rewrite: Pattern) -> str:
    """Return the name of the `$...XS` that is all `call` gets, and all that the list in `wanted` held; else ""."""
    if len(call.args) != 1 or len(wanted.args) != 1 or call.keywords or wanted.keywords:
        return ""
    display, name = wanted.args[0], rewrite.listed(call.args[0])
    inside = display.elts if isinstance(display, _DISPLAYS) else []
    return name or "" if name and [match.listed(one) for one in inside] == [name] else ""


def unwrapped(text: str, start: int, end: int, *, reflow: bool) -> str | None:
    """Return the brackets of a call, `text`, without those of its only argument, which stands at `start` to `end`.

    What stands inside keeps its lines and comments; with `reflow`, lines go to the left by one step where both
    pairs of brackets had lines of their own. None where something else stands between the brackets.
    """
    before, inner, behind = text[1:start], text[start + 1 : end - 1], text[end:-1]
    if before.strip() or behind.strip() not in ("", ",") or text[end - 1] not in ")]}":
        return None
    if "\n" not in inner:
        bare = inner.strip().removesuffix(",").rstrip()
        return f"({before}{bare}{behind.replace(',', '')})" if bare else "()"
    if reflow and "\n" in before:
        inner = _moved_left(inner, _indent(inner) - _indent(behind))
    return f"({inner})"


def _indent(text: str) -> int:
    """Return how far the bracket behind a text is indented, if it begins its line; else 0."""
    last = text.rpartition("\n")[2]
    return len(last) if not last.strip() else 0


def _moved_left(text: str, by: int) -> str:
    first, *lines = text.split("\n")
    return "\n".join([first, *(line[by:] if not line[:by].strip() else line for line in lines)]) if by > 0 else text

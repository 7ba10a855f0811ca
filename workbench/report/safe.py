"""Makes foreign text harmless: file names, source, test output and commit messages come from anywhere.

A terminal obeys escape sequences, a spreadsheet obeys formulas, Markdown obeys pipes and angle
brackets. Whatever this product did not write itself passes through one of these functions first.
"""

from __future__ import annotations

import re

_FORMULA = ("=", "+", "-", "@")
# An underscore inside a word is no emphasis to any renderer of today, and names are full of them.
_MARKDOWN = re.compile(r"([\\`*{}\[\]<>#|~!]|(?<![^\W_])_|_(?![^\W_]))")
_BACKTICKS = re.compile("`+")


def safe(text: str) -> str:
    """Return `text` on one line, with every control, format and bidi character and lone surrogate visible.

    What Python itself calls unprintable becomes its escape (`\\x1b`, `\\u202e`, `\\n`); the result
    holds printable characters only, and is therefore legal in XML 1.0 too.
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def safe_lines(text: str) -> str:
    """Return `text` made safe line by line: line ends stay (as `\\n`), tabs become four spaces."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(safe(line.expandtabs(4)) for line in lines)


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def markdown(text: str) -> str:
    """Return `text` as Markdown prose that means nothing but itself, in tables too, and pings nobody."""
    escaped = _MARKDOWN.sub(r"\\\1", safe(text).replace("&", "&amp;"))
    # A forge looks for mentions in the rendered text, where a backslash is gone: a comment splits it.
    return escaped.replace("@", "@<!-- -->")


def markdown_code(text: str, *, cell: bool = False) -> str:
    """Return `text` as a Markdown code span; `cell` when it stands in a table, where pipes split cells."""
    harmless = safe(text)
    if cell:
        harmless = harmless.replace("|", "\\|")
    ticks = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(harmless)), default=0))
    edge = " " if len(ticks) > 1 or harmless != harmless.strip() or not harmless else ""
    return f"{ticks}{edge}{harmless}{edge}{ticks}"


def markdown_block(text: str, language: str = "text") -> str:
    """Return `text` as a fenced block that nothing inside it can close."""
    harmless = safe_lines(text).rstrip("\n")
    longest = max((len(run) for run in _BACKTICKS.findall(harmless)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{harmless}\n{fence}"


def csv_cell(text: str) -> str:
    """Return `text` for one cell of a table: no control characters, and never a formula."""
    harmless = safe(text)
    return f"'{harmless}" if harmless.lstrip().startswith(_FORMULA) else harmless

"""Puts the arguments of a call together anew, as far as they can stay where they stand.

What stays keeps its bytes, its line and its comment; what goes takes its comma along; what comes goes where
the pattern says, the way the others are laid out.
"""

from __future__ import annotations

import io
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.codemod.calls.text import Given, arguments, converted, renamed, with_argument, without
from workbench.codemod.imports.listing import past_blanks


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """One argument of the call that is to be.

    `taken` is the number of the old argument it is made of, None for a new one. `text` is a new argument as
    written; for a taken one the text its value becomes, None to leave it. `name` is its keyword.
    """

    taken: int | None = None
    text: str | None = None
    name: str | None = None
    is_keyword: bool = False


def arranged(given: Sequence[Given], wanted: Sequence[Wanted]) -> list[Wanted] | None:
    """Return the arguments in their final order; None where old ones would have to change places.

    Keywords stay where they are, whatever the order they are wanted in.
    """
    positional = [one for one in wanted if not one.is_keyword]
    places = [one.taken for one in positional if one.taken is not None]
    if places != sorted(places):
        return None
    for one in wanted:
        turned = one.taken is not None and one.is_keyword and given[one.taken].is_positional
        if turned and any(other.taken is None or other.taken > (one.taken or 0) for other in positional):
            return None
    order = sorted((one for one in wanted if one.taken is not None), key=lambda one: one.taken or 0)
    for number, one in enumerate(wanted):
        if one.taken is None:
            order.insert(_place(one, wanted[:number], order), one)
    return order


def _place(new: Wanted, before: Sequence[Wanted], order: Sequence[Wanted]) -> int:
    """Return where a new argument goes: behind what the pattern names before it, positional ones before keywords."""
    last_positional = max((n for n, one in enumerate(order) if not one.is_keyword), default=-1)
    ahead = [n for n, one in enumerate(order) if one in before and (new.is_keyword or not one.is_keyword)]
    last = max(ahead, default=-1)
    return 1 + (max(last, last_positional) if new.is_keyword else last)


def rebuilt(text: str, order: Sequence[Wanted], dropped: dict[int, Counter[str]], *, newline: str) -> str:
    """Return the brackets of a call, `text`, with the arguments in `order` (as `arranged` returns it).

    `dropped` takes, by its number, the comments that go with an argument that goes.
    """
    kept = {one.taken: one for one in order if one.taken is not None}
    for number in sorted(kept, reverse=True):
        text = _changed(text, number, kept[number])
    for number in range(len(arguments(text)) - 1, -1, -1):
        if number not in kept:
            before, text = text, without(text, number)
            dropped[number] = comments(before) - comments(text)
    for place, one in enumerate(order):
        if one.taken is None:
            text = with_argument(text, place, one.text or "", newline=newline)
    return text


def _changed(text: str, number: int, wanted: Wanted) -> str:
    one = arguments(text)[number]
    if wanted.text is not None:
        start = one.span.start
        if one.name is not None:
            start = past_blanks(text, past_blanks(text, start + len(one.name)) + 1)
        text = f"{text[:start]}{wanted.text}{text[one.span.end :]}"
    if wanted.name is None or wanted.name == one.name:
        return text
    return as_keyword(text, number, wanted.name) if one.name is None else renamed(text, number, wanted.name)


def as_keyword(text: str, number: int, name: str) -> str:
    """Return the brackets of a call with a positional argument passed by keyword; a walrus gets parentheses."""
    changed = converted(text, number, name)
    try:
        arguments(changed)
    except SyntaxError:
        span = arguments(text)[number].span
        return f"{text[: span.start]}{name}=({text[span.start : span.end]}){text[span.end :]}"
    return changed


def comments(text: str) -> Counter[str]:
    """Return the comments in a text that is (a part of) one expression."""
    if "#" not in text:
        return Counter()
    try:
        return Counter(_comment_tokens(text))
    except (tokenize.TokenError, SyntaxError):
        return Counter(line.partition("#")[2] for line in text.splitlines() if "#" in line)


def _comment_tokens(text: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(f"(\n{text}\n)", newline=None).readline):
        if token.type == tokenize.COMMENT:
            yield token.string

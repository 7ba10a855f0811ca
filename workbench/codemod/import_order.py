"""Where a name belongs in a sorted list of imports: isort's default order, or another one the file keeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

Key = tuple[tuple[int, str], ...]

_DIGITS = re.compile(r"(\d+)")


def _natural(text: str) -> Key:
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in _DIGITS.split(text))


def _by_type(name: str) -> Key:
    """isort's order of the names in one statement: CONSTANTS, Classes, then the rest, case aside."""
    constant = len(name) > 1 and name.isupper()
    rank = 0 if constant else 1 if name[:1].isupper() else 2
    return ((rank, ""), *_natural(name.lower()))


def _plain(name: str) -> Key:
    return ((0, name),)


def _caseless(name: str) -> Key:
    return ((0, name.lower()), (0, name))


_ORDERS: tuple[Callable[[str], Key], ...] = (_by_type, _plain, _caseless)


def member_place(names: Sequence[str], new: str) -> int:
    """Return the index at which `new` joins `names`: sorted if they are sorted in some order, else last."""
    for order in _ORDERS:
        keys = [order(name) for name in names]
        if ascending(keys):
            return sum(key <= order(new) for key in keys)
    return len(names)


def is_sorted(names: Sequence[str]) -> bool:
    """Say whether a list of names is in one of the orders files keep."""
    return any(ascending([order(name) for name in names]) for order in _ORDERS)


def _module(name: str) -> Key:
    """isort's order of modules: more dots first, case aside, numbers by value."""
    stem = name.lstrip(".")
    dots = "." * (len(name) - len(stem))
    return _natural((f"{dots}_{stem}" if dots else stem).lower())


def sectioned(module: str, plain: bool) -> Key:
    """Order a group with all `import a` before all `from a import b` (isort's default)."""
    return ((0 if plain else 1, ""), *_module(module))


def mixed(module: str, plain: bool) -> Key:
    """Order a group by module alone (isort's `force_sort_within_sections`)."""
    return (*_module(module), (0 if plain else 1, ""))


def ascending(keys: Sequence[Key]) -> bool:
    """Say whether keys never fall."""
    return all(one <= other for one, other in pairwise(keys))

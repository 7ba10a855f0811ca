"""Where a name belongs in a sorted list of imports: isort's default order, or another one the file keeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

Key = tuple[tuple[int, str], ...]

_DIGITS = re.compile(r"(\d+)")


def _natural(text: str) -> Key:
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in _DIGITS.split(text))


def by_type(name: str) -> Key:
    """isort's order of the names in one statement: CONSTANTS, Classes, then the rest, case aside."""
    constant = len(name) > 1 and name.isupper()
    rank = 0 if constant else 1 if name[:1].isupper() else 2
    return ((rank, ""), *_natural(name.lower()))


def _plain(name: str) -> Key:
    return ((0, name),)


def _caseless(name: str) -> Key:
    return ((0, name.lower()), (0, name))


MemberOrder = Callable[[str], Key]
_ORDERS: tuple[MemberOrder, ...] = (by_type, _plain, _caseless)


def member_order(lists: Sequence[Sequence[str]]) -> MemberOrder | None:
    """Return the order all lists of names are in, isort's first; None if there is no such order."""
    return next((order for order in _ORDERS if all(_in_order(names, order) for names in lists)), None)


def member_place(names: Sequence[str], new: str, usual: MemberOrder | None = None) -> int:
    """Return the index at which `new` joins `names`: sorted if they are, in the `usual` order first, else last."""
    order = order_of(names, usual)
    return len(names) if order is None else sum(order(name) <= order(new) for name in names)


def order_of(names: Sequence[str], usual: MemberOrder | None = None) -> MemberOrder | None:
    """Return the order one list of names is in; the `usual` one of the file if it may be that."""
    return usual if usual is not None and _in_order(names, usual) else member_order([names])


def _in_order(names: Sequence[str], order: MemberOrder) -> bool:
    return ascending([order(name) for name in names])


def keeps_order(names: Sequence[str], renewed: Sequence[str], usual: MemberOrder | None = None) -> bool:
    """Say whether a list is still in the order it was in; an unsorted list has none to lose."""
    order = order_of(names, usual)
    return order is None or _in_order(renewed, order)


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

"""Pairs turned round: who names a thing, by the thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping


def inverted(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Return the second parts of pairs by the first, in the order they come."""
    found: dict[str, list[str]] = defaultdict(list)
    for target, name in pairs:
        found[target].append(name)
    return found


def beginnings(dotted: str) -> Iterator[str]:
    """Yield what a dotted name begins with, itself left out, the longest first."""
    while dotted := dotted.rpartition(".")[0]:
        yield dotted

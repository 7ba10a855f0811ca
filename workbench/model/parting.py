"""Puts into words how two branches have parted: `land` refuses with them, and `status` shows them."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.model.run import Parting

_MOST_NAMED = 20


def told(parted: Parting, run_branch: str) -> str:
    """Return a sentence; paths are given as they are, and made safe where they are shown."""
    if not parted.collisions:
        said = "without a conflict" if parted.tried else "in different files"
        return f"{parted.branch} has gone on since the run began, {said}, but nobody judged them together"
    places = named(parted.collisions)
    if parted.tried:
        return f"a merge of {run_branch} into {parted.branch}, which has gone on, would conflict in {places}"
    return f"{parted.branch} and {run_branch} both changed {places}"


def named(collisions: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return the first of some paths, each with the batches that change it, and how many more there are."""
    first = [f"{path} ({', '.join(batches) or 'no batch'})" for path, batches in collisions[:_MOST_NAMED]]
    more = len(collisions) - _MOST_NAMED
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")

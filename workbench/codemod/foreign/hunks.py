"""What a program did to a file, as byte splices: one for each run of lines that differs."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from workbench.codemod.edit import Edit


def hunks(before: bytes, after: bytes) -> Iterator[Edit]:
    """Yield disjoint splices that turn `before` into `after`, in source order; they cover whole lines."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    at = [0]
    for line in old:
        at.append(at[-1] + len(line))
    for what, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            yield Edit(at[i1], at[i2], b"".join(new[j1:j2]))

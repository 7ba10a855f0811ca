"""What lies in a checkout and is the user's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def below(root: Path) -> Iterator[Path]:
    """Yield every file, link and directory below `root`, in order, and never look into git's own directory.

    There, a git whose workbench was killed may still be at work, and what it makes and takes away is not ours to list.
    """
    for where, directories, files in os.walk(root):
        directories[:] = sorted(one for one in directories if one != ".git")
        yield from (Path(where, one) for one in sorted([*directories, *files]) if one != ".git")

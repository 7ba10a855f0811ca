"""A private index: trees are composed in it, and the user's own index is never opened for writing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from workbench.repo.git import Git
from workbench.repo.repository import Repository

PREFIX = "idx-"


@contextmanager
def private_index(repo: Repository) -> Iterator[Git]:
    """Yield a runner with an empty index of its own; the index and its lock are gone afterwards."""
    place = Path(mkdtemp(prefix=PREFIX, dir=repo.state_dir))
    try:
        yield repo.git.having(GIT_INDEX_FILE=str(place / "index"))
    finally:
        shutil.rmtree(place)

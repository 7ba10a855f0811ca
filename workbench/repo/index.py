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

# A split index would put its shared half into the user's git directory; a sparse one would leave paths out.
_SETTINGS = {"core.splitIndex": "false", "index.sparse": "false", "core.sparseCheckout": "false"}
_WHOLE = {
    "GIT_CONFIG_COUNT": str(len(_SETTINGS)),
    **{f"GIT_CONFIG_KEY_{number}": name for number, name in enumerate(_SETTINGS)},
    **{f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(_SETTINGS.values())},
}


@contextmanager
def private_index(repo: Repository) -> Iterator[Git]:
    """Yield a runner with an empty index of its own; the index and its lock are gone afterwards."""
    place = Path(mkdtemp(prefix=PREFIX, dir=repo.state_dir))
    try:
        yield repo.git.having(GIT_INDEX_FILE=str(place / "index"), **_WHOLE)
    finally:
        shutil.rmtree(place)

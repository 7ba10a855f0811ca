"""Tries a merge of two branches, to say where it would stop; the repository does not notice.

It is tried in an empty repository that borrows the objects, so that no object is written into the user's store and
none of his merge drivers is started. Git older than 2.38 cannot try: then every path that both changed is named.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.model.errors import EnvironmentFailed
from workbench.repo.changes import changed_by_both
from workbench.repo.encoding import quoted, text
from workbench.repo.repository import Repository

_UNKNOWN = 129  # git's code for an option it does not have


@dataclass(frozen=True, slots=True)
class Forecast:
    """The paths at which a merge would stop; not `tried`: those that both sides changed, each in a way of its own."""

    paths: tuple[str, ...]
    tried: bool


def merge_forecast(repo: Repository, ours: str, theirs: str) -> Forecast:
    """Return what a merge of two commits would meet."""
    with TemporaryDirectory(prefix="workbench-merge-") as place:
        found = _tried(repo, Path(place), ours, theirs)
    return Forecast(changed_by_both(repo, ours, theirs), tried=False) if found is None else Forecast(found, tried=True)


def _tried(repo: Repository, place: Path, ours: str, theirs: str) -> tuple[str, ...] | None:
    """Return the paths in conflict; None where git cannot tell: an old one, or a history that is cut off."""
    kind = "sha256" if len(ours) > 40 else "sha1"
    repo.git.act("init", "--quiet", "--bare", "--template=", f"--object-format={kind}", str(place))
    lent = place / "objects" / "info" / "alternates"
    lent.parent.mkdir(parents=True, exist_ok=True)
    lent.write_bytes(quoted(os.fsencode(repo.objects_dir)) + b"\n")
    words = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs)
    try:
        done = repo.git.moved(place).having(GIT_DIR=str(place)).act("-c", "core.fsync=none", *words, no=(1, _UNKNOWN))
    except EnvironmentFailed:
        return None
    if done.code == _UNKNOWN:
        return None
    _, *paths = done.out.split(b"\0")
    return tuple(sorted({text(path) for path in paths if path}))

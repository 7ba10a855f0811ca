"""Writes files the way git would check them out, beside the working tree: filters and line ends apply."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from workbench.repo.encoding import raw
from workbench.repo.ground import flush
from workbench.repo.index import private_index
from workbench.repo.repository import Repository


def stage(repo: Repository, commit: str, paths: Iterable[str], directory: Path) -> None:
    """Check `paths` of a commit out into `directory`, which comes to be only when it is whole and on the disk."""
    wanted = b"".join(raw(path) + b"\0" for path in paths)
    unfinished = directory.with_name(f"{directory.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    with private_index(repo) as git:
        git.act("read-tree", commit)
        git.act("checkout-index", "-z", "--stdin", f"--prefix={unfinished}{os.sep}", stdin=wanted)
    for file in unfinished.rglob("*"):
        flush(file)
    unfinished.rename(directory)

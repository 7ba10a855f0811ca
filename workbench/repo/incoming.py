"""Takes new objects in all or nothing: they are written aside and linked into the store when they are complete.

git's own receive-pack works like this. Killed in the middle, `git fast-import` would leave a `.keep` file in the
user's store that makes every later attempt at the same commit fail; here it leaves one directory, with a name that
`git gc` clears.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from workbench.model.errors import EnvironmentFailed
from workbench.repo.encoding import quoted
from workbench.repo.git import Git
from workbench.repo.repository import Repository

PREFIX = "tmp_objdir-workbench-"
_UNFINISHED = "tmp_"  # how git calls what is not an object yet


@contextmanager
def incoming(repo: Repository) -> Iterator[Git]:
    """Yield a runner whose new objects come into the store when the block ends well, and vanish when it does not.

    Raises EnvironmentFailed when the store cannot be written.
    """
    store = repo.objects_dir
    try:
        aside = Path(mkdtemp(prefix=PREFIX, dir=store))
    except OSError as error:
        raise EnvironmentFailed(f"{store} cannot be written: {error.strerror}", path=str(store)) from error
    try:
        yield repo.git.having(
            GIT_OBJECT_DIRECTORY=str(aside),
            GIT_ALTERNATE_OBJECT_DIRECTORIES=quoted(os.fsencode(store)).decode("ascii"),
        )
        _publish(aside, store)
    finally:
        shutil.rmtree(aside)


def _publish(aside: Path, store: Path) -> None:
    """Link every object file into the store and make it durable; a pack before the index that announces it."""
    files = [file.relative_to(aside) for file in aside.rglob("*") if file.is_file()]
    # A helper of git's that died left these; git itself went on without it.
    files = [file for file in files if not any(part.startswith(_UNFINISHED) for part in file.parts)]
    for file in sorted(files, key=lambda file: (file.suffix == ".idx", file)):
        (store / file.parent).mkdir(exist_ok=True)
        # A file of that name holds that content: names are hashes.
        with suppress(FileExistsError):
            (store / file).hardlink_to(aside / file)
    for directory in {file.parent for file in files}:
        _sync(store / directory)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""What the tests of the git room share: an opened repository, and the oracle for "nothing was touched"."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.repo.repository import Repository, open_repository

FILES = {
    "app/a.py": "print('a')\n",
    "app/b.py": b"# caf\xe9\r\nprint('b')\r\n",
    "app/run.sh": "#!/bin/sh\n",
    "README": "read me\n",
}


@pytest.fixture
def root(make_repo: Callable[..., Path]) -> Path:
    return make_repo(FILES, executable=("app/run.sh",))


@pytest.fixture
def repo(root: Path) -> Repository:
    return open_repository(root)


@pytest.fixture
def snapshot() -> Callable[..., dict[str, tuple[int, int, int, str]]]:
    """`snapshot(directory, ours=())`: mode, mtime, inode and content of every file but git's objects and `ours`."""

    def take(directory: Path, ours: tuple[str, ...] = ()) -> dict[str, tuple[int, int, int, str]]:
        left_out = (".git/objects/", ".git/workbench/", ".git/refs/workbench/", *ours)
        found = {}
        for file in directory.rglob("*"):
            path = file.relative_to(directory).as_posix()
            about = file.lstat()
            if file.is_file() and not path.startswith(left_out):
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                found[path] = (about.st_mode, about.st_mtime_ns, about.st_ino, digest)
        return found

    return take

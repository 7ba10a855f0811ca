"""Reads objects in bulk: one `ls-tree` for a whole tree, one `cat-file --batch` for any number of blobs or commits.

GitPython keeps two `cat-file` children for each repository object and raises on a path that is not UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from workbench.model.errors import EnvironmentFailed
from workbench.repo.encoding import is_utf8, text
from workbench.repo.git import WHOLE_CLONE, Git

REGULAR = frozenset({"100644", "100755"})
_KINDS = {"120000": "symlink", "160000": "submodule"}


class Leaf(NamedTuple):
    """An entry of a tree below its directories: mode as git writes it, object id, path.

    A named tuple, because a tree has tens of thousands of them and they are made four times as fast.
    """

    mode: str
    id: str
    path: str

    @property
    def unreadable(self) -> str:
        """Why this cannot be read as a file with a name; empty for what can."""
        if self.mode not in REGULAR:
            return _KINDS.get(self.mode, "unknown-mode")
        return "" if is_utf8(self.path) else "path-not-utf8"


def leaves(git: Git, treeish: str, *paths: str) -> Iterator[Leaf]:
    """Yield what lies in a commit's or a tree's directories, in git's order; only `paths` if there are any."""
    listed = text(git.ask("ls-tree", "-r", "-z", "--full-tree", treeish, "--", *paths).out)
    for record in listed.split("\0")[:-1]:
        about, path = record.split("\t", 1)
        mode, _, name = about.split(" ")
        yield Leaf(mode, name, path)


def read_objects(git: Git, ids: Iterable[str]) -> Iterator[bytes]:
    """Yield the content of each object, in the order asked; raises EnvironmentFailed for one that is gone."""
    asked = list(ids)
    if not asked:
        return
    lines = "".join(f"{name}\n" for name in asked).encode("ascii")
    with git.stream("cat-file", "--batch", "--buffer", stdin=lines) as answers:
        for name in asked:
            header = answers.readline().split()
            if len(header) != 3:  # git says "missing"; in a partial clone it says nothing and dies
                raise _gone(git, name)
            size = int(header[2])
            yield answers.read(size + 1)[:size]


def is_partial(git: Git) -> bool:
    """Say whether objects may be missing on purpose, to be fetched when somebody asks for them."""
    return git.ask("config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$", no=(1,)).yes


def _gone(git: Git, name: str) -> EnvironmentFailed:
    if is_partial(git):
        return EnvironmentFailed(
            f"the object {name} was left out of this partial clone, and workbench never fetches", hint=WHOLE_CLONE
        )
    return EnvironmentFailed(f"the object {name} is not in the repository", hint="`git fsck` says what is gone")

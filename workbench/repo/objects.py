"""Reads objects in bulk: one `ls-tree` for a whole tree, one `cat-file --batch` for any number of blobs or commits.

GitPython keeps two `cat-file` children for each repository object and raises on a path that is not UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from workbench.model.errors import EnvironmentFailed
from workbench.repo.encoding import is_utf8, text
from workbench.repo.git import Git

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
    asked = "".join(f"{name}\n" for name in ids).encode("ascii")
    if not asked:
        return
    with git.stream("cat-file", "--batch", "--buffer", stdin=asked) as answers:
        for _ in range(asked.count(b"\n")):
            header = answers.readline().split()
            if len(header) != 3:
                raise EnvironmentFailed(
                    f"the object {header[0].decode() if header else ''} is not in the repository",
                    hint="a partial clone lacks objects: work in a full one; else `git fsck` says what is gone",
                )
            size = int(header[2])
            yield answers.read(size + 1)[:size]

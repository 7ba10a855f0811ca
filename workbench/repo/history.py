"""Shows what changed between two trees, and computes the tree in which one commit's change is undone."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.repo.encoding import text
from workbench.repo.index import private_index
from workbench.repo.repository import Repository


@dataclass(frozen=True, slots=True)
class Clash:
    """Paths that were changed again after the commit that was to be undone."""

    paths: tuple[str, ...]


def diff(repo: Repository, old: str, new: str, paths: Sequence[str] = ()) -> str:
    """Return the unified diff of two commits or trees, of `paths` (files or directories) only if there are any.

    `diff-tree` knows no external programs, no colours and none of the user's settings. Bytes that are not UTF-8 come
    as surrogates.
    """
    return text(repo.git.ask("diff-tree", "-r", "-p", "--no-renames", old, new, "--", *paths).out)


def changed_paths(repo: Repository, old: str, new: str) -> tuple[str, ...]:
    """Return the paths that differ between two commits or trees, sorted as git does."""
    listed = repo.git.ask("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new).out
    return tuple(text(path) for path in listed.split(b"\0")[:-1])


def blob_diff(path: str, before: bytes, after: bytes) -> str:
    """Return the unified diff of one file between two states in memory; empty when they are equal."""
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def merge_tree_revert(repo: Repository, *, tip: str, commit: str) -> str | Clash:
    """Return the id of the tree of `tip` with the change of `commit` undone, or the paths where that is not clear.

    A path that `tip` has as `commit` left it goes back to what it was before `commit`; one changed since is a clash.
    """
    with private_index(repo) as git:
        git.act("read-tree", "-i", "-m", "--aggressive", commit, tip, f"{commit}^1")
        unmerged = git.ask("ls-files", "-z", "--unmerged").out.split(b"\0")[:-1]
        clashing = {text(record.split(b"\t", 1)[1]) for record in unmerged}
        return Clash(tuple(sorted(clashing))) if clashing else git.act("write-tree").line


def _lines(content: bytes) -> list[str]:
    """Split at newlines only: a form feed or a lone carriage return is part of its line."""
    return list(_pieces(text(content)))


def _pieces(content: str) -> Iterator[str]:
    *whole, rest = content.split("\n")
    yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest

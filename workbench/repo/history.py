"""Shows what changed between two trees, and computes the tree in which one commit's change is undone."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.repo.encoding import raw, text
from workbench.repo.git import Git
from workbench.repo.incoming import incoming
from workbench.repo.index import private_index
from workbench.repo.objects import REGULAR, leaves, read_objects
from workbench.repo.repository import Repository
from workbench.repo.undo import undone

_SIDES = 3


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


def contents(repo: Repository, path: str, commits: Sequence[str]) -> tuple[bytes, ...] | None:
    """Return what a path holds in each commit; None where one of them has no regular file there."""
    found = [leaf for commit in commits for leaf in leaves(repo.git, commit, path)]
    if len(found) != len(commits) or any(one.mode not in REGULAR for one in found):
        return None
    return tuple(read_objects(repo.git, (one.id for one in found)))


def blob_diff(path: str, before: bytes, after: bytes) -> str:
    """Return the unified diff of one file between two states in memory; empty when they are equal."""
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def merge_tree_revert(repo: Repository, *, tip: str, commit: str) -> str | Clash:
    """Return the id of the tree of `tip` with the change of `commit` undone, or the paths where that is not clear.

    A path that `tip` has as `commit` left it goes back to what it was before `commit`; of one changed since, the lines
    do that nobody changed since. Lines changed again are a clash.
    """
    with incoming(repo) as store, private_index(replace(repo, git=store)) as git:
        git.act("read-tree", "-i", "-m", "--aggressive", commit, tip, f"{commit}^1")
        unmerged = text(git.ask("ls-files", "-z", "--unmerged").out).split("\0")[:-1]
        sides: defaultdict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        for record in unmerged:
            about, _, path = record.partition("\t")
            mode, name, stage = about.split(" ")
            sides[path][stage] = (mode, name)
        mended = {path: _mended(git, found) for path, found in sides.items()}
        clashing = tuple(sorted(path for path, line in mended.items() if line is None))
        if clashing:
            return Clash(clashing)
        lines = b"".join(f"{line}\t".encode() + raw(path) + b"\0" for path, line in mended.items())
        if lines:
            git.act("update-index", "-z", "--index-info", stdin=lines)
        return git.act("write-tree").line


def _mended(git: Git, sides: Mapping[str, tuple[str, str]]) -> str | None:
    """Return mode and id of a file with one change undone; None where that is not clear."""
    modes = {mode for mode, _ in sides.values()}
    if len(sides) != _SIDES or len(modes) != 1 or not modes <= REGULAR:
        return None
    after, now, before = read_objects(git, (sides[stage][1] for stage in "123"))
    made = undone(before, after, now)
    if made is None:
        return None
    return f"{modes.pop()} {git.act('hash-object', '-w', '--no-filters', '--stdin', stdin=made).line}"


def _lines(content: bytes) -> list[str]:
    """Split at newlines only: a form feed or a lone carriage return is part of its line."""
    return list(_pieces(text(content)))


def _pieces(content: str) -> Iterator[str]:
    *whole, rest = content.split("\n")
    yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest

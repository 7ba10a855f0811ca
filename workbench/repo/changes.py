"""Says which paths differ between two commits, and from what to what: all that a landing has to write."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.repo.encoding import text
from workbench.repo.repository import Repository

_NOTHING = "000000"


@dataclass(frozen=True, slots=True)
class Side:
    """A path in a tree: mode as git writes it, and blob id."""

    mode: str
    id: str

    @property
    def executable(self) -> bool:
        return self.mode == "100755"


@dataclass(frozen=True, slots=True)
class Change:
    """A path that is `old` in one tree and `new` in another; None where it is absent."""

    path: str
    old: Side | None
    new: Side | None

    @property
    def reversed(self) -> Change:
        return Change(self.path, self.new, self.old)


def changes(repo: Repository, old: str, new: str) -> tuple[Change, ...]:
    """Return what differs between two commits or trees, sorted as git does."""
    fields = text(repo.git.ask("diff-tree", "-r", "-z", "--raw", "--no-renames", old, new).out).split("\0")[:-1]
    return tuple(_change(about, path) for about, path in zip(fields[::2], fields[1::2], strict=True))


def changed_by_both(repo: Repository, one: str, other: str) -> tuple[str, ...]:
    """Return the paths that two commits changed since they parted, each in a way of its own."""
    base = repo.git.ask("merge-base", one, other, no=(1,)).line
    if not base:
        return tuple(change.path for change in changes(repo, one, other))
    ours = {change.path: change.new for change in changes(repo, base, one)}
    theirs = changes(repo, base, other)
    return tuple(one.path for one in theirs if one.path in ours and ours[one.path] != one.new)


def _change(about: str, path: str) -> Change:
    old_mode, new_mode, old_id, new_id, _ = about.removeprefix(":").split(" ")
    return Change(path, _side(old_mode, old_id), _side(new_mode, new_id))


def _side(mode: str, name: str) -> Side | None:
    return None if mode == _NOTHING else Side(mode, name)

"""Moves a branch that is checked out here, with its files and its index, and loses no byte of the user's.

`git merge` and `read-tree -m -u` overwrite ignored files, and edits saved after their check; killed, they leave a
mixed tree that they then refuse to go on with. Here every file is exchanged in one step under git's own lock, what
was taken out is looked at again, and each path says by its content how far a killed landing came.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.model.errors import Conflict
from workbench.model.fault import fault
from workbench.repo.changes import Change, changes
from workbench.repo.classify import Found, Standing, classify, holds_either
from workbench.repo.displaced import Displaced, Kept
from workbench.repo.encoding import shown
from workbench.repo.exchange import exchange
from workbench.repo.ground import InTheWayError, directory_of, flush, look
from workbench.repo.index_lock import IndexLock
from workbench.repo.land_check import landable, refuse_obstacles
from workbench.repo.refs import branch_ref, compare_and_swap
from workbench.repo.repository import Repository
from workbench.repo.stage import stage
from workbench.repo.user_index import UserIndex, replace_entries

At = Callable[[str], None]
Swap = Callable[[Path, str, int], bool]


def nowhere(point: str) -> None:
    """Pass a point of the landing; tests stop there, or die."""
    fault(f"land.{point}")


@dataclass(frozen=True, slots=True)
class Move:
    """One landing: `branch` goes from commit `old` to commit `new`; `name` tells it from others."""

    name: str
    branch: str
    old: str
    new: str
    why: str


class Lander:
    """A move of the branch that is checked out in the working tree of `repo`.

    After a kill at any point, `forward` finishes it and `undo` puts everything back, as often as they are killed again.
    """

    def __init__(self, repo: Repository, move: Move, at: At = nowhere, *, swap: Swap = exchange) -> None:
        assert repo.root is not None
        self._exchange = swap
        home = repo.state_dir / "land"
        self._repo, self._root, self._at = repo, repo.root, at
        self._home = home
        self.move = move
        self.changes = changes(repo, move.old, move.new)
        self._lock = IndexLock(repo, home)
        self._out = Displaced(repo, keep=repo.state_dir / "keep" / move.name, stage=home / "stage")
        self._known: dict[str, str] = {}

    def check(self) -> None:
        """Raise Refused, naming the paths, unless every path is as the old commit has it; writes nothing."""
        self._lock.refuse_foreign()
        landable(self._repo, self._root, self.changes)
        refuse_obstacles(self._found(), UserIndex(self._repo), self.move.branch)

    def forward(self, *, resuming: bool = False) -> Kept:
        """Write files, index and branch; return edits that came between. `resuming`: some may be written already.

        Raises Refused when the user's work is in the way, Conflict when something moved meanwhile.
        """
        if self.changes:
            self._open()
            self._refuse_switched()
            self._files(resuming=resuming)
            replace_entries(self._repo, self._lock, self.changes, self._at)
            # The lock of the index is let go by now, and `switch -c` never asks for it.
            if self._repo.head().branch != self.move.branch:
                raise self._switched()
        compare_and_swap(
            self._repo, branch_ref(self.move.branch), new=self.move.new, old=self.move.old, reason=self.move.why
        )
        self._at("branch-moved")
        return self.close()

    def undo(self) -> Kept:
        """Put back what was written, unless the user has made it his own since; return edits that came between."""
        head = {one.path: one.new for one in changes(self._repo, self.move.old, self._repo.head().commit)}
        # A path that the checked-out commit has otherwise than the old one was committed or switched since.
        ours = [one for one in self.changes if one.path not in head]
        back = [one.change for one in classify(self._repo, self._root, ours) if one.standing is Standing.NEW]
        index = UserIndex(self._repo)
        staged = [one.reversed for one in ours if index.sides.get(one.path) == one.new]
        if back or staged:
            self._open()
            self._files_back(back)
        if staged:
            replace_entries(self._repo, self._lock, staged, self._at)
        return self.close()

    def _files_back(self, back: Sequence[Change]) -> None:
        missing = [one.path for one in back if one.old is not None and not os.path.lexists(self._out.place(one.path))]
        if missing:
            stage(self._repo, self.move.old, missing, self._out.stage)
            for path in missing:
                self._out.take_in(path)
        for change in back:
            self._put_back(change)
            self._at("put-back")

    def close(self) -> Kept:
        """Let go of the lock, drop what was taken out; return what is kept because git does not have it."""
        self._lock.release()
        self._out.tidy(self.changes)
        kept = self._out.settle(self._root, self.changes, self._known)
        for place in (self._home, self._repo.state_dir / "keep"):
            with suppress(OSError):
                place.rmdir()
        self._at("closed")
        return kept

    def _open(self) -> None:
        self._home.mkdir(mode=0o700, exist_ok=True)
        self._lock.take()
        self._at("locked")
        self._out.tidy(self.changes)

    def _refuse_switched(self) -> None:
        """The lock keeps `checkout` and `commit` away from now on; raise Conflict if one came before it."""
        head = self._repo.head()
        if (head.branch, head.commit) != (self.move.branch, self.move.old):
            raise self._switched()

    def _switched(self) -> Conflict:
        return Conflict(
            f"{self.move.branch} is not what is checked out any more", hint="`workbench land` looks at it anew"
        )

    def _found(self) -> Sequence[Found]:
        return classify(self._repo, self._root, self.changes)

    def _files(self, *, resuming: bool) -> None:
        found = self._found()
        refuse_obstacles(found, UserIndex(self._repo), self.move.branch, resuming=resuming)
        todo = [one for one in found if one.standing is Standing.OLD]
        self._known = {one.change.path: one.seen.id for one in todo if one.seen is not None}
        stage(self._repo, self.move.new, [one.change.path for one in todo if one.change.new], self._out.stage)
        self._at("staged")
        for one in todo:
            try:
                self._put(one)
            except (InTheWayError, FileNotFoundError, FileExistsError) as error:
                raise _moved(one.change.path) from error

    def _put(self, found: Found) -> None:
        """Write one file: link what is there, look at it, swap, and keep whatever the swap took out."""
        path, name = found.change.path, Path(found.change.path).name
        staged = self._out.staged(path)
        with directory_of(self._root, path, make=found.change.old is None) as directory:
            if found.change.old is not None:
                self._link(found, name, directory)
            self._at("linked")
            if found.change.old is None:
                os.link(staged, name, dst_dir_fd=directory)
                staged.unlink()
            elif found.change.new is None:
                staged.parent.mkdir(parents=True, exist_ok=True)
                os.rename(name, staged, src_dir_fd=directory)
            else:
                self._swap(staged, path, directory)
            flush(directory)
            self._at("swapped")
        self._out.take_in(path)
        if found.change.new is None:
            self._remove_empty(path)
        self._at("written")

    def _link(self, found: Found, name: str, directory: int) -> None:
        place = self._out.place(found.change.path)
        if os.path.lexists(place):
            # A landing that was killed left it. What git does not have was put there by an editor.
            if not holds_either(self._repo, place, found.change):
                raise _moved(found.change.path)
            place.unlink()
        os.link(name, place, src_dir_fd=directory, follow_symlinks=False)
        flush(place.parent)
        assert found.seen is not None
        seen = look(str(place), length=len(found.seen.id))
        if seen is None or (seen.id, seen.executable) != (found.seen.id, found.seen.executable):
            raise _moved(found.change.path)

    def _swap(self, source: Path, path: str, directory: int) -> None:
        """Exchange `source` and the file at `path`; where that cannot be one step, look once more and rename."""
        name = Path(path).name
        if self._exchange(source, name, directory):
            return
        now = os.stat(name, dir_fd=directory, follow_symlinks=False)
        if not os.path.samestat(now, self._out.place(path).lstat()):
            raise _moved(path)
        os.rename(source, name, dst_dir_fd=directory)

    def _put_back(self, change: Change) -> None:
        """Return one file to what was taken out, byte for byte the file it was."""
        path, name, place = change.path, Path(change.path).name, self._out.place(change.path)
        with suppress(InTheWayError, FileNotFoundError, FileExistsError), directory_of(self._root, path) as directory:
            if change.new is None:
                os.link(place, name, dst_dir_fd=directory)
            elif change.old is None:
                os.rename(name, place, src_dir_fd=directory)
            elif not self._exchange(place, name, directory):
                os.rename(place, name, dst_dir_fd=directory)
            flush(directory)
        if change.old is None:
            self._remove_empty(path)

    def _remove_empty(self, path: str) -> None:
        """Remove the directories that `path` leaves empty, as git does."""
        with suppress(OSError):
            for directory in list(Path(path).parents)[:-1]:
                (self._root / directory).rmdir()


def _moved(path: str) -> Conflict:
    return Conflict(
        f"{shown(path)} was changed while it was being landed",
        hint="nothing of it was lost; when you are done with it, land again",
        path=shown(path),
    )

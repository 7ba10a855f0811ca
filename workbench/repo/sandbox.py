"""The place where candidates are checked out and judged: a private repository that borrows the user's objects.

A linked worktree shares config and refs with the user's repository: one `git config core.bare true` in a test
breaks it. Here whatever a suite does to git, it does to a repository that is thrown away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from workbench.model.errors import EnvironmentFailed, Refused, UsageError
from workbench.model.fault import fault
from workbench.repo.encoding import quoted
from workbench.repo.repository import Repository

_MARK = "workbench-sandbox"
_COMMON = "\tfilemode = true\n\tbare = false\n\tlogallrefupdates = false\n[index]\n\tversion = 4\n"
_CONFIG = {
    "sha1": f"[core]\n\trepositoryformatversion = 0\n{_COMMON}",
    "sha256": f"[core]\n\trepositoryformatversion = 1\n{_COMMON}[extensions]\n\tobjectformat = sha256\n",
}
# What a suite may have left in its git directory that would change the next checkout.
_FOREIGN = ("config.worktree", "info/attributes", "info/exclude", "info/grafts", "info/sparse-checkout")


class Sandbox:
    """One working tree of our own, outside the user's, reused from commit to commit. `path` is where files lie."""

    def __init__(self, repo: Repository, directory: Path) -> None:
        self._repo = repo
        self._directory = directory
        self.path = directory / "tree"
        self._trees: dict[str, str] = {}
        self._git_dir = self.path / ".git"
        # Named explicitly: a sandbox whose .git is gone must fail, and not act on a repository above it.
        self._git = repo.git.moved(self.path).having(GIT_DIR=str(self._git_dir), GIT_WORK_TREE=str(self.path))

    @classmethod
    def open(cls, repo: Repository, directory: Path) -> Self:
        """Make a sandbox at `directory`, or take up the one that is there.

        Raises Refused for a directory that holds something else, or that lies in the user's working tree.
        """
        place = directory.absolute()
        if repo.root is not None and _lies_in(place, repo.root) and not _lies_in(place, repo.common_dir):
            raise Refused(f"{directory} is in the working tree", hint="a sandbox lies outside of it")
        if place.exists() and any(place.iterdir()) and not (place / _MARK).is_file():
            raise Refused(f"{directory} is not a sandbox of ours", hint="name another directory; nothing was touched")
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        (place / _MARK).write_text("This directory belongs to workbench, which deletes it.\n", encoding="utf-8")
        return cls(repo, place)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def checkout(self, commit: str) -> Path:
        """Make the files exactly those of `commit`, whatever the last suite left; returns where they lie.

        Ignored and untracked files go. Raises EnvironmentFailed when even a new sandbox cannot be made so.
        """
        fault("sandbox.before")
        self._ready(commit)
        fault("sandbox.after")
        return self.path

    def _ready(self, commit: str) -> None:
        tree = self._trees.get(commit) or self._repo.tree(commit)
        self._trees[commit] = tree
        if self._git_dir.is_dir() and not self._git_dir.is_symlink():
            try:
                self._put(commit, tree)
            except EnvironmentFailed:
                pass  # a suite broke it: it is cheaper to make a new one than to find out how
            else:
                return
        self._create(commit)
        self._put(commit, tree)

    def held(self) -> str:
        """Return the tree id of the tracked files as they lie there now, whatever the index remembers."""
        quick = ("-c", "core.fsync=none")
        self._git.act(*quick, "add", "--update", "--", ".")
        return self._git.act(*quick, "write-tree").line

    def copy_in(self, root: Path, patterns: Iterable[str]) -> tuple[str, ...]:
        """Copy what `patterns` (globs below `root`) match into the sandbox: ignored files that gates need.

        Links are followed and their content copied, so nothing done here reaches back. What the commit itself has
        stays. Returns the paths copied; raises UsageError for a pattern that leads out of `root`.
        """
        copied = []
        for pattern in patterns:
            if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
                raise UsageError(f"{pattern!r} leads out of the repository", hint="[run] copy takes paths inside it")
            for source in _files(sorted(root.glob(pattern))):
                path = source.relative_to(root)
                if ".git" not in path.parts and self._copy(source, self.path / path):
                    copied.append(path.as_posix())
        return tuple(copied)

    def close(self) -> None:
        """Delete the sandbox; nothing of it was ever in the user's repository."""
        _delete(self._directory)

    def _create(self, commit: str) -> None:
        _delete(self.path)
        self.path.mkdir(mode=0o700)
        options = ("--quiet", "--template=", "--initial-branch=main", f"--object-format={_format(commit)}")
        self._repo.git.moved(self.path).act("init", *options)

    def _put(self, commit: str, tree: str) -> None:
        self._restore(commit)
        quick = ("-c", "core.fsync=none")
        self._git.act(*quick, "reset", "--quiet", "--hard", commit)
        self._git.act(*quick, "clean", "-ffdxq")
        if self._git.act(*quick, "write-tree").line != tree:
            raise EnvironmentFailed(f"the sandbox {self.path} does not hold {commit}", path=str(self.path))

    def _restore(self, commit: str) -> None:
        """Make the git directory ours again: locks of dead children, and settings that a suite changed."""
        for lock in (*self._git_dir.glob("*.lock"), *(self._git_dir / "refs").rglob("*.lock")):
            lock.unlink()
        for name in _FOREIGN:
            (self._git_dir / name).unlink(missing_ok=True)
        (self._git_dir / "config").write_text(_CONFIG[_format(commit)], encoding="utf-8")
        borrowed = self._git_dir / "objects" / "info"
        borrowed.mkdir(parents=True, exist_ok=True)
        (borrowed / "alternates").write_bytes(quoted(os.fsencode(self._repo.objects_dir)) + b"\n")

    def _copy(self, source: Path, place: Path) -> bool:
        """Copy one file unless something is there, or a link of the commit would lead the copy out of the sandbox."""
        if os.path.lexists(place) or not _lies_in(place.parent, self.path):
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, place)
        return True


def _format(commit: str) -> str:
    return "sha256" if len(commit) > 40 else "sha1"


def _lies_in(place: Path, directory: Path) -> bool:
    return place.resolve().is_relative_to(directory.resolve())


def _files(found: Iterable[Path]) -> Iterator[Path]:
    for place in found:
        below = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (file for file in below if file.is_file())


def _delete(place: Path) -> None:
    """Remove a tree of ours, though a suite took permissions away in it."""
    try:
        shutil.rmtree(place)
    except FileNotFoundError:
        return
    except PermissionError:
        for top, below, _ in os.walk(place):
            for directory in (Path(top, name) for name in below):
                if not directory.is_symlink():
                    directory.chmod(0o700)
        shutil.rmtree(place)

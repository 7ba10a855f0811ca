"""Opens the repository around a directory and answers where it lies, where HEAD is, and what is going on in it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from workbench.model.errors import EnvironmentFailed, Refused, UsageError
from workbench.repo.encoding import text
from workbench.repo.git import WHOLE_CLONE, Done, Git
from workbench.repo.objects import is_partial

# What git leaves in its directory while an operation waits for the user, in the order in which one hides another.
_OPERATIONS = {
    "rebase-merge": "rebase",
    "rebase-apply/applying": "am",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}


@dataclass(frozen=True, slots=True)
class Head:
    """The commit that is checked out; `branch` is None when HEAD is detached."""

    commit: str
    tree: str
    branch: str | None


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository to read from. `root` is the working tree, None without one (bare, or opened inside .git).

    `git_dir` belongs to this working tree, `common_dir` to all linked ones.
    """

    git: Git
    root: Path | None
    git_dir: Path
    common_dir: Path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays open between two questions: no child, no handle."""

    @property
    def state_dir(self) -> Path:
        """Where we keep our memory of this repository: inside git's directory, for its owner's eyes only."""
        place = self.state_place
        try:
            place.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise EnvironmentFailed(f"{place} could not be made: {error.strerror}", path=str(place)) from error
        return place

    @property
    def state_place(self) -> Path:
        """Where `state_dir` is, whether or not it has been made."""
        return self.common_dir / "workbench"

    @property
    def objects_dir(self) -> Path:
        return self.common_dir / "objects"

    def giving(self, inherit: tuple[int, ...]) -> Self:
        """Return this repository with a git whose every child gets the descriptors in `inherit`."""
        return replace(self, git=self.git.giving(inherit))

    def head(self) -> Head:
        """Return where HEAD is; raises Refused in a repository without a commit."""
        done = self.git.ask("rev-parse", "HEAD^{commit}", "HEAD^{tree}", "--symbolic-full-name", "HEAD", no=(128,))
        if not done.yes:
            raise self._headless()
        commit, tree, *names = done.line.split("\n")
        # Beside a branch or tag called HEAD git prints no name, and only warns.
        name = names[0] if names else self.git.ask("symbolic-ref", "--quiet", "HEAD", no=(1,)).line
        return Head(commit, tree, name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else None)

    def resolve(self, rev: str) -> str:
        """Return the commit id that `rev` (a branch, tag, id or expression) names; raises UsageError for none."""
        done = self._parse(f"{rev}^{{commit}}")
        if not done.yes:
            near = difflib.get_close_matches(rev, self._branches(), n=3)
            named = "did you mean " + " or ".join(near) if near else "name a branch, a tag or a commit id"
            raise UsageError(f"{rev!r} names no commit", hint=named)
        return done.line

    def tree(self, commit: str) -> str:
        """Return the tree id of a commit; raises EnvironmentFailed when the commit is gone."""
        done = self._parse(f"{commit}^{{tree}}")
        if not done.yes:
            raise EnvironmentFailed(f"the commit {commit} is not in the repository any more")
        return done.line

    def exists(self, object_id: str) -> bool:
        """Say whether an object, by its full id, is in the store."""
        return self.git.ask("cat-file", "-e", object_id, no=(1,)).yes

    def is_ancestor(self, earlier: str, later: str) -> bool:
        """Say whether `later` contains `earlier`; a commit contains itself."""
        return self.git.ask("merge-base", "--is-ancestor", earlier, later, no=(1,)).yes

    def operation_in_progress(self) -> str | None:
        """Return what git waits to have finished in this working tree: "merge", "rebase", ...; None for nothing."""
        asked = [word for marker in _OPERATIONS for word in ("--git-path", marker)]
        places = self.git.ask("rev-parse", "--path-format=absolute", *asked).line.split("\n")
        found = (name for place, name in zip(places, _OPERATIONS.values(), strict=True) if Path(place).exists())
        return next(found, None)

    def dirty(self) -> tuple[str, ...]:
        """Return tracked paths with local edits, staged or not, for a message; empty without a working tree."""
        if self.root is None:
            return ()
        done = self.git.ask("status", "--porcelain", "-z", "--no-renames", "--untracked-files=no")
        return tuple(text(entry[3:]) for entry in done.out.split(b"\0")[:-1])

    def _parse(self, expression: str) -> Done:
        return self.git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", expression, no=(1,))

    def _branches(self) -> list[str]:
        listed = self.git.ask("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
        return listed.line.split("\n")

    def _headless(self) -> Refused | EnvironmentFailed:
        if self.git.ask("rev-parse", "--verify", "--quiet", "HEAD", no=(1,)).yes:
            hint = WHOLE_CLONE if is_partial(self.git) else "`git fsck` says more"
            return EnvironmentFailed("HEAD names a commit that cannot be read", hint=hint)
        return Refused("the repository has no commit yet", hint="workbench needs at least one commit to start from")


def open_repository(directory: Path) -> Repository:
    """Open the repository around `directory`.

    Raises UsageError where there is no repository, Refused in one without a commit, EnvironmentFailed
    where git is missing or does not trust the directory.
    """
    repository = find_repository(directory)
    repository.head()
    return repository


def find_repository(directory: Path) -> Repository:
    """Open the repository around `directory` whether or not it has a commit; raises as `open_repository`."""
    if not directory.is_dir():
        raise UsageError(f"{directory} is not a directory", path=str(directory))
    git = Git.at(directory)
    asked = ("--git-dir", "--git-common-dir", "--show-toplevel")
    done = git.ask("rev-parse", "--path-format=absolute", *asked, no=(128,))
    without_root = not done.yes and b"must be run in a work tree" in done.err
    if not done.yes and not without_root:
        raise _not_opened(directory, text(done.err).strip())
    places = [Path(line) for line in done.line.split("\n")]
    if len(places) != len(asked) - without_root:
        raise EnvironmentFailed(f"the path of the repository around {directory} has a line break in it")
    root = None if without_root else places[2]
    return Repository(git.moved(root or places[0]), root, places[0], places[1])


def _not_opened(directory: Path, said: str) -> UsageError | EnvironmentFailed:
    if "not a git repository" in said:
        return UsageError(
            f"{directory} is not in a git repository", hint="go to one, name one with -C, or make one with `git init`"
        )
    first, _, rest = said.partition("\n")
    # Where it distrusts the owner of a directory, git says what to type, on a line of its own.
    advice = [line.strip() for line in rest.splitlines() if line.strip().startswith("git ")]
    mend = f"if you trust it, `{advice[0]}`" if advice else "git will not work here until this is mended"
    return EnvironmentFailed(first.removeprefix("fatal: "), hint=f"{mend}; nothing was touched")

"""Looks at where a repository stands: its HEAD, what is under way in it, and what of it lies in the working tree."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workbench.model.diagnosis import Diagnosis, note, sound, to_mend
from workbench.model.errors import WorkbenchError
from workbench.repo.encoding import shown
from workbench.repo.refs import list_refs
from workbench.repo.repository import Repository

_BRANCHES = "refs/heads/workbench"


def standing(repo: Repository) -> Iterator[Diagnosis]:
    yield _head(repo)
    yield _tree(repo)
    yield _operation(repo)
    yield _edits(repo)
    yield _room_for_branches(repo)


def _head(repo: Repository) -> Diagnosis:
    try:
        head = repo.head()
    except WorkbenchError as error:
        return to_mend("head", error.message, error.hint)
    if head.branch is None:
        return note("head", f"detached at {head.commit[:12]}", "`land` needs a branch: name one with --into")
    return sound("head", f"{head.branch} at {head.commit[:12]}")


def _tree(repo: Repository) -> Diagnosis:
    if repo.root is None:
        told = "there is none here (bare, or inside the git directory)"
        return note("working tree", told, "`scan` and `check` need --commit; name plans by their path")
    told = str(repo.root)
    listed = repo.git.ask("worktree", "list", "--porcelain").line.split("\n")
    others = [line.removeprefix("worktree ") for line in listed if line.startswith("worktree ")]
    if len(others) > 1:
        return note("working tree", f"{told}, one of {len(others)} that share one ledger and one run", paths=others)
    return sound("working tree", told)


def _operation(repo: Repository) -> Diagnosis:
    operation = repo.operation_in_progress()
    if operation is None:
        return sound("operation", "git waits for nothing")
    abandon = "git bisect reset" if operation == "bisect" else f"git {operation} --abort"
    told = f"a {operation} is in progress: `run` works, `land` refuses"
    return to_mend("operation", told, f"finish it, or `{abandon}`")


def _edits(repo: Repository) -> Diagnosis:
    edited = repo.dirty()
    if edited:
        told = f"{len(edited)} edited: `run` starts from the commit, `land` refuses to go over them"
        return note("local edits", told, "commit what the migration should see", map(shown, edited))
    return sound("local edits", "none in tracked files")


def _room_for_branches(repo: Repository) -> Diagnosis:
    if _BRANCHES in list_refs(repo, _BRANCHES):
        told = "a branch is called `workbench`, so that none can be called `workbench/...`"
        return to_mend("run branches", told, "`git branch -m workbench OTHER`, or run with --branch")
    return sound("run branches", "can be made below workbench/")


def permissions(repo: Repository) -> Iterator[Diagnosis]:
    """Say whether git's directory can be written, and ours is for its owner alone."""
    places = [repo.common_dir, repo.objects_dir, repo.common_dir / "refs", repo.git_dir]
    modes = {"effective_ids": True} if os.access in os.supports_effective_ids else {}
    locked = [str(place) for place in dict.fromkeys(places) if not os.access(place, os.W_OK | os.X_OK, **modes)]
    if locked:
        yield to_mend("permissions", "git's directory cannot be written", "make it writable for you", locked)
    else:
        yield sound("permissions", "git's directory can be written")
    yield _privacy(repo.state_place)


def _privacy(state: Path) -> Diagnosis:
    if state.is_symlink() or (state.exists() and not state.is_dir()):
        return to_mend("privacy", f"{state} is not a directory of its own", "look at what it is, and move it away")
    wanted = {state: 0o700, state / "ledger.db": 0o600}
    open_ones = [place for place, mode in wanted.items() if place.exists() and place.stat().st_mode & 0o777 & ~mode]
    if open_ones:
        commands = " && ".join(f"chmod {wanted[one]:o} '{one}'" for one in open_ones)
        return to_mend("privacy", "others can look into what workbench remembers", f"`{commands}`", map(str, open_ones))
    return sound("privacy", "what workbench remembers is for you alone")

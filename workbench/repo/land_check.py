"""Finds what of the user's work stands in the way of a landing, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.model.errors import Refused
from workbench.repo.changes import Change
from workbench.repo.classify import Found, Standing
from workbench.repo.encoding import shown
from workbench.repo.objects import REGULAR
from workbench.repo.repository import Repository
from workbench.repo.user_index import UserIndex

_MOST_NAMED = 20


def landable(repo: Repository, root: Path, changes: Sequence[Change]) -> None:
    """Raise Refused for a change that cannot be written file by file, or a tree that cannot take it."""
    operation = repo.operation_in_progress()
    if operation is not None:
        raise Refused(f"a {operation} is in progress here", hint=f"finish it, or `git {operation} --abort`")
    sides = ((one.path, side) for one in changes for side in (one.old, one.new) if side is not None)
    odd = {path: "not a regular file" for path, side in sides if side.mode not in REGULAR}
    if odd:
        raise _refusal("the branch changes what is no regular file", odd)
    here, state = root.stat().st_dev, repo.state_dir.stat().st_dev
    if here != state:
        raise Refused(
            "the working tree and its git directory lie on different file systems, and files cannot be exchanged",
            hint="merge it with git: `git merge --ff-only`",
        )


def refuse_obstacles(found: Sequence[Found], index: UserIndex, branch: str, *, resuming: bool = False) -> None:
    """Raise Refused, with each path and why, unless files and index are as `branch` has them.

    `resuming`: a path may also be as the landing leaves it.
    """
    problems: dict[str, str] = {}
    for one in found:
        reason = _obstacle(one, index, resuming=resuming)
        if reason:
            problems[one.change.path] = reason
    if problems:
        raise _refusal(f"what is to be landed would go over work that is not in {branch}", problems)


def _obstacle(found: Found, index: UserIndex, *, resuming: bool) -> str:
    change, path = found.change, found.change.path
    if path in index.not_checked_out:
        return "kept out of the working tree by skip-worktree"
    if found.standing is not Standing.OLD and not (resuming and found.standing is Standing.NEW):
        return found.reason
    staged = index.sides.get(path)
    return "" if staged == change.old or (resuming and staged == change.new) else "staged"


def _refusal(message: str, problems: Mapping[str, str]) -> Refused:
    named = [f"{shown(path)} ({reason})" for path, reason in list(problems.items())[:_MOST_NAMED]]
    more = [f"and {len(problems) - _MOST_NAMED} more"] if len(problems) > _MOST_NAMED else []
    return Refused(
        f"{message}: {', '.join([*named, *more])}",
        hint="commit it, put it back or move it away, then land again",
        path=shown(next(iter(problems))),
    )

"""Reads and moves refs, one at a time: a single compare-and-swap was never torn by a kill, a transaction of three was.

GitPython's `index.commit` overwrites a concurrent commit, and `create_head("-x")` works.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from workbench.model.errors import EnvironmentFailed, RefMoved, Refused, UsageError
from workbench.model.fault import fault
from workbench.repo.git import Done
from workbench.repo.repository import Repository

OURS = "refs/workbench/"
_ILLEGAL = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|/\.|//|\.lock(?:/|\Z)|[./]\Z")


def read_ref(repo: Repository, ref: str) -> str | None:
    """Return the object id a full ref name points to, None when there is no such ref."""
    return list_refs(repo, ref).get(ref)


def list_refs(repo: Repository, *prefixes: str) -> Mapping[str, str]:
    """Return the refs at or below any of `prefixes` ("refs/workbench/r1"), with their object ids."""
    done = repo.git.ask("for-each-ref", "--format=%(objectname) %(refname)", *prefixes)
    if b"broken ref" in done.err:
        raise EnvironmentFailed(done.err.decode("utf-8", "replace").strip(), hint="`git fsck` says more")
    pairs = (line.split(" ", 1) for line in done.line.split("\n") if line)
    return {name: object_id for object_id, name in pairs}


def list_refs_with(repo: Repository, commit: str, *prefixes: str) -> tuple[str, ...]:
    """Return the refs at or below any of `prefixes` whose history has `commit` in it."""
    done = repo.git.ask("for-each-ref", f"--contains={commit}", "--format=%(refname)", *prefixes)
    return tuple(line for line in done.line.split("\n") if line)


def create_ref(repo: Repository, ref: str, commit: str) -> None:
    """Make `ref` point to `commit`.

    Raises RefMoved when it exists and points elsewhere, Refused when a ref called like one of its directories, or
    like a ref in it, is in the way.
    """
    steps = ref.split("/")
    above = ["/".join(steps[:depth]) for depth in range(3, len(steps))]
    clashing = [name for name in list_refs(repo, *above, ref) if name in above or name.startswith(f"{ref}/")]
    if clashing:
        raise Refused(
            f"{ref} cannot be made beside {clashing[0]}: git keeps refs like files in directories",
            hint="choose another branch with --branch, or rename the one in the way; nothing was changed",
        )
    _swap(repo, ref, new=commit, old=None, reason="workbench: created")


def compare_and_swap(repo: Repository, ref: str, *, new: str, old: str, reason: str) -> None:
    """Move `ref` from `old` to `new`. This is the commit point of a run.

    Raises RefMoved when `ref` is neither, EnvironmentFailed when it still is `old` because git did not finish.
    """
    _swap(repo, ref, new=new, old=old, reason=reason)


def put_ref(repo: Repository, ref: str, commit: str) -> None:
    """Point a ref of our own to `commit`, wherever it pointed before."""
    if not ref.startswith(OURS):
        raise ValueError(f"{ref} is not ours to move")
    fault(f"{_point(ref)}.before")
    repo.git.act("update-ref", "--no-deref", ref, commit)
    fault(f"{_point(ref)}.after")


def branch_ref(name: str) -> str:
    """Return the full ref of a branch name; raises UsageError for what cannot be one.

    The rules are those of `git check-ref-format`. To ask git itself, without a repository to keep away from, would be
    to start whatever is called git first on PATH.
    """
    ref = f"refs/heads/{name}"
    if _ILLEGAL.search(ref) or name.startswith("-") or name == "HEAD":
        raise UsageError(f"{name!r} cannot be the name of a branch", hint="`git check-ref-format --help` has the rules")
    return ref


def checked_out_branches(repo: Repository) -> Mapping[str, Path]:
    """Return the full refs of branches that are checked out somewhere, each with its working tree."""
    found: dict[str, Path] = {}
    place = repo.common_dir
    for line in repo.git.ask("worktree", "list", "--porcelain").line.split("\n"):
        word, _, rest = line.partition(" ")
        if word == "worktree":
            place = Path(rest)
        elif word == "branch":
            found[rest] = place
    return found


def _swap(repo: Repository, ref: str, *, new: str, old: str | None, reason: str) -> None:
    expected = old or ""  # what git reads as "must not exist"
    fault(f"{_point(ref)}.before")
    try:
        done = repo.git.act("update-ref", "--no-deref", "-m", reason, ref, new, expected, no=(1, 128))
    except EnvironmentFailed:
        # Killed before or after its rename: the ref itself says which.
        if read_ref(repo, ref) == new:
            return
        raise
    if not done.yes:
        _settle(ref, done, now=read_ref(repo, ref), wanted=new, old=old)
    fault(f"{_point(ref)}.after")


def _point(ref: str) -> str:
    """Return what a fault point calls a ref: by its last word, for those of ours; else it is a branch."""
    return f"ref.{ref.rpartition('/')[2].partition('-')[0]}" if ref.startswith(OURS) else "ref.branch"


def _settle(ref: str, done: Done, *, now: str | None, wanted: str | None, old: str | None) -> None:
    """Tell, from where the ref is after a refusal: done already, moved by somebody else, or not finished."""
    if now == wanted:
        return
    if now != old:
        raise RefMoved(
            f"{ref} is at {now[:12] if now else 'nothing'}, expected {old[:12] if old else 'nothing'}",
            hint="somebody moved it meanwhile; nothing was overwritten",
        )
    said = done.err.decode("utf-8", "replace").strip()
    raise EnvironmentFailed(f"{ref} could not be moved: {said}", hint="nothing was changed; `workbench resume` goes on")

"""Looks at the object store: is all of the history there, and is it what git shows?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.model.diagnosis import Diagnosis, note, sound, to_mend
from workbench.model.errors import EnvironmentFailed
from workbench.repo.encoding import text
from workbench.repo.objects import is_partial
from workbench.repo.refs import list_refs
from workbench.repo.repository import Repository


def store(repo: Repository) -> Iterator[Diagnosis]:
    yield _history(repo)
    yield _objects(repo)
    yield _replaced(repo)
    yield _borrowed(repo)


def _history(repo: Repository) -> Diagnosis:
    if (repo.common_dir / "shallow").is_file():
        told = "cut short (a shallow clone): runs work, but what was merged before the cut is not known"
        return note("history", told, "`git fetch --unshallow`")
    return sound("history", "whole")


def _objects(repo: Repository) -> Diagnosis:
    """Look for what HEAD's tree lacks; `--missing` keeps git from fetching it."""
    if not repo.git.ask("rev-parse", "--verify", "--quiet", "HEAD", no=(1,)).yes:
        return sound("objects", "none yet")
    try:
        listed = repo.git.ask("rev-list", "--objects", "--no-walk", "--missing=print", "HEAD").line
    except EnvironmentFailed as error:
        return to_mend("objects", error.message, "`git fsck` says what is gone; fetch it from another clone")
    missing = [line[1:] for line in listed.split("\n") if line.startswith("?")]
    partial = is_partial(repo.git)
    if missing:
        mend = "work in a full clone (`git clone` without --filter)" if partial else "`git fsck` says what is gone"
        told = f"{len(missing)} of this commit are not here; workbench never fetches"
        return to_mend("objects", told, mend, missing)
    if partial:
        return note("objects", "a partial clone; all of this commit is here", "an older base may lack objects")
    return sound("objects", "all of this commit are here")


def _replaced(repo: Repository) -> Diagnosis:
    if list_refs(repo, "refs/replace"):
        told = "some objects are replaced: git shows others than those workbench reads"
        return note("replacements", told, "`git replace --list` names them")
    if (repo.common_dir / "info" / "grafts").is_file():
        told = "grafts give commits other parents than they have"
        return note("replacements", told, "`git replace --convert-graft-file`, or delete info/grafts")
    return sound("replacements", "none")


def _borrowed(repo: Repository) -> Diagnosis:
    try:
        lines = text((repo.objects_dir / "info" / "alternates").read_bytes()).splitlines()
    except FileNotFoundError:
        return sound("borrowed objects", "none")
    places = [repo.objects_dir / line for line in lines if line and not line.startswith(("#", '"'))]
    gone = [str(place) for place in places if not place.is_dir()]
    if gone:
        mend = "bring it back, or correct objects/info/alternates"
        return to_mend("borrowed objects", "the repository they are borrowed from is gone", mend, gone)
    told = "read from another repository: `git gc` there can delete them"
    return note("borrowed objects", told, "`git repack -a -d` makes them your own", map(Path.as_posix, places))

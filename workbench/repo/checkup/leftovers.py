"""Looks for what dead processes left: git's locks, which are the user's to remove, and things of ours."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.diagnosis import Diagnosis, note, sound, to_mend
from workbench.repo import incoming, index
from workbench.repo.leftovers import locks_of_git, locks_of_ours
from workbench.repo.repository import Repository


def leftovers(repo: Repository) -> Iterator[Diagnosis]:
    yield _locks(repo)
    yield _ours(repo)
    yield _kept(repo)


def _locks(repo: Repository) -> Diagnosis:
    found = locks_of_git(repo)
    if not found:
        return sound("git's locks", "none")
    names = " ".join(f"'{one}'" for one in found)
    told = "held by a git that is at work, or left by one that died"
    return to_mend("git's locks", told, f"when no git runs here: `rm {names}`", map(str, found))


def _ours(repo: Repository) -> Diagnosis:
    found = [
        *sorted(repo.state_place.glob(f"{index.PREFIX}*")),
        *sorted(repo.objects_dir.glob(f"{incoming.PREFIX}*")),
        *locks_of_ours(repo),
    ]
    if found:
        return note("leftovers", "left by a killed run; the next one removes them", paths=map(str, found))
    return sound("leftovers", "none")


def _kept(repo: Repository) -> Diagnosis:
    kept = sorted(place for place in (repo.state_place / "keep").rglob("*") if not place.is_dir())
    if kept:
        told = f"{len(kept)} that a landing met and kept aside"
        return note("kept edits", told, "take over what you need, and delete them", map(str, kept))
    return sound("kept edits", "none")

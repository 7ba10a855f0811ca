"""Looks, without a single write, for what will get in the way of a migration: here, and for one plan."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from platformdirs import user_cache_path

from workbench.engine.doctor_plan import for_plan
from workbench.engine.means import Means
from workbench.engine.stage import place_of
from workbench.engine.workspace import Workspace, read_workspace
from workbench.gates.checkup import interpreter
from workbench.ledger.checkup import ledger
from workbench.model.diagnosis import Checkup, Diagnosis, Health, note, sound, to_mend
from workbench.model.errors import EnvironmentFailed
from workbench.planning.planfile import find_plan
from workbench.repo.checkup.files import Sized, files, listing
from workbench.repo.checkup.leftovers import leftovers
from workbench.repo.checkup.program import program, variables
from workbench.repo.checkup.settings import settings
from workbench.repo.checkup.standing import permissions, standing
from workbench.repo.checkup.store import store
from workbench.repo.checkup.tracked import is_tracked
from workbench.repo.git import Git
from workbench.repo.repository import Repository, find_repository
from workbench.scan.files import MOST_BYTES

_SPARE = 64 << 20


def diagnose(directory: Path, plan: str | None, means: Means) -> Checkup:
    """Return all that was looked at in the repository around `directory`; with a plan, at its needs too.

    Raises where nothing can be looked at: no repository, no git, a plan file that is wrong.
    """
    first = program(Git.at(directory))
    if first.health is Health.MEND:
        return Checkup(str(directory), plan, (first,))
    with find_repository(directory) as repo:
        ws = read_workspace(repo, find_plan(plan, repo.root or directory), means) if plan else None
        name = ws.spec.name if ws else None
        return Checkup(str(repo.root or repo.git_dir), name, (first, *_looked(repo, ws, means)))


def _looked(repo: Repository, ws: Workspace | None, means: Means) -> Iterator[Diagnosis]:
    yield from variables(repo.git, means.environ)
    found = tuple(_guarded("head", lambda: standing(repo)))
    yield from found
    for check, look in {
        "permissions": permissions,
        "objects": store,
        "settings": settings,
        "leftovers": leftovers,
    }.items():
        yield from _guarded(check, partial(look, repo))
    yield from ledger(repo.state_place)
    born = not any(one.check == "head" and one.health is Health.MEND for one in found)
    listed = listing(repo) if born else ()
    yield from _guarded("files", lambda: files(repo, listed, MOST_BYTES))
    yield from _room(repo, listed)
    yield from interpreter(ws.spec if ws else None, repo.root, means.environ, partial(is_tracked, repo))
    if ws is not None and born:
        yield from _guarded("plan", lambda: for_plan(ws, listed))


def _guarded(check: str, look: Callable[[], Iterator[Diagnosis]]) -> Iterator[Diagnosis]:
    """Go on where git cannot answer one question: that too is in the way, and there is more to look at."""
    try:
        yield from look()
    except EnvironmentFailed as error:
        yield to_mend(check, f"cannot be looked at: {error.message}", error.hint or "`git fsck` says more")


def _room(repo: Repository, listed: tuple[Sized, ...]) -> Iterator[Diagnosis]:
    """Look at the disk: the sandbox holds the tree once, and a build of packages may hold it again."""
    place = user_cache_path("workbench")
    if repo.root is not None and place.resolve().is_relative_to(repo.root.resolve()):
        yield to_mend("sandbox", f"{place} lies in the working tree", "set XDG_CACHE_HOME to a directory elsewhere")
    elif place_of(repo).exists():
        yield note("sandbox", "one is there: a run is at work, or was killed, and the next removes it")
    else:
        yield sound("sandbox", str(place))
    wanted = 2 * sum(max(one.size, 0) for one in listed) + _SPARE
    for there in dict.fromkeys([_existing(place), repo.common_dir]):
        free = shutil.disk_usage(there).free
        if free < wanted:
            told = f"{free >> 20} MiB are free at {there}, and a run may need {wanted >> 20}"
            yield to_mend("disk", told, "free some space")
        else:
            yield sound("disk", f"{free >> 20} MiB are free at {there}")


def _existing(place: Path) -> Path:
    return next(one for one in (place, *place.parents) if one.exists())

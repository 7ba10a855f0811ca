"""Looks at git itself, and at what of the environment would lead it elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from workbench.model.diagnosis import Diagnosis, note, sound, to_mend
from workbench.repo.environment import leaked
from workbench.repo.git import Git

_OLDEST = (2, 31)  # rev-parse --path-format
_FLUSHES = (2, 36)  # core.fsync
_VERSION = re.compile(r"(\d+)\.(\d+)")


def program(git: Git) -> Diagnosis:
    """Say whether git is new enough; older than 2.31, nothing else can be asked of it."""
    told = git.ask("version").line
    found = _VERSION.search(told)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < _OLDEST:
        return to_mend("git", f"{told} is too old", "install git 2.31 or newer")
    if version < _FLUSHES:
        return note("git", f"{told} does not flush objects to the disk one by one", "git 2.36 survives a power cut")
    return sound("git", told.removeprefix("git version "))


def variables(git: Git, environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Name the variables that redirect git: ours does not see them, yours does."""
    redirecting = git.ask("rev-parse", "--local-env-vars").line.split("\n")
    names = [name for name in leaked(environ) if name in redirecting]
    if names:
        told = f"{', '.join(names)}: set, and hidden from every git that workbench starts"
        yield note("environment", told, "unset them if your own git is to see the same repository")
    else:
        yield sound("environment", "no variable redirects git")

"""What every git child gets to see: an environment that no hook and no shell can turn against us.

A hook exports GIT_DIR and GIT_INDEX_FILE, and they beat `-C` and the working directory. pre-commit scrubs
them once for itself; here no child is started without it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from workbench.model.errors import EnvironmentFailed

# Where a person's own configuration lives is theirs to say; these three cannot point at another repository.
_KEPT = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"})

VARIABLES: Mapping[str, str] = {
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LANGUAGE": "C",
    "LC_ALL": "C",
}

OPTIONS = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.fsync=loose-object,reference"),
    *("-c", "core.quotePath=false"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "i18n.commitEncoding=UTF-8"),
    "--literal-pathspecs",
)


def leaked(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names in `environ` that no git child of ours may see, sorted."""
    return tuple(sorted(name for name in environ if name.startswith("GIT_") and name not in _KEPT))


def scrubbed(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without what `leaked` names, and with what we set ourselves."""
    gone = frozenset(leaked(environ))
    return {name: value for name, value in environ.items() if name not in gone} | dict(VARIABLES)


def find_git(search: str, *, outside: Path | None) -> str:
    """Return the absolute path of git on the search path `search`, never one inside the repository `outside`.

    A program called `git` that lies in the repository we look at was put there by somebody else.
    """
    entries = [entry for entry in search.split(os.pathsep) if Path(entry).is_absolute()]
    if outside is not None:
        home = outside.resolve()
        entries = [entry for entry in entries if not Path(entry).resolve().is_relative_to(home)]
    found = shutil.which("git", path=os.pathsep.join(entries))
    if found is None:
        hint = "install git, or put its directory on PATH; one inside the repository is not trusted"
        raise EnvironmentFailed("git was not found", hint=hint)
    return found

"""Looks at the configuration: what of it workbench does not follow, and what changes how files look."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from workbench.model.diagnosis import Diagnosis, note, sound
from workbench.repo.encoding import text
from workbench.repo.repository import Repository

_FALSE = frozenset({"", "0", "false", "no", "off"})


def _on(value: str) -> bool:
    return value.lower() not in _FALSE


def _off(value: str) -> bool:
    return not _on(value)


_TELLING: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "core.autocrlf": (_on, "commits keep the line ends of git's own copy; `land` writes those of your checkout"),
    "core.filemode": (_off, "modes are kept as they are committed"),
    "core.ignorecase": (_on, "names that differ in case alone are one file here, and two to git"),
    "core.fsmonitor": (_on, "is not asked: workbench looks at the files themselves"),
    "core.sparsecheckout": (_on, "runs work on the whole commit; `scan` lists what is not checked out"),
    "commit.gpgsign": (_on, "commits of a run are not signed; sign when you merge"),
    "core.hookspath": (bool, "no hook runs for commits of a run"),
}


def settings(repo: Repository) -> Iterator[Diagnosis]:
    """Name each setting that matters, and hooks that will not run."""
    found = _configured(repo)
    told = [(name, found[name], says) for name, (matters, says) in _TELLING.items() if matters(found.get(name, ""))]
    for name, value, says in [one for one in told if one[1]]:
        yield note("settings", f"{name} = {value}: {says}")
    hooks = _hooks(repo)
    if hooks:
        yield note("hooks", "do not run for commits of a run", "make gates of those that matter", hooks)
    else:
        yield sound("hooks", "none")
    if not any(value for _, value, _ in told):
        yield sound("settings", "nothing unusual")


def _configured(repo: Repository) -> dict[str, str]:
    """Return the settings by lower-case name, without those that we set for every child of ours."""
    fields = text(repo.git.ask("config", "--list", "-z", "--show-scope").out).split("\0")[:-1]
    found: dict[str, str] = {}
    for scope, entry in zip(fields[::2], fields[1::2], strict=True):
        name, has_value, value = entry.partition("\n")
        if scope != "command":
            found[name.lower()] = value if has_value else "true"
    return found


def _hooks(repo: Repository) -> tuple[str, ...]:
    place = repo.common_dir / "hooks"
    there = sorted(place.iterdir()) if place.is_dir() else []
    return tuple(one.name for one in there if one.suffix != ".sample" and _runs(one))


def _runs(place: Path) -> bool:
    return place.is_file() and os.access(place, os.X_OK)

"""What must hold after whatever happened, in one function: what is the user's, git, the ledger, and nothing is left."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.checkout import below
from tests.reliability.story import Place

REFS = "--format=%(refname) %(objectname)"
_TORN = ("**/*.lock", "**/packed-refs.new", "objects/**/tmp_*", "fast_import_crash_*")


@dataclass(frozen=True)
class Before:
    """The user's files (path, mode, time, digest), and of the git directory his index, HEAD, config and hooks."""

    files: tuple[tuple[object, ...], ...]
    git: tuple[tuple[object, ...], ...]
    head: str


def before(place: Place) -> Before:
    """Look at everything that is not ours to touch."""
    git = place.root / ".git"
    kept = [git / "index", git / "HEAD", git / "config", *sorted((git / "hooks").glob("*"))]
    return Before(tuple(map(_seen, below(place.root))), tuple(map(_seen, kept)), place.git("rev-parse", "HEAD"))


def hold(place: Place, was: Before, *, landed: bool = False) -> None:
    """Assert that a repository in which nothing is under way is as it must be."""
    if not landed:
        assert before(place) == was, "the user's files, index, configuration and branch are as they were"
    assert place.git("fsck", "--strict", "--no-dangling") == ""
    verified = json.loads(place.workbench("--json", "verify").out)
    assert verified["totals"]["mend"] == 0, verified
    nothing_left(place)
    every = psutil.process_iter(["cmdline", "environ", "cwd"])
    alive = [" ".join(one.info["cmdline"] or [one.name()]) for one in every if _is_ours(one, place)]
    assert alive == [], alive
    status = json.loads(place.workbench("--json", "status").out)
    totals = status["totals"]
    parts = ("fixed", "quarantined", "blocked", "excluded", "remaining")
    assert totals["found"] == sum(totals[one] for one in parts)
    again = place.workbench("resume")
    assert "no run is under way" in again.err, "a second resume has nothing to do"


def _seen(path: Path) -> tuple[object, ...]:
    if path.is_symlink():
        return (str(path), str(path.readlink()))
    if path.is_dir():
        return (str(path), "directory")
    status = path.lstat()
    return (str(path), status.st_mode, status.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())


def nothing_left(place: Place) -> None:
    """Assert that no command left anything on the disk."""
    left = [*_leftovers(place)]
    assert left == [], left


def _leftovers(place: Place) -> Iterator[str]:
    """Yield what a command left behind: locks, temporary objects, side refs of candidates, sandboxes."""
    git = place.root / ".git"
    for pattern in _TORN:
        yield from (str(one) for one in git.glob(pattern) if one.name != "run.lock")
    refs = dict(line.split() for line in place.git("for-each-ref", REFS, "refs/workbench").splitlines())
    yield from (ref for ref in refs if ref.endswith("/cand") and refs[ref] != refs[ref.replace("/cand", "/base")])
    yield from (str(one) for one in (place.home / "cache/workbench/sandboxes").glob("*"))


def _is_ours(process: psutil.Process, place: Place) -> bool:
    home, environ, cwd = str(place.home), process.info["environ"] or {}, process.info["cwd"] or ""
    return process.pid != os.getpid() and (environ.get("HOME") == home or cwd.startswith(f"{home}{os.sep}"))

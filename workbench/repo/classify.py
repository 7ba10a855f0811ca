"""Says of each path a landing changes what lies there now: the old content, the new, somebody's own, or nothing.

By content, never by time stamps: `assume-unchanged`, a forced time and an edit within one second deceive those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workbench.repo.changes import Change, Side
from workbench.repo.encoding import quoted, raw, text
from workbench.repo.ground import InTheWayError, Seen, directory_of, look
from workbench.repo.repository import Repository


class Standing(StrEnum):
    """What lies at a path."""

    OLD = "old"
    NEW = "new"
    USER = "edited"
    ABSENT = "deleted"


@dataclass(frozen=True, slots=True)
class Found:
    """A changed path as it lies in the working tree; `seen` is None unless it is a regular file."""

    change: Change
    standing: Standing
    seen: Seen | None
    reason: str


def classify(repo: Repository, root: Path, changes: Sequence[Change]) -> tuple[Found, ...]:
    """Look at every path of `changes` in the working tree at `root`."""
    looked = [_look(root, change) for change in changes]
    strange = [
        change.path
        for change, seen in zip(changes, looked, strict=True)
        if isinstance(seen, Seen) and seen.id not in _ids(change)
    ]
    cleaned = _cleaned_ids(repo, strange)
    modes = _modes_count(repo)
    return tuple(
        _judge(change, seen, cleaned.get(change.path, ""), modes=modes)
        for change, seen in zip(changes, looked, strict=True)
    )


def holds_either(repo: Repository, place: Path, change: Change, known: str = "") -> bool:
    """Say whether a file, wherever it lies, holds one of the two contents of a change; `known` is an id of one."""
    seen = look(str(place), length=_length(change))
    if seen is None or seen.id in {*_ids(change), known}:
        return True
    return _cleaned_id(repo, place, change.path) in _ids(change)


def holds(repo: Repository, place: Path, path: str, side: Side | None) -> bool:
    """Say whether a file, wherever it lies, holds the content of one side of `path`."""
    if side is None:
        return False
    seen = look(str(place), length=len(side.id))
    return seen is not None and (seen.id == side.id or _cleaned_id(repo, place, path) == side.id)


def _look(root: Path, change: Change) -> Seen | str | None:
    try:
        with directory_of(root, change.path) as directory:
            return look(Path(change.path).name, directory, length=_length(change))
    except FileNotFoundError:
        return None
    except InTheWayError as found:
        return found.reason


def _judge(change: Change, seen: Seen | str | None, cleaned: str, *, modes: bool) -> Found:
    if isinstance(seen, str):
        return Found(change, Standing.USER, None, seen)
    if seen is None:
        standing = Standing.OLD if change.old is None else Standing.NEW if change.new is None else Standing.ABSENT
        return Found(change, standing, None, "deleted")
    for content in (seen.id, cleaned):
        for standing, side in ((Standing.OLD, change.old), (Standing.NEW, change.new)):
            if side is not None and side.id == content and (not modes or side.executable == seen.executable):
                return Found(change, standing, seen, "edited")
    return Found(change, Standing.USER, seen, "in the way" if change.old is None else "edited")


def _cleaned_ids(repo: Repository, paths: Iterable[str]) -> Mapping[str, str]:
    """Return the ids that git would give files of the working tree, after filters and line ends."""
    asked = list(paths)
    lines = b"".join(quoted(raw(path)) + b"\n" for path in asked)
    done = repo.git.ask("hash-object", "--stdin-paths", stdin=lines, no=(128,))
    # A file that went while git read them: no answer for any, so that all of them count as somebody's own.
    return dict(zip(asked, text(done.out).split("\n"), strict=False)) if done.yes and asked else {}


def _cleaned_id(repo: Repository, place: Path, path: str) -> str:
    return repo.git.ask("hash-object", "--stdin", f"--path={path}", stdin=place.read_bytes()).line


def _ids(change: Change) -> frozenset[str]:
    return frozenset(side.id for side in (change.old, change.new) if side is not None)


def _length(change: Change) -> int:
    return len(next(iter(_ids(change))))


def _modes_count(repo: Repository) -> bool:
    return repo.git.ask("config", "--type=bool", "--get", "core.fileMode", no=(1,)).line != "false"

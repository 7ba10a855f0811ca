"""A place whose commands start at once, at one time of the clock and with one id for the run, and can be struck."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.reliability.story import FILES, Ended, Place, settled

ROOT = Path(__file__).parents[2]
QUIET_SECONDS = 120
PART = {name: content for name, content in FILES.items() if name != "app/c.py"}


@dataclass(frozen=True)
class Strike:
    """Hit the `at`-th act of a process (0: only count), and every later one if `lasting`, by an errno or KILL."""

    at: int
    how: str = "ENOSPC"
    lasting: bool = False


class Forker:
    """The process that forks, for as long as the tests need it; and what its places share, below `shelf`."""

    def __init__(self, shelf: Path) -> None:
        self._bytecode = shelf / "bytecode"
        self._bytecode.mkdir()
        self._shelf = shelf
        self._templates: dict[str, QuickPlace] = {}
        command = [sys.executable, "-m", "tests.reliability.forker"]
        self._server = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == "ready\n"

    @property
    def pid(self) -> int:
        """The process that forks; a command at work is its only child."""
        return self._server.pid

    def ask(self, request: Mapping[str, object]) -> int:
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def template(self, files: Mapping[str, str]) -> QuickPlace:
        """Return a place with those files that is only copied, never worked in."""
        key = json.dumps(files)
        if key not in self._templates:
            place = settled(self._shelf / str(len(self._templates)), files)
            self._templates[key] = self.serve(place)
        return self._templates[key]

    def serve(self, place: Place) -> QuickPlace:
        """Return a place whose commands are forked, and whose gates compile the standard library no second time."""
        cache = place.home / "cache/workbench"
        cache.mkdir(parents=True)
        (cache / "bytecode").symlink_to(self._bytecode)
        return QuickPlace(place.root, place.home, self)

    def close(self) -> None:
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(timeout=30)
        self._server.stdout.close()


@dataclass(frozen=True)
class QuickPlace(Place):
    """A place served by `forker`. `path`, when it is set, is the PATH of the commands; `lane` tells those apart that
    run at the same time."""

    forker: Forker
    path: list[str] = field(default_factory=list)
    lane: str = ""

    def workbench(
        self, *words: str, fault: str = "", strike: Strike | None = None, pages: int = 0, name: str = "one"
    ) -> Ended:
        """Run a command; `pages` is the most that the ledger may grow to."""
        streams = [self.home / f"out{self.lane}", self.home / f"err{self.lane}"]
        code = self.forker.ask(
            {
                "words": ["-C", str(self.root), *words],
                "environ": self.environ(**({"PATH": self.path[-1]} if self.path else {})),
                "fault": fault,
                "strike": vars(strike) if strike else None,
                "pages": pages,
                "name": name,
                "ours": [str(self.root), str(self.home)],
                "out": str(streams[0]),
                "err": str(streams[1]),
                "count": str(self.home / "count"),
            }
        )
        return Ended(code, *(one.read_text(encoding="utf-8", errors="replace") for one in streams))

    def acts(self) -> int:
        """How many acts the command had that was struck at 0."""
        return int((self.home / "count").read_text())

    def quiet(self) -> None:
        """Wait until the children of a killed command are gone too."""
        path = self.root / ".git/workbench/run.lock"
        if not path.exists():
            return
        with path.open("a") as lock:
            for _ in range(QUIET_SECONDS * 20):
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    time.sleep(0.05)
                else:
                    return
        raise AssertionError("a child of a killed command lives on, and holds the lock")


def quickly(where: Path, forker: Forker, files: Mapping[str, str] = PART) -> QuickPlace:
    """Settle below a directory as `story.settled` does."""
    return copied(forker.template(files), where)


def copied(place: QuickPlace, where: Path) -> QuickPlace:
    """Copy a place, links and times included, to `where`."""
    shutil.copytree(place.root.parent, where, symlinks=True, dirs_exist_ok=True)
    return replace(place, root=where / "repo", home=where / "home")


def ended_well(ended: Ended) -> None:
    """Assert that a command that was struck ended by a word of its own: no traceback, a code of the contract."""
    assert ended.code in (0, 1, 3, 4, 5), ended
    assert "Traceback" not in ended.err, ended.err


def to_its_end(place: Place) -> str:
    """Finish the run, or begin it if nothing was begun; return the commit it ends at."""
    ended = place.workbench("resume")
    if "no run is under way" in ended.err:
        ended = place.workbench("run", "small")
    assert ended.code == 1, ended
    return place.git("rev-parse", "workbench/small")

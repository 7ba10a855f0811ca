"""A `git` first on PATH that dies at one of its system calls, by strace, or before or after its work.

`tests/reliability/traced_git.py` does so for a whole run; this one does for a single operation, also lists what git's
own children do, and says whether the kill was met.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.reliability.traced_git import CHANGING, changes

# A git that is asked by another git is counted like one that we ask: git looks for itself in GIT_EXEC_PATH.
_SCRIPT = """#!/bin/sh
export GIT_EXEC_PATH='{here}'
n=0
[ -e '{here}/count' ] && read -r n < '{here}/count'
n=$((n + 1))
echo $n > '{here}/count'
{how}
exec {git} "$@"
"""
_LIST = """exec {strace} -qq -y -s 0 -o '{here}/calls.'$n -e trace={changing} {git} "$@" """
_KILL = """[ $n -eq {at} ] && {{ {strace} -q -o '{here}/end' -e trace={name} \
-e inject={name}:signal=KILL:when={k} {git} "$@"
code=$?
[ $code -eq 137 ] && kill -9 {whom}
exit $code; }}"""
_BEFORE = "[ $n -eq {at} ] && : > '{here}/end' && kill -9 {whom}"
_AFTER = """[ $n -eq {at} ] && {{ {git} "$@"; : > '{here}/end'; kill -9 {whom}; }} """


@dataclass(frozen=True)
class Kill:
    """The `k`-th system call `name` of the `git`-th git that is started; or `name` is "before" or "after".

    `both`: who started that git is killed as well.
    """

    git: int
    name: str
    k: int = 0
    both: bool = False


class StruckGit:
    """A directory for the front of PATH. Without a `kill` it only writes down what each git does."""

    def __init__(self, directory: Path, kill: Kill | None = None) -> None:
        self.directory = directory
        self._kill = kill
        directory.mkdir()
        words = {"here": directory, "git": shutil.which("git"), "strace": shutil.which("strace")}
        how = _LIST
        if kill is not None:
            how = {"before": _BEFORE, "after": _AFTER}.get(kill.name, _KILL)
            words |= {"at": kill.git, "name": kill.name, "k": kill.k}
            words["whom"] = "$PPID $$" if kill.both else "$$"
        script = directory / "git"
        script.write_text(_SCRIPT.format(how=how.format(changing=CHANGING, **words), **words))
        script.chmod(0o755)

    @property
    def met(self) -> bool:
        """Whether a git was killed."""
        end = self.directory / "end"
        by_hand = self._kill is not None and self._kill.name in ("before", "after")
        return end.exists() and (by_hand or "killed by SIGKILL" in end.read_text())

    @property
    def count(self) -> int:
        """How many gits were started."""
        return int((self.directory / "count").read_text())

    def kills(self) -> Iterator[Kill]:
        """Yield every system call that changes something on the disk, of each git that was started."""
        for number in range(1, self.count + 1):
            for name, k in changes(self.directory / f"calls.{number}"):
                yield Kill(number, name, k)

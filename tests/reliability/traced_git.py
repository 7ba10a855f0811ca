"""A `git` first on PATH that is killed at its k-th system call of one name, by strace, as it enters the kernel.

So the kill comes between any two changes that git makes on the disk, and no line of git's or ours knows of it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHANGING = (
    "openat,write,pwrite64,writev,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,"
    "fsync,fdatasync,ftruncate,chmod,fchmod,utimensat,symlink,symlinkat"
)
_SCRIPT = """#!/bin/sh
printf x >> '{count}'
n=$(wc -c < '{count}')
{how}
exec {git} "$@"
"""
_LINE = re.compile(r"(\w+)\((.*)")
_TO_A_FILE = re.compile(r"\d+</(?!dev/(?!shm/))")  # not to a pipe, not to a device


@dataclass(frozen=True)
class Call:
    """The `k`-th system call `name` of the `git`-th git that a run starts."""

    git: int
    name: str
    k: int


def can_trace() -> bool:
    """Whether strace is there, and may look into a process of ours."""
    strace = shutil.which("strace")
    command = [strace or "", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "true"]
    return strace is not None and subprocess.run(command, capture_output=True, check=False).returncode == 0


class TracedGit:
    """A directory for the front of PATH."""

    def __init__(self, directory: Path, kill: Call | None = None) -> None:
        """Kill at `kill`; without one, only write down what each git does."""
        self.directory = directory
        directory.mkdir(parents=True)
        git, strace = shutil.which("git"), shutil.which("strace")
        how = f"""exec {strace} -qq -y -s 0 -o '{directory}/calls.'"$n" -e trace={CHANGING} {git} "$@" """
        if kill is not None:
            inject = f"-e trace={kill.name} -e inject={kill.name}:signal=KILL:when={kill.k}"
            how = f"""[ "$n" -eq {kill.git} ] && exec {strace} -qq -o /dev/null {inject} {git} "$@" """
        script = directory / "git"
        script.write_text(_SCRIPT.format(count=directory / "count", git=git, how=how))
        script.chmod(0o755)

    def calls(self) -> Iterator[Call]:
        """Yield the calls that change something on the disk, in order."""
        for number in range(1, (self.directory / "count").stat().st_size + 1):
            for name, k in changes(self.directory / f"calls.{number}"):
                yield Call(number, name, k)


def changes(log: Path) -> Iterator[tuple[str, int]]:
    """Yield each call of a log of strace's that changes something on the disk: its name, and which of that name."""
    seen: Counter[str] = Counter()
    for line in log.read_text().splitlines():
        if found := _LINE.match(line):
            name, rest = found.groups()
            seen[name] += 1
            if _is_change(name, rest):
                yield name, seen[name]


def _is_change(name: str, rest: str) -> bool:
    if name == "openat":
        return "O_CREAT" in rest
    return not name.startswith(("write", "pwrite")) or _TO_A_FILE.match(rest) is not None

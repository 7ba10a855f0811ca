"""Does operations, each in a fork of its own, which may be killed together with its git.

Run as a program of its own, because a forked pytest would bring its threads and its open files along. Reads a request
per line, answers with the negative number of the signal for one that was killed, else 0.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

from git_operations import OPERATIONS, Commits, Ground

from workbench.model.errors import EnvironmentFailed
from workbench.repo.git import _import_gitpython


class Doer:
    """The program, to be asked from a test."""

    def __init__(self) -> None:
        command = [sys.executable, __file__]
        self._program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._program.communicate()

    def do(self, name: str, ground: Ground) -> int:
        """Do the operation of that name with the environment of now; return how its process ended."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        words = (str(ground.root), str(ground.aside), [*vars(ground.commits).values()], ground.git)
        self._program.stdin.write(json.dumps([name, words, dict(os.environ)]) + "\n")
        self._program.stdin.flush()
        return int(self._program.stdout.readline())


def main() -> None:
    """Serve until the requests end."""
    _import_gitpython()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            name, (root, aside, commits, git), environ = json.loads(line)
            os.environ.clear()
            os.environ.update(environ)
            tempfile.tempdir = aside
            _carry_out(name, Ground(Path(root), Path(aside), Commits(*commits), git))
        _, status = os.waitpid(child, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _carry_out(name: str, ground: Ground) -> None:
    try:
        next(one for one in OPERATIONS if one.name == name).do(ground)
    except EnvironmentFailed:
        os._exit(0)  # told in the tests that are not killed
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()

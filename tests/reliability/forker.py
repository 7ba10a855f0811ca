"""Starts workbench commands without the second that importing takes: forks a process that has imported everything.

Reads a request per line, answers with the exit code, the negative number of the signal for one that was killed. Run as
a program of its own, because a forked pytest would bring its threads and its open files along.
"""

from __future__ import annotations

import ctypes  # noqa: F401  for the supervisors, which are many
import gc
import importlib
import itertools
import json
import multiprocessing
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SECONDS = 400
ROOMS = ("cli", "engine", "ledger", "report", "repo", "planning", "scan", "gates", "codemod", "rules")
WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Serve until the requests end."""
    from workbench.codemod.registry import kinds
    from workbench.repo.git import _import_gitpython

    for room in ROOMS:
        package = importlib.import_module(f"workbench.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"workbench.{room}."):
            if ".foreign" not in module.name:  # those need what is not installed
                importlib.import_module(module.name)
    _import_gitpython()
    kinds()
    gc.freeze()
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _carry_out(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _carry_out(request: Mapping[str, Any]) -> None:
    """Be the command: its streams, its environment, its clock; never returns."""
    from workbench.cli.boundary import answer
    from workbench.engine import means
    from workbench.gates import process

    os.setsid()
    signal.alarm(SECONDS)
    for number, name in enumerate(("/dev/null", request["out"], request["err"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.environ.clear()
    os.environ.update(request["environ"])
    forked = multiprocessing.get_context("fork")
    multiprocessing.get_context = lambda _method=None: forked  # a spawned worker would import everything again
    means.system_means = lambda: means.Means(lambda: WHEN, lambda: request["name"], dict(os.environ))
    process._supervisor = _supervisor
    _prepare(request)
    code = answer(request["words"])
    sys.stdout.flush()
    sys.stderr.flush()
    if request["strike"] and not request["strike"]["at"]:
        Path(request["count"]).write_text(str(_strike().seen))
    os._exit(code)


def _prepare(request: Mapping[str, Any]) -> None:
    from workbench.ledger import database
    from workbench.model import fault

    fault._WANTED = request["fault"]
    if request["pages"]:
        database._TO_WRITE = (*database._TO_WRITE, f"PRAGMA max_page_count = {request['pages']}")
    if request["strike"]:
        _strike().install(request)


def _supervisor(descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
    """Start the supervisor of a gate by a fork as well; `tests/gates` start it as users do."""
    from workbench.gates import supervisor

    def be_it() -> None:
        kept = [0, 1, 2, *sorted(descriptors), os.sysconf("SC_OPEN_MAX")]
        for before, after in itertools.pairwise(kept):
            os.closerange(before + 1, after)
        _strike().seen = -(1 << 60)  # what is struck is the command itself
        sys.stdin = open(0, closefd=False)  # noqa: SIM115  it lives as long as this process
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115  likewise
        supervisor.main()
        sys.stdout.flush()
        os._exit(0)

    pipe = subprocess.PIPE
    return subprocess.Popen(
        ["/nowhere"],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        pass_fds=descriptors,
        start_new_session=True,
        preexec_fn=be_it,  # noqa: PLW1509  everything it needs was imported before there were threads
    )


def _strike() -> Any:
    from tests.reliability import strike

    return strike


if __name__ == "__main__":
    main()

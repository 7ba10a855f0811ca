"""Starts workbench commands without the second that importing takes: forks a process that has imported everything.

Reads a request per line, answers with the exit code, the negative number of the signal for one that was killed. Run as
a program of its own, because a forked pytest would bring its threads and its open files along.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import pkgutil
import signal
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
    import gc

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

    os.setsid()
    signal.alarm(SECONDS)
    for number, name in enumerate(("/dev/null", request["out"], request["err"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.environ.clear()
    os.environ.update(request["environ"])
    forked = multiprocessing.get_context("fork")
    multiprocessing.get_context = lambda _method=None: forked  # a spawned worker would import everything again
    means.system_means = lambda: means.Means(lambda: WHEN, lambda: request["name"], dict(os.environ))
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


def _strike() -> Any:
    from tests.reliability import strike

    return strike


if __name__ == "__main__":
    main()

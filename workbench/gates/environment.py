"""What a gate sees of the environment: a short allow-list, the plan's names, and the sandbox first among imports."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from workbench.planning.spec import PlanSpec

_BASE = frozenset(
    {
        "HOME",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "LOGNAME",
        "SHELL",
        "SYSTEMROOT",
        "TMPDIR",
        "TZ",
        "USER",
    }
)
"""LD_LIBRARY_PATH is here because interpreters built with a shared library need it to start at all."""

_NEVER = ("GIT_", "WORKBENCH_")


def gate_environment(
    spec: PlanSpec,
    *,
    sandbox: Path,
    python: Path,
    environ: Mapping[str, str],
    pycache: Path,
) -> dict[str, str]:
    """Return the whole environment of the gates that judge one tree.

    `environ` is the user's, of which the base list and the plan's names pass, but nothing of git's
    or ours. PYTHONPATH is the plan's `pythonpath` (or its source roots) inside the sandbox, so that
    an editable install of the checkout is never imported; a PYTHONPATH the plan asks for comes after
    it. `pycache` is an empty directory: bytecode of an earlier tree would be believed where a file
    kept its size and second.
    """
    wanted = {name for name in environ if name in _BASE or name.startswith("LC_")} | {*spec.run.env}
    seen = {name: environ[name] for name in wanted if name in environ and not name.startswith(_NEVER)}
    roots = [str(sandbox / root) for root in spec.run.pythonpath or spec.scope.source_roots]
    behind = [seen["PYTHONPATH"]] if seen.get("PYTHONPATH") else []
    seen = {"TERM": "dumb"} | seen
    seen |= {
        "PATH": os.pathsep.join([str(python.parent), environ.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join([*roots, *behind]),
        "PYTHONPYCACHEPREFIX": str(pycache),
    }
    if (python.parent.parent / "pyvenv.cfg").is_file():
        seen["VIRTUAL_ENV"] = str(python.parent.parent)
    return dict(sorted(seen.items()))

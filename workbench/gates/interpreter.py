"""Finds the target's own interpreter: gates run in the environment the project is developed in, never in ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from workbench.model.errors import EnvironmentFailed
from workbench.planning.spec import RunSpec


def find_python(run: RunSpec, root: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the absolute path of the plan's `python`, else of the first default there is.

    The defaults: $VIRTUAL_ENV, `.venv` of the repository at `root`, then `python3` and `python` on
    PATH. Links are not resolved, because a virtual environment is known by the path of its link.
    Raises EnvironmentFailed with everything that was tried.
    """
    tried: list[str] = []
    candidates = _given(run.python, root, environ) if run.python else _defaults(root, environ)
    for name, found in candidates:
        tried.append(name)
        if found is not None and found.is_file() and os.access(found, os.X_OK):
            return found.absolute()
    raise EnvironmentFailed(
        f"no interpreter for the gates: tried {', '.join(tried)}",
        hint="make the project's virtual environment, or name its interpreter as `python` under [run]",
    )


def _given(python: str, root: Path | None, environ: Mapping[str, str]) -> Iterator[tuple[str, Path | None]]:
    place = (root or Path()) / Path(python).expanduser()
    yield str(place), place
    if os.sep not in python:
        yield f"{python} on PATH", _on_path(python, environ)


def _defaults(root: Path | None, environ: Mapping[str, str]) -> Iterator[tuple[str, Path | None]]:
    if active := environ.get("VIRTUAL_ENV"):
        place = Path(active, "bin", "python")
        yield f"{place} ($VIRTUAL_ENV)", place
    if root is not None:
        place = root / ".venv" / "bin" / "python"
        yield str(place), place
    for name in ("python3", "python"):
        yield f"{name} on PATH", _on_path(name, environ)


def _on_path(name: str, environ: Mapping[str, str]) -> Path | None:
    found = shutil.which(name, path=environ.get("PATH", os.defpath))
    return None if found is None else Path(found)

"""Looks at what gates will need: an interpreter that starts, pytest in it, and programs that are there."""

from __future__ import annotations

import json
import os
import posixpath
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from workbench.gates.interpreter import find_python
from workbench.gates.verdict import runs_pytest
from workbench.model.diagnosis import Diagnosis, note, sound, to_mend
from workbench.model.errors import EnvironmentFailed
from workbench.planning.spec import PlanSpec, RunSpec

_SECONDS = 60
_PASSED_ON = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")
_ASK = """
import json, sys
try:
    import pytest
except Exception as error:
    print(json.dumps([sys.version.split()[0], "", f"{type(error).__name__}: {error}"]))
else:
    print(json.dumps([sys.version.split()[0], pytest.__version__, ""]))
"""


def interpreter(
    spec: PlanSpec | None, root: Path | None, environ: Mapping[str, str], is_tracked: Callable[[Path], bool]
) -> Iterator[Diagnosis]:
    """Say which interpreter gates will run in, and whether pytest can be imported there.

    One that came with the repository's own files is named and not started: looking must not run foreign code.
    """
    try:
        python = find_python(spec.run if spec else RunSpec(), root, environ)
    except EnvironmentFailed as error:
        yield to_mend("interpreter", error.message, error.hint)
        return
    if is_tracked(python):
        told = f"{python} is one of the repository's own files; it was not started"
        yield note("interpreter", told, "gates would start it: be sure that you trust it")
        return
    needed = spec is not None and any(runs_pytest(gate.run) for gate in spec.gates)
    yield from _started(python, environ, needed=needed)


def _started(python: Path, environ: Mapping[str, str], *, needed: bool) -> Iterator[Diagnosis]:
    try:
        version, pytest, error = _asked(python, environ)
    except (OSError, subprocess.SubprocessError, ValueError) as failure:
        told = f"{python} does not start: {failure}"
        yield to_mend("interpreter", told, "mend it, or name another as `python` under [run]")
        return
    yield sound("interpreter", f"{python} ({version})")
    if pytest:
        yield sound("pytest", pytest)
    elif needed:
        yield to_mend("pytest", f"cannot be imported by {python}: {error}", f"`{python} -m pip install pytest`")
    else:
        yield note("pytest", f"cannot be imported by {python}: {error}", "gates that run pytest will need it")


def _asked(python: Path, environ: Mapping[str, str]) -> tuple[str, str, str]:
    """Return (version, version of pytest, why it cannot be imported)."""
    seen = {name: environ[name] for name in _PASSED_ON if name in environ}
    ended = subprocess.run(
        [str(python), "-B", "-c", _ASK],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=True,
        cwd="/",
        env=seen,
    )
    version, pytest, error = json.loads(ended.stdout)
    return str(version), str(pytest), str(error)


def commands(spec: PlanSpec, python: Path, environ: Mapping[str, str], is_there: Callable[[str], bool]) -> Diagnosis:
    """Say whether the first word of each gate and formatter is a program; `is_there` knows paths in the sandbox."""
    asked = [(gate.id, gate.run[0], gate.cwd) for gate in spec.gates if gate.run and not gate.shell]
    asked += [("format", command[0], ".") for command in spec.run.format]
    search = os.pathsep.join([str(python.parent), environ.get("PATH", os.defpath)])
    missing = [f"{word} ({name})" for name, word, cwd in asked if not _found(word, cwd, search, is_there)]
    if missing:
        told = f"{', '.join(missing)}: not found"
        return to_mend("commands", told, "install them where the interpreter is, or put them on PATH")
    return sound("commands", f"{len(asked)}, all found")


def _found(word: str, cwd: str, search: str, is_there: Callable[[str], bool]) -> bool:
    if "{" in word:
        return True
    if Path(word).is_absolute():
        return os.access(word, os.X_OK)
    if "/" in word:
        return is_there(posixpath.normpath(posixpath.join(cwd, word)))
    return shutil.which(word, path=search) is not None


def variables(spec: PlanSpec, environ: Mapping[str, str]) -> Diagnosis:
    """Name the variables that the plan passes to gates and that are not set."""
    unset = [name for name in spec.run.env if name not in environ]
    if unset:
        return note("variables", f"{', '.join(unset)}: named by [run] env, and not set", "set them, if gates need them")
    return sound("variables", "all that the plan passes on are set")

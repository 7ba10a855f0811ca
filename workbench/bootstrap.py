"""Makes `.venv` beside pyproject.toml once and runs a command in it, with only Python and git on the machine.

    python3 -m workbench.bootstrap demo      the main job, on a bundled sample
    python3 -m workbench.bootstrap test      the tests (further arguments go to pytest)
    python3 -m workbench.bootstrap ...       any other workbench command

Standard library only, and no import of the rest of the package: it runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".workbench-stamp"
CONSTRAINTS = ROOT / "constraints.txt"
EXTRAS = {"lint": ".[test,lint]"}
HELD = ["-p", "tests.covered"]  # all tests: then the rooms that lose nothing are held to full coverage


def main(argv: list[str]) -> int:
    """Prepare the environment and hand over to the command; returns its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036  this file is what an older interpreter meets first
        print(f"workbench needs Python 3.11 or newer; this is {sys.version.split()[0]}", file=sys.stderr)
        return 5
    verb, *rest = argv or ["--help"]
    prepare(EXTRAS.get(verb, ".[test]"))
    if verb == "test":
        command = ["-m", "pytest", *(rest or HELD)]
    elif verb == "lint":
        command = [str(ROOT / ".ci" / "lint.py"), *rest]
    else:
        command = ["-m", "workbench", verb, *rest]
    where = ROOT if verb in ("test", "lint") else Path.cwd()
    return subprocess.call([str(PYTHON), *command], cwd=where)


def prepare(requirement: str) -> None:
    """Install the project into `.venv` unless the stamp says that it is already there."""
    wanted = stamp(requirement)
    with (ROOT / ".bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if PYTHON.exists() and STAMP.exists() and wanted in STAMP.read_text().splitlines():
            return
        print("workbench: preparing .venv (once; this needs the package index)", file=sys.stderr)
        try:
            install(requirement)
        except subprocess.CalledProcessError as failure:
            print(f"workbench: `{' '.join(map(str, failure.cmd))}` failed", file=sys.stderr)
            print("next: look at the message above, then run the same command again", file=sys.stderr)
            raise SystemExit(5) from None
        done = {wanted, stamp(".[test]")}
        STAMP.write_text("\n".join(sorted(done)) + "\n")


def stamp(requirement: str) -> str:
    """Return the digest of everything the environment is made from."""
    digest = hashlib.sha256(f"{sys.version}\n{sys.prefix}\n{requirement}\n".encode())
    for part in (ROOT / "pyproject.toml", CONSTRAINTS):
        digest.update(part.read_bytes())
    return digest.hexdigest()


def install(requirement: str) -> None:
    """Make the environment with uv if it is there, else venv, else pip into a bare venv."""
    STAMP.unlink(missing_ok=True)
    target = ["-q", "-c", str(CONSTRAINTS), "-e", requirement]
    uv = shutil.which("uv")
    if uv:
        run([uv, "venv", "-q", "--allow-existing", "--python", sys.executable, str(VENV)])
        run([uv, "pip", "install", "--python", str(PYTHON), *target])
    elif importlib.util.find_spec("ensurepip"):
        if not PYTHON.exists():
            run([sys.executable, "-m", "venv", str(VENV)])
        run([str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", *target])
    else:
        if not PYTHON.exists():
            run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
        run([sys.executable, "-m", "pip", "--python", str(PYTHON), "install", *target])


def run(command: list[str]) -> None:
    # A virtual environment around us must not redirect pip into itself.
    clean = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run(command, cwd=ROOT, env=clean, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

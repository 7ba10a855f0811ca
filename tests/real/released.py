"""Released projects as they came from the package index, and environments to run them in: fetched once, then kept.

Everything lies in one directory of the user's cache. A file is trusted by its digest and an environment by its stamp, so
that a download or an installation that was broken off is made again.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_BUILDERS = ("setuptools==79.0.1", "wheel==0.45.1")


@dataclass(frozen=True)
class Release:
    """A source distribution; `sha256` is what its archive must be, byte for byte."""

    name: str
    version: str
    sha256: str

    @property
    def archive(self) -> str:
        return f"{self.name}-{self.version}.tar.gz"


def unpacked(release: Release, store: Path, into: Path) -> Path:
    """Unpack a release below `into`, downloading it if `store` does not have it; returns its directory."""
    with tarfile.open(_archive(release, store)) as archive:
        archive.extractall(into, filter="data")
    return into / f"{release.name}-{release.version}"


def environment(requirements: Sequence[str], store: Path) -> Path:
    """Return the interpreter of a virtual environment that holds `requirements`, made once for this Python."""
    digest = hashlib.sha256("\n".join((sys.version, sys.prefix, *requirements)).encode()).hexdigest()[:12]
    place = store / f"environment-{digest}"
    python, stamp = place / "bin" / "python", place / "complete"
    if not stamp.exists():
        _run(sys.executable, "-m", "venv", "--clear", str(place))
        _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)
        stamp.touch()
    return python


def _archive(release: Release, store: Path) -> Path:
    place = store / release.archive
    if not place.exists() or _digest(place) != release.sha256:
        # pip asks an archive for its metadata and builds it for that: the builders stand ready, nothing else is fetched.
        python = environment(_BUILDERS, store)
        with tempfile.TemporaryDirectory(dir=store) as directory:
            words = ("--no-deps", "--ignore-requires-python", "--no-build-isolation", "--no-binary", release.name)
            wanted = f"{release.name}=={release.version}"
            _run(str(python), "-m", "pip", "download", "--quiet", *words, "--dest", directory, wanted)
            Path(directory, release.archive).replace(place)
    found = _digest(place)
    assert found == release.sha256, f"{release.archive} is another archive than the one this test knows: {found}"
    return place


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run(*command: str) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}\n{ended.stderr}"

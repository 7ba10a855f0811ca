"""What the tests of this room share: a bench in a temporary directory, and a short way to fill it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from workbench.gates.bench import Bench


@pytest.fixture(scope="session")
def pycache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bytecode of pytest itself, compiled once; every test's sandbox has a path of its own in it."""
    return tmp_path_factory.mktemp("pycache")


@pytest.fixture
def bench(tmp_path: Path, pycache: Path) -> Bench:
    sandbox, scratch = tmp_path / "sandbox", tmp_path / "scratch"
    sandbox.mkdir()
    scratch.mkdir()
    env = {
        "PATH": os.defpath,
        "PYTHONPATH": str(sandbox),
        "PYTHONPYCACHEPREFIX": str(pycache),
        # The plugins of our own environment are no part of what is tested here.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return Bench(sandbox, Path(sys.executable), env, scratch, (), {})


@pytest.fixture
def fill(bench: Bench) -> Callable[..., None]:
    """Write files into the sandbox, by path."""

    def write(files: Mapping[str, str]) -> None:
        for path, text in files.items():
            place = bench.sandbox / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)

    return write

"""Writes plan files and makes violations for the tests of this room."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.planning.planfile import load
from workbench.planning.spec import PlanSpec

Write = Callable[[str], Path]
Spec = Callable[[str], PlanSpec]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """`write(text)` puts a plan file on disk and returns its path."""

    def put(text: str) -> Path:
        path = tmp_path / "plans" / "some.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return put


@pytest.fixture
def spec(write: Write) -> Spec:
    """`spec(text)` reads a plan file that holds `name` and `text`."""
    return lambda text: load(write(f'name = "some"\n{text}'))

"""Writes the sample into a folder: the same bytes on every run, machine and Python."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from workbench.demo.tree import pages

PLAN = "plans/websocket-ssot.toml"


def generate(directory: Path) -> None:
    """Write the whole sample into `directory`, made where it is missing; files already there are overwritten."""
    _write(directory / PLAN, plan_file())
    for page in pages():
        _write(directory / page.path, page.content)


def plan_file() -> bytes:
    """Return the plan of the sample: from the package data of a wheel, or from `plans/` of a clone."""
    packed = files("workbench.demo") / "data" / PLAN
    if packed.is_file():
        return packed.read_bytes()
    return (Path(__file__).parents[2] / PLAN).read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)

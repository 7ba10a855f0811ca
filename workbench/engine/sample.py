"""Turns a directory of generated files into the repository the demo works on."""

from __future__ import annotations

from pathlib import Path

from workbench.repo.create import create_repository


def commit_sample(directory: Path, *, when: int) -> str:
    """Commit all files of `directory` on a new branch `main`, dated `when` (UTC seconds); returns the commit id."""
    return create_repository(directory, message="A product before its migration", when=when)

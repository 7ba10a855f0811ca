"""Tells a program that came with a repository's files from one that somebody installed beside them."""

from __future__ import annotations

from pathlib import Path

from workbench.repo.encoding import text
from workbench.repo.repository import Repository


def is_tracked(repo: Repository, program: Path) -> bool:
    """Say whether git tracks the program, or anything in the environment around it, or a link that leads there.

    The environment is what holds the program's directory: `.venv` for `.venv/bin/python`.
    """
    if repo.root is None:
        return False
    root = repo.root.resolve()
    return any(_in_index(repo, root, place) for place in (program, program.resolve()))


def _in_index(repo: Repository, root: Path, place: Path) -> bool:
    try:
        inside = place.relative_to(root)
    except ValueError:
        return False
    steps = [one.as_posix() for one in (inside, *inside.parents) if one.parts]
    around = inside.parent.parent
    listed = text(repo.git.ask("ls-files", "-z", "--", *steps).out).split("\0")[:-1]
    return any(path in steps or (around.parts and Path(path).is_relative_to(around)) for path in listed)

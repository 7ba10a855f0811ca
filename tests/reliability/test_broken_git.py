"""git dies, fails, cannot write or takes its time, at any of its calls: no answer of it is mistaken for another.

The run stops with exit 5, or goes on; brought to its end with a git that works, it is the one nobody disturbed.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reliability.broken_git import MISHAPS, BrokenGit
from tests.reliability.conftest import Undisturbed
from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, QuickPlace, ended_well, quickly, to_its_end

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
EACH_PUSH, PARTS = 7, 3


@pytest.fixture(scope="session")
def calls(forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How often the undisturbed run calls git."""
    where = tmp_path_factory.mktemp("counted")
    git = BrokenGit(where / "bin", "none", 0)
    assert with_git(quickly(where, forker), git).workbench("run", "small").code == 1
    return git.calls()


def with_git(place: QuickPlace, git: BrokenGit) -> QuickPlace:
    return replace(place, path=[f"{git.directory}{os.pathsep}{os.environ['PATH']}"])


def broken(where: Path, forker: Forker, calm: Undisturbed, git: BrokenGit) -> None:
    place = quickly(where, forker)
    was = before(place)
    ended = with_git(place, git).workbench("run", "small")
    ended_well(ended)
    assert ended.code in (1, 5), ended
    place.quiet()
    assert before(place) == was
    assert to_its_end(place) == calm.head
    hold(place, was)


@pytest.mark.parametrize("number", range(EACH_PUSH))
def test_a_git_that_breaks_at_some_call(
    number: int, forker: Forker, calm: Undisturbed, calls: int, tmp_path: Path
) -> None:
    at = random.Random(SEED).sample(range(1, calls + 1), EACH_PUSH)[number]
    mishap = [*MISHAPS][number % len(MISHAPS)]
    broken(tmp_path, forker, calm, BrokenGit(tmp_path / "bin", mishap, at, lasting=number % 3 == 2))


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_git_that_breaks_at_every_call(
    mishap: str, part: int, forker: Forker, calm: Undisturbed, calls: int, tmp_path: Path
) -> None:
    for at in range(1 + part, calls + 1, PARTS):
        git = BrokenGit(tmp_path / f"bin-{at}", mishap, at, lasting=at % 2 == 0)
        broken(tmp_path / str(at), forker, calm, git)

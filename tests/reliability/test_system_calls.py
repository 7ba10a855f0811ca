"""git is killed between any two changes it makes on the disk; the run is brought to the end nobody disturbed.

Needs strace, and leave to use it; without, these tests are skipped. Every push kills at two calls, `-m nightly` at all.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reliability.conftest import Undisturbed
from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, QuickPlace, ended_well, quickly, to_its_end
from tests.reliability.traced_git import Call, TracedGit, can_trace

pytestmark = pytest.mark.skipif(not can_trace(), reason="strace is not there, or may not trace")
SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
EACH_PUSH, PARTS = 2, 20


@pytest.fixture(scope="session")
def calls(forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """The calls of every git of the undisturbed run that change something."""
    where = tmp_path_factory.mktemp("traced")
    git = TracedGit(where / "bin")
    assert with_git(quickly(where, forker), git).workbench("run", "small").code == 1
    return [*git.calls()]


def with_git(place: QuickPlace, git: TracedGit) -> QuickPlace:
    return replace(place, path=[f"{git.directory}{os.pathsep}{os.environ['PATH']}"])


def killed(where: Path, forker: Forker, calm: Undisturbed, call: Call) -> None:
    """Run with a git that dies at a call; finish with one that lives."""
    place = quickly(where, forker)
    was = before(place)
    ended = with_git(place, TracedGit(where / "bin", call)).workbench("run", "small")
    ended_well(ended)
    assert ended.code in (1, 5), (call, ended)
    place.quiet()
    assert before(place) == was, call
    assert to_its_end(place) == calm.head, call
    hold(place, was)


@pytest.mark.parametrize("number", range(EACH_PUSH))
def test_a_git_killed_at_some_system_call(
    number: int, forker: Forker, calm: Undisturbed, calls: list[Call], tmp_path: Path
) -> None:
    killed(tmp_path, forker, calm, random.Random(SEED).sample(calls, EACH_PUSH)[number])


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_a_git_killed_at_every_system_call(
    part: int, forker: Forker, calm: Undisturbed, calls: list[Call], tmp_path: Path
) -> None:
    assert len(calls) > 100
    for number, call in enumerate(calls[part::PARTS]):
        killed(tmp_path / str(number), forker, calm, call)
        print(f"{call} of {len(calls)} calls", flush=True)

"""Killed at any instant, and killed again while it recovers: the run ends as the undisturbed one, and nothing is lost.

Every push kills at a part of the instants, another part with every seed; `-m nightly` kills at all of them, and twice.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.reliability.oracle import before, hold
from tests.reliability.story import FILES, Place, settled

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
EACH_PUSH = 8
# The instants of the undisturbed run of the story, in order; `test_the_instants_are_those_of_the_run` keeps them true.
PART = {name: content for name, content in FILES.items() if name != "app/c.py"}


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tuple[str, int]], list[tuple[str, str]]]:
    """The instants of the run that nobody disturbs, each with how often it was passed, and the commits it makes."""
    where = tmp_path_factory.mktemp("undisturbed")
    place = settled(where, PART)
    assert place.workbench("run", "small", fault=f"trace:{where / 'points'}").code == 1
    seen: Counter[str] = Counter()
    instants = []
    for name in Path(where, "points").read_text().split():
        seen[name] += 1
        instants.append((name, seen[name]))
    return instants, commits(place)


def commits(place: Place) -> list[tuple[str, str]]:
    """Return the trees and subjects on the run branch, oldest first."""
    told = place.git("log", "--reverse", "--format=%T %s", "main..workbench/small")
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in told.splitlines()]


def brought_to_its_end(place: Place) -> None:
    """Resume until there is nothing to resume; a run that was never begun is begun."""
    ended = place.workbench("resume")
    if "no run is under way" in ended.err:
        ended = place.workbench("run", "small")
    assert ended.code == 1, ended.err


def killed(place: Place, instant: tuple[str, int], *words: str) -> bool:
    """Run a command and have it killed at an instant; return whether it came to that."""
    name, count = instant
    return place.workbench(*words, fault=f"{name}:{count}").code == -9


@pytest.mark.parametrize("number", range(EACH_PUSH))
def test_a_run_killed_at_some_instant(number: int, undisturbed, tmp_path: Path) -> None:
    instants, expected = undisturbed
    chosen = random.Random(SEED).sample(range(len(instants)), EACH_PUSH)[number]
    _killed_once(tmp_path, instants[chosen], expected)


@pytest.mark.nightly
def test_a_run_killed_at_every_instant(undisturbed, tmp_path: Path) -> None:
    instants, expected = undisturbed
    for number, instant in enumerate(instants):
        _killed_once(tmp_path / str(number), instant, expected)


@pytest.mark.nightly
def test_a_run_killed_and_killed_again_while_it_recovers(undisturbed, tmp_path: Path) -> None:
    instants, expected = undisturbed
    dice = random.Random(SEED)
    for number in range(40):
        place = settled(tmp_path / str(number), PART)
        was = before(place)
        first, second = dice.choice(instants), dice.choice(instants)
        assert killed(place, first, "run", "small")
        killed(place, second, "resume")
        brought_to_its_end(place)
        assert commits(place) == expected, (SEED, first, second)
        hold(place, was)


def _killed_once(where: Path, instant: tuple[str, int], expected: list[tuple[str, str]]) -> None:
    place = settled(where, PART)
    was = before(place)
    assert killed(place, instant, "run", "small"), instant
    assert before(place) == was, "what is the user's is untouched while a dead run lies there"
    brought_to_its_end(place)
    assert commits(place) == expected, instant
    hold(place, was)

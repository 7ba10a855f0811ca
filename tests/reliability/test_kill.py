"""Killed at any instant, and killed again while it recovers: the run ends as the undisturbed one, and nothing is lost.

Every push kills at each of the instants, and again at one that the seed chooses; `-m nightly` tries many more pairs.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from tests.reliability.conftest import Undisturbed
from tests.reliability.oracle import before, hold
from tests.reliability.quick import PART, Forker, quickly, to_its_end
from tests.reliability.story import Place, settled

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
PARTS, PAIRS_IN_A_PART = 10, 60

Instant = tuple[str, int]
"""A named instant, and the how many-th time it is passed."""


@pytest.fixture(scope="session")
def instants(forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> list[Instant]:
    """The instants of the run that nobody disturbs, in order."""
    where = tmp_path_factory.mktemp("undisturbed")
    assert quickly(where, forker).workbench("run", "small", fault=f"trace:{where / 'points'}").code == 1
    seen: Counter[str] = Counter()
    passed = []
    for name in Path(where, "points").read_text().split():
        seen[name] += 1
        passed.append((name, seen[name]))
    return passed


def killed(place: Place, instant: Instant, *words: str) -> bool:
    """Run a command and have it killed at an instant; return whether it came to that."""
    name, count = instant
    return place.workbench(*words, fault=f"{name}:{count}").code == -9


def killed_twice(where: Path, forker: Forker, calm: Undisturbed, first: Instant, second: Instant) -> None:
    place = quickly(where, forker)
    was = before(place)
    assert killed(place, first, "run", "small"), first
    assert before(place) == was, "what is the user's is untouched while a dead run lies there"
    killed(place, second, "resume")
    assert to_its_end(place) == calm.head, (SEED, first, second)
    hold(place, was)


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_every_instant_and_again_while_it_recovers(
    part: int, instants: list[Instant], forker: Forker, calm: Undisturbed, tmp_path: Path
) -> None:
    assert len(instants) >= 60
    dice = random.Random(f"{SEED} {part}")
    for number, first in enumerate(instants[part::PARTS]):
        killed_twice(tmp_path / str(number), forker, calm, first, dice.choice(instants))


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_twice_at_many_pairs_of_instants(
    part: int, instants: list[Instant], forker: Forker, calm: Undisturbed, tmp_path: Path
) -> None:
    dice = random.Random(f"{SEED} {part} pairs")
    for number in range(PAIRS_IN_A_PART):
        killed_twice(tmp_path / str(number), forker, calm, dice.choice(instants), dice.choice(instants))


def test_a_command_that_starts_as_users_start_it(instants: list[Instant], tmp_path: Path) -> None:
    """A program of its own, with workers that import everything: killed, resumed, and at the same trees."""
    calm, place = settled(tmp_path / "calm", PART), settled(tmp_path / "struck", PART)
    was = before(place)
    assert calm.workbench("run", "small").code == 1
    assert killed(place, random.Random(SEED).choice(instants), "run", "small")
    assert to_its_end(place) == place.git("rev-parse", "workbench/small")
    assert commits(place) == commits(calm)
    hold(place, was)


def commits(place: Place) -> list[str]:
    """Return the trees and subjects on the run branch."""
    return place.git("log", "--format=%T %s", "main..workbench/small").splitlines()

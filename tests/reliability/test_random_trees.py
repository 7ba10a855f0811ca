"""Whatever the repository and the plan: what is rolled back is the tree that was there, and nothing else moved."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, QuickPlace
from tests.reliability.random_trees import planted

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
EACH_PUSH, PARTS, IN_A_PART = 5, 10, 100
BRANCH = "workbench/small"


def tree(place: QuickPlace, rev: str) -> str:
    return place.git("rev-parse", f"{rev}^{{tree}}")


def taken_back(place: QuickPlace, target: str, *words: str) -> dict[str, Any]:
    ended = place.workbench("--json", "rollback", target, *words)
    assert ended.code == 0, ended
    told: dict[str, Any] = json.loads(ended.out)
    assert told["verified"]
    assert told["expected_tree"] == told["actual_tree"] == tree(place, BRANCH)
    return told


def story(where: Path, forker: Forker, seed: str) -> int:
    """Run a random plan on a random repository, take some of it back, then all; return how many batches were kept."""
    dice = random.Random(seed)
    place = planted(where, forker, dice)
    was = before(place)
    ended = place.workbench("--json", "run", "small")
    assert ended.code in (0, 1), (seed, ended)
    run = json.loads(ended.out)
    kept = [one for one in run["batches"] if one["state"] in ("kept", "split")]
    assert before(place) == was, seed
    if kept:
        commits = place.git("rev-list", "--reverse", f"main..{BRANCH}").split()
        assert commits == [one["commit"] for one in kept], seed
        back = revert if dice.random() < 0.4 else rollback
        back(place, run["run"], kept, dice)
    assert tree(place, BRANCH) == tree(place, "main"), seed
    hold(place, was)
    return len(kept)


def rollback(place: QuickPlace, run: str, kept: list[dict[str, Any]], dice: random.Random) -> None:
    """Take a batch or a phase off, and what is left after it; then all the rest, in one of its names."""
    some = dice.choice([*(one["id"] for one in kept), *(one["priority"] for one in kept)])
    first = next(one for one in kept if some in (one["id"], one["priority"]))
    savepoint = place.git("rev-parse", f"{first['commit']}^")
    taken_back(place, some)
    assert place.git("rev-parse", BRANCH) == savepoint
    if first is not kept[0]:
        taken_back(place, dice.choice(["all", run]))
    assert place.git("rev-parse", BRANCH) == place.git("rev-parse", "main")


def revert(place: QuickPlace, run: str, kept: list[dict[str, Any]], dice: random.Random) -> None:
    """Undo the last batch by a commit, then all the rest."""
    if len(kept) > 1 and dice.random() < 0.5:
        taken_back(place, kept[-1]["id"], "--revert")
        assert tree(place, BRANCH) == tree(place, kept[-2]["commit"])
    taken_back(place, dice.choice(["all", run]), "--revert")


@pytest.mark.parametrize("part", range(EACH_PUSH))
def test_what_is_taken_back_is_what_was_there(part: int, forker: Forker, tmp_path: Path) -> None:
    numbers = range(part, 100, EACH_PUSH)
    kept = sum(story(tmp_path / str(number), forker, f"{SEED} {number}") for number in numbers)
    assert kept > 0


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_on_many_trees(part: int, forker: Forker, tmp_path: Path) -> None:
    kept = 0
    for number in range(IN_A_PART):
        kept += story(tmp_path / str(number), forker, f"{SEED} {part} {number}")
        print(f"seed {SEED} {part} {number}: {kept} batches", flush=True)
    assert kept > 0

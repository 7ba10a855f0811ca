"""Commands that come while another is at work are refused, or read, or wait their turn; none of them hurts the run."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from tests.reliability.conftest import Undisturbed
from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, QuickPlace, quickly, to_its_end

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
WRITERS = (
    ("run", "small"),
    ("resume",),
    ("abort",),
    ("rollback", "all"),
    ("gates", "small", "--run"),
    ("plan", "small"),
    ("land", "small", "--into", "elsewhere"),
)
READERS = (("status",), ("verify",), ("log",))
WRITES, READS = (0, 1, 2, 3), (0, 2)
"""Exit codes: 2 where there is no run yet, or none any more."""
HELD = ("workbench is at work here", "another workbench is starting here", "the workbench that worked here")
PARTS, RACES = 5, 100


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Forker]]:
    made = [Forker(tmp_path_factory.mktemp("shelf")) for _ in range(2)]
    yield made
    for one in made:
        one.close()


def races(where: Path, forker: Forker, others: list[Forker], calm: Undisturbed, seed: str) -> Counter[str]:
    """Start a run, and others beside it until it ends, at random moments; return how many were refused, and by whom."""
    place = quickly(where, forker)
    place.git("branch", "elsewhere")
    was, over = before(place), Event()
    lanes = [replace(place, forker=one, lane=f"-{number}") for number, one in enumerate(others)]
    with ThreadPoolExecutor(len(lanes)) as pool:
        told = [pool.submit(intrude, lane, random.Random(f"{seed} {lane.lane}"), over) for lane in lanes]
        try:
            while (ended := place.workbench("run", "small")).code == 3:
                pass
        finally:
            over.set()
        seen = sum((one.result() for one in told), Counter[str]())
    assert ended.code == 1, (seed, ended)
    assert before(place) == was, seed
    assert to_its_end(place) == calm.head, seed
    hold(place, was)
    return seen


def intrude(lane: QuickPlace, dice: random.Random, over: Event) -> Counter[str]:
    """Give one command after the other; hold each against what may be said while somebody else is at work."""
    seen: Counter[str] = Counter()
    for number in count():
        if over.is_set():
            return seen
        time.sleep(dice.uniform(0, 0.1))
        words = dice.choice(WRITERS if dice.random() < 0.8 else READERS)
        ended = lane.workbench(*words, name=f"landing{lane.lane}-{number}" if words[0] == "land" else "one")
        assert "Traceback" not in ended.err, (words, ended)
        # Between the run and its repetition the lock is free, and a command may do what it is for.
        assert ended.code in (WRITES if words in WRITERS else READS), (words, ended)
        held = ended.code == 3 and any(told in ended.err for told in HELD)
        seen[f"{words[0]} {'refused' if held else ended.code}"] += 1
    raise AssertionError("unreachable")


def refused(seen: Counter[str]) -> int:
    return sum(times for what, times in seen.items() if what.endswith(" refused"))


def test_while_one_is_at_work_others_are_refused(
    forker: Forker, others: list[Forker], calm: Undisturbed, tmp_path: Path
) -> None:
    seen: Counter[str] = Counter()
    for number in count():
        seen += races(tmp_path / str(number), forker, others, calm, f"{SEED} {number}")
        if refused(seen) >= 20:
            break


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_500_races(part: int, forker: Forker, others: list[Forker], calm: Undisturbed, tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for number in count():
        seen += races(tmp_path / str(number), forker, others, calm, f"{SEED} {part} {number}")
        if refused(seen) >= RACES:
            break
    print(f"seed {SEED} {part}: {number + 1} runs, {sorted(seen.items())}", flush=True)

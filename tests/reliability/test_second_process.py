"""A second command that comes while a run is at work is refused, one that only reads answers; neither hurts the run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, quickly, to_its_end

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
OTHERS = (("run", "small"), ("resume",), ("abort",), ("rollback", "all"), ("retry", "small"))
READERS = (("status",), ("verify",), ("log",))


def races(where: Path, forker: Forker, count: int, seed: int) -> tuple[int, int]:
    """Start one run, and others until it ends, at random moments; return how many were refused, and how many read."""
    dice = random.Random(seed)
    place = quickly(where, forker)
    was = before(place)
    command = [sys.executable, "-m", "workbench", "-C", str(place.root), "run", "small"]
    first = subprocess.Popen(command, env=place.environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lock = place.root / ".git/workbench/ledger.db"
    while first.poll() is None and not lock.exists():
        time.sleep(0.01)
    refused = read = 0
    for number in range(count):
        words = dice.choice(OTHERS if number % 2 == 0 else READERS)
        ended = place.workbench(*words, name=f"other-{number}")
        if first.poll() is not None:
            break
        assert "Traceback" not in ended.err and ended.code != 70, (words, ended)
        if words in OTHERS:
            assert (ended.code, "nothing was changed" in ended.err) == (3, True), (words, ended)
            refused += 1
        else:
            read += 1
    assert first.wait(timeout=100) == 1, "the first run ends as if it had been alone"
    to_its_end(place)
    assert place.git("rev-list", "--count", "main..workbench/small") == "1"
    hold(place, was)
    return refused, read


def test_while_one_runs_others_are_refused(forker: Forker, tmp_path: Path) -> None:
    refused, read = races(tmp_path, forker, 20, SEED)
    assert refused > 0 and read > 0


@pytest.mark.nightly
def test_500_races(forker: Forker, tmp_path: Path) -> None:
    refused = 0
    for number in range(500):
        refused += races(tmp_path / str(number), forker, 60, SEED + number)[0]
        if refused >= 500:
            break
    assert refused >= 500

"""SIGKILL at a random moment: workbench alone, its process group, all that it started, or one child and not it.

The seed chooses kinds and moments; what lies at a moment is the machine's, so the seed repeats a story only roughly.
"""

from __future__ import annotations

import os
import random
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.reliability.at_work import AtWork, at_work
from tests.reliability.conftest import Undisturbed
from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, ended_well, quickly, to_its_end

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
KINDS = ("tool", "group", "everything", "child")
PARTS, IN_A_PART = 10, 25
AGAIN = 0.4


@pytest.fixture(scope="session")
def seconds(forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long a run takes here when nobody disturbs it."""
    place = quickly(tmp_path_factory.mktemp("timed"), forker)
    began = time.monotonic()
    assert place.workbench("run", "small").code == 1
    return time.monotonic() - began


def strike(kind: str, running: AtWork, dice: random.Random) -> None:
    """Kill; what is gone by then stays as it is."""
    below = sorted(running.started(), key=lambda one: one.pid)
    with suppress(psutil.Error, ProcessLookupError):
        if kind == "child":
            if below:
                dice.choice(below).kill()
            return
        if kind == "group":
            os.killpg(running.process.pid, 9)
        running.process.kill()
    for one in below if kind == "everything" else ():
        with suppress(psutil.Error):
            one.kill()


def story(where: Path, forker: Forker, calm: Undisturbed, kind: str, seed: str, seconds: float) -> int:
    """Strike a run, and most often once, sometimes again while it recovers; return how many died of it."""
    dice = random.Random(seed)
    place = quickly(where, forker)
    was = before(place)
    words, died, again = ("run", "small"), 0, True
    while again:
        moment = dice.uniform(0, seconds)
        with at_work(place, *words) as running:
            time.sleep(moment)
            if not running.is_done():
                strike(kind, running, dice)
            ended = running.ended()
        died += ended.code == -9
        if ended.code != -9 and "no run is under way" not in ended.err:
            ended_well(ended)
        place.quiet()
        assert before(place) == was, (seed, words, moment)
        words, again = ("resume",), dice.random() < AGAIN
    assert to_its_end(place) == calm.head, (seed, moment)
    hold(place, was)
    return died


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_a_random_moment(
    kind: str, forker: Forker, calm: Undisturbed, seconds: float, tmp_path: Path
) -> None:
    story(tmp_path, forker, calm, kind, f"{SEED} {kind}", seconds)


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_many_random_moments(
    kind: str, part: int, forker: Forker, calm: Undisturbed, seconds: float, tmp_path: Path
) -> None:
    died = 0
    for number in range(IN_A_PART):
        died += story(tmp_path / str(number), forker, calm, kind, f"{SEED} {kind} {part} {number}", seconds)
    print(f"{kind}: {IN_A_PART} stories, seeds {SEED} {kind} {part} 0..{IN_A_PART - 1}, {died} deaths")  # noqa: T201
    assert kind == "child" or died > 0

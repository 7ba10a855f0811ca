"""SIGKILL at a random moment: workbench alone, its process group, all that it started, or one child and not it.

The seed chooses the moment: so many named instants later, and a part of a second; that is the machine's to repeat.
"""

from __future__ import annotations

import os
import random
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.reliability.at_work import AtWork, at_work, wait_for
from tests.reliability.conftest import Undisturbed
from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, ended_well, quickly, to_its_end

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
KINDS = ("tool", "group", "everything", "child")
EACH_PUSH, PARTS, IN_A_PART = 8, 10, 25
AGAIN = 0.4
INSTANTS = 90
"""A run passes a few more."""


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


def passed(trace: Path) -> int:
    """Return how many named instants the command has passed."""
    return trace.read_text().count("\n") if trace.exists() else 0


def story(where: Path, forker: Forker, calm: Undisturbed, kind: str, seed: str) -> int:
    """Strike a run, and most often once, sometimes again while it recovers; return how many died of it."""
    dice = random.Random(seed)
    place = quickly(where, forker)
    was = before(place)
    words, died, again, trace = ("run", "small"), 0, True, where / "trace"
    while again:
        instants, moment = dice.randrange(INSTANTS), dice.uniform(0, 0.05)
        with at_work(place, *words, fault=f"trace:{trace}") as running:
            wait_for(lambda: passed(trace) >= instants or running.is_done())  # noqa: B023  it ends with the round
            time.sleep(moment)
            if not running.is_done():
                strike(kind, running, dice)
            ended = running.ended()
        died += ended.code == -9
        if ended.code != -9 and "no run is under way" not in ended.err:
            ended_well(ended)
        place.quiet()
        trace.unlink(missing_ok=True)
        assert before(place) == was, (seed, words, instants)
        words, again = ("resume",), dice.random() < AGAIN
    assert to_its_end(place) == calm.head, seed
    hold(place, was)
    return died


@pytest.mark.parametrize("number", range(EACH_PUSH))
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_a_random_moment(kind: str, number: int, forker: Forker, calm: Undisturbed, tmp_path: Path) -> None:
    story(tmp_path, forker, calm, kind, f"{SEED} {kind} {number}")


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_many_random_moments(kind: str, part: int, forker: Forker, calm: Undisturbed, tmp_path: Path) -> None:
    died = 0
    for number in range(IN_A_PART):
        seed = f"{SEED} {kind} {part} {number}"
        deaths = story(tmp_path / str(number), forker, calm, kind, seed)
        print(f"seed {seed}: {deaths} deaths", flush=True)
        died += deaths
    assert kind == "child" or died > 0

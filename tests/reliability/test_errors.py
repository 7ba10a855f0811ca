"""The disk is full, a file may not be written, no process can be started: at any act of a run, once or from then on.

The command ends with a word of its own; brought to its end afterwards, the run is the one nobody disturbed, commit by
commit. Every push strikes at some acts, others with another `WORKBENCH_SEED`; `-m nightly` at all of them.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.reliability.conftest import Undisturbed
from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, QuickPlace, Strike, ended_well, quickly, to_its_end
from tests.reliability.strike import ERRORS

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
EACH_PUSH, PARTS = 30, 10


def struck(where: Path, forker: Forker, calm: Undisturbed, strike: Strike) -> None:
    """Run, struck once; finish; and hold the end against the undisturbed one."""
    place = quickly(where, forker)
    was = before(place)
    ended = place.workbench("run", "small", strike=strike)
    if strike.how == "KILL":
        assert ended.code == -9, strike
    else:
        ended_well(ended)
    place.quiet()
    assert before(place) == was, strike
    assert to_its_end(place) == calm.head, strike
    hold(place, was)


def strikes(seed: int, acts: int, count: int) -> list[Strike]:
    """Draw strikes at different acts, with every error in turn, every other one lasting."""
    chosen = random.Random(seed).sample(range(1, acts + 1), count)
    return [Strike(at, ERRORS[number % len(ERRORS)], lasting=number % 2 == 1) for number, at in enumerate(chosen)]


@pytest.mark.parametrize("number", range(EACH_PUSH))
def test_an_error_at_some_act(number: int, forker: Forker, calm: Undisturbed, tmp_path: Path) -> None:
    struck(tmp_path, forker, calm, strikes(SEED, calm.acts, EACH_PUSH)[number])


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_an_error_at_every_act(part: int, lasting: bool, forker: Forker, calm: Undisturbed, tmp_path: Path) -> None:
    for at in range(1 + part, calm.acts + 1, PARTS):
        how = ERRORS[(at + at // len(ERRORS) * lasting + SEED) % len(ERRORS)]
        struck(tmp_path / str(at), forker, calm, Strike(at, how, lasting=lasting))


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_a_kill_at_every_act(part: int, forker: Forker, calm: Undisturbed, tmp_path: Path) -> None:
    for at in range(1 + part, calm.acts + 1, PARTS):
        struck(tmp_path / str(at), forker, calm, Strike(at, "KILL"))


# The ledger of the whole run takes about this many pages; the story says when it takes more.
PAGES = (10, 25, 60)


def full(where: Path, forker: Forker, calm: Undisturbed, pages: int) -> bool:
    """Run with a ledger that may not grow beyond some pages; return whether that stopped the run."""
    place: QuickPlace = quickly(where, forker)
    was = before(place)
    ended = place.workbench("run", "small", pages=pages)
    ended_well(ended)
    assert ended.code == 1 or (ended.code == 5 and "full" in ended.err), ended
    assert to_its_end(place) == calm.head, pages
    hold(place, was)
    return ended.code == 5


@pytest.mark.parametrize("pages", PAGES)
def test_a_disk_that_is_full_at_some_page_of_the_ledger(
    pages: int, forker: Forker, calm: Undisturbed, tmp_path: Path
) -> None:
    full(tmp_path, forker, calm, pages)


@pytest.mark.nightly
def test_a_disk_that_is_full_at_every_page_of_the_ledger(forker: Forker, calm: Undisturbed, tmp_path: Path) -> None:
    pages = 1
    while full(tmp_path / str(pages), forker, calm, pages):
        pages += 1
    assert pages > 20

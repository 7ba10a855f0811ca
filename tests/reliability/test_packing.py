"""The user's own git collects garbage and packs refs, over and over, beside a run, its kill and its recovery."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.reliability.conftest import Undisturbed
from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, QuickPlace, ended_well, quickly, to_its_end

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
EACH_PUSH, NIGHTLY = 3, 40
INSTANTS = ("sandbox", "ref.cand", "ref.branch", "ref.base", "ledger.KeepDecided", "ledger.BatchStarted", "unpin")
# Not `gc --prune=now`: git's manual says that this may take what another process is about to use.
PACKING = "while ! [ -e '{over}' ]; do git -C '{root}' {command} || exit; done"
COMMANDS = ("pack-refs --all --prune", "gc --quiet")


@contextmanager
def packing(place: QuickPlace, command: str, over: Path) -> Iterator[None]:
    """Have git do it again and again."""
    script = PACKING.format(over=over, root=place.root, command=command)
    packer = subprocess.Popen(["sh", "-c", script], env=place.environ(), stderr=subprocess.PIPE, text=True)
    try:
        yield
    finally:
        over.touch()
        _, said = packer.communicate()
    assert packer.returncode == 0, said


def story(where: Path, forker: Forker, calm: Undisturbed, command: str, seed: str) -> None:
    dice, place = random.Random(seed), quickly(where, forker)
    was = before(place)
    with packing(place, command, where / "over"):
        instant = f"{dice.choice(INSTANTS)}.{dice.choice(('before', 'after'))}:{dice.randint(1, 2)}"
        ended = place.workbench("run", "small", fault=instant)
        if ended.code != -9:
            ended_well(ended)
        place.quiet()
        assert to_its_end(place) == calm.head, (seed, ended)
    hold(place, was)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("number", range(EACH_PUSH))
def test_a_run_beside_a_git_that_packs(
    number: int, command: str, forker: Forker, calm: Undisturbed, tmp_path: Path
) -> None:
    story(tmp_path / "one", forker, calm, command, f"{SEED} {command} {number}")


@pytest.mark.nightly
@pytest.mark.parametrize("command", COMMANDS)
def test_many_runs_beside_a_git_that_packs(command: str, forker: Forker, calm: Undisturbed, tmp_path: Path) -> None:
    for number in range(NIGHTLY):
        story(tmp_path / str(number), forker, calm, command, f"{SEED} many {command} {number}")

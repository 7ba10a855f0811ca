"""A writer is killed at every system call by which SQLite changes the disk: nothing acknowledged is lost.

Needs strace, and leave to use it; without, these tests are skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_stories import RUN, ticking
from struck_writer import AT, STEPS, strace, write

from tests.reliability.traced_git import can_trace
from workbench.ledger.ledger import Ledger

pytestmark = pytest.mark.skipif(not can_trace(), reason="strace is not there, or may not trace")


class Writers:
    """The program under strace whose forks write."""

    def __init__(self, place: Path) -> None:
        self._program = subprocess.Popen(strace(place), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def write(self, path: Path, steps: range, name: str, k: int) -> tuple[list[int], int]:
        """Open a ledger, write steps, and be killed at a call; return what was acknowledged, and how it ended."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        request = (path, steps.start, steps.stop, name, k)
        self._program.stdin.write(json.dumps([str(one) for one in request]) + "\n")
        self._program.stdin.flush()
        told = []
        while not (line := self._program.stdout.readline()).startswith("ended "):
            told.append(int(line))
        return told, int(line.split()[1])

    def close(self) -> None:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.close()
        self._program.wait()
        self._program.stdout.close()


@pytest.fixture(scope="module")
def writers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writers]:
    found = Writers(tmp_path_factory.mktemp("writers"))
    yield found
    found.close()


def killed_everywhere(writers: Writers, in_memory: Path, steps: range, start: Path | None = None) -> Counter[str]:
    """Kill at the first, second, ... call of each name until a writer comes to its end; return how often."""
    kills: Counter[str] = Counter()
    state = in_memory / "state"
    for name, at in AT.items():
        for k in range(1, at):
            shutil.rmtree(state, ignore_errors=True)
            if start is not None:
                shutil.copytree(start, state)
            told, code = writers.write(state / "ledger.db", steps, name, k)
            holds(state / "ledger.db", told[-1] if told else steps.start)
            if code == 0:
                break
            assert code == -9, (name, k)
            kills[name] += 1
        else:
            pytest.fail(f"{name} is called {at} times or more")
    return kills


def holds(path: Path, acknowledged: int) -> None:
    """Open what a killed writer left: what was acknowledged is there, the step after it whole or not at all."""
    with Ledger.open(path, clock=ticking()) as ledger:
        reached = steps_in(ledger)
        assert reached in (acknowledged, acknowledged + 1)
        assert ledger.verify() == ()
        assert [*write(ledger, reached, reached + 1)] == [reached + 1][: len(STEPS) - reached]
        assert ledger.verify() == ()
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def steps_in(ledger: Ledger) -> int:
    """Return how many steps a ledger holds; it holds nothing else."""
    there = [one.event for one in ledger.events(RUN)]
    reached = next(done for done in range(len(STEPS) + 1) if sum(map(len, STEPS[:done])) >= len(there))
    assert there == [one for step in STEPS[:reached] for one in step]
    return reached


def ledger_with(place: Path, steps: int) -> Path:
    """Make a ledger with so many steps; return its directory."""
    with Ledger.open(place / "ledger.db", clock=ticking()) as ledger:
        assert len([*write(ledger, 0, steps)]) == steps
    return place


def test_a_ledger_is_made_by_a_writer_that_is_killed(writers: Writers, in_memory: Path) -> None:
    kills = killed_everywhere(writers, in_memory, range(0))
    assert kills["pwrite64"] > 30 and kills["fdatasync"] > 3 and kills["unlink"] == kills["mkdir"] == 1


def test_events_are_recorded_by_a_writer_that_is_killed(writers: Writers, in_memory: Path) -> None:
    kills = killed_everywhere(writers, in_memory, range(2, 4), ledger_with(in_memory / "start", 2))
    assert kills["pwrite64"] > 30 and kills["fdatasync"] > 7 and kills["unlink"] == 2


def test_a_journal_is_rolled_back_by_a_reader_that_is_killed(writers: Writers, in_memory: Path) -> None:
    start = ledger_with(in_memory / "start", 2)
    _, code = writers.write(start / "ledger.db", range(2, 3), "unlink", 1)  # all is written, and nothing decided
    assert code == -9
    assert (start / "ledger.db-journal").stat().st_size > 0
    kills = killed_everywhere(writers, in_memory, range(2, 2), start)
    assert kills["pwrite64"] > 5 and kills["fdatasync"] > 1 and kills["unlink"] == 1

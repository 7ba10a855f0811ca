"""When workbench is killed alone, what it had started still works: until that has ended, nobody else begins."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

from tests.reliability.at_work import at_work, wait_for
from tests.reliability.broken_git import BrokenGit
from tests.reliability.conftest import Undisturbed
from tests.reliability.oracle import before, hold
from tests.reliability.quick import PART, Forker, QuickPlace, quickly, to_its_end
from tests.reliability.story import GATE, PLAN

# The gate freezes its watcher, which would end it, and waits; but only once.
FREEZES = (
    """\
if [ -e ~/waits ]; then
    echo $PPID > ~/frozen.part
    mv ~/frozen.part ~/frozen
    kill -STOP $PPID
    rm ~/waits
    sleep 60
fi
"""
    + GATE
)


def refused(place: QuickPlace) -> None:
    ended = place.workbench("resume")
    assert (ended.code, "a program it started still runs" in ended.err) == (3, True), ended


def test_a_gate_that_outlives_us_keeps_others_out(forker: Forker, tmp_path: Path) -> None:
    plan = PLAN.replace(json.dumps(GATE), json.dumps(FREEZES))
    assert plan != PLAN
    place = quickly(tmp_path, forker, {**PART, "plans/small.toml": plan})
    was = before(place)
    (place.home / "waits").touch()
    frozen = place.home / "frozen"
    with at_work(place, "run", "small") as running:
        wait_for(lambda: frozen.exists() and not (place.home / "waits").exists())
        running.process.kill()
        assert running.ended().code == -9
    try:
        refused(place)
    finally:
        os.kill(int(frozen.read_text()), signal.SIGCONT)
    place.quiet()
    to_its_end(place)
    hold(place, was)


def test_a_git_that_outlives_us_keeps_others_out(forker: Forker, calm: Undisturbed, tmp_path: Path) -> None:
    place = quickly(tmp_path, forker)
    was = before(place)
    git = BrokenGit(tmp_path / "bin", "waits", 20)
    broken = replace(place, path=[f"{git.directory}{os.pathsep}{os.environ['PATH']}"])
    with at_work(broken, "run", "small") as running:
        wait_for(git.reached)
        running.process.kill()
        assert running.ended().code == -9
    try:
        refused(place)
    finally:
        git.let_go()
    place.quiet()
    assert to_its_end(place) == calm.head
    hold(place, was)

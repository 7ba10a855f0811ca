"""Every act of the safety protocol has an instant before it and one after it at which the process can be killed."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from tests.reliability.oracle import before, hold
from tests.reliability.story import GUARDED, Place, settled
from workbench.model.event import Event

# The steps of the protocol, and what they write.
STEPS = {
    "3 the run begins": "ledger.RunStarted",
    "3 the base is pinned": "ref.base",
    "3, 13 the run branch moves": "ref.branch",
    "4 a batch begins": "ledger.BatchStarted",
    "5-7 the candidate is made": "candidate",
    "7 the candidate is pinned": "ref.cand",
    "8 the candidate is known": "ledger.BatchCommitted",
    "9 the files lie in the sandbox": "sandbox",
    "10 a gate begins": "ledger.GateStarted",
    "11 a gate has judged": "ledger.GateJudged",
    "12 the decision": "ledger.KeepDecided",
    "14 the batch is kept": "ledger.BatchKept",
    "15 the run ends": "ledger.RunFinished",
    "15 the pin goes": "unpin",
    "F1 a file is set aside": "ledger.FileQuarantined",
    "F2 a batch is let go": "ledger.BatchDropped",
    "before a phase, one batch is rolled forth and back": "ledger.Drilled",
    "F3 a rollback begins": "ledger.RollbackStarted",
    "F3 a rollback is proven": "ledger.RolledBack",
    "L1 a landing begins": "ledger.LandStarted",
    "L8 a landing ends": "ledger.Landed",
    "the base is judged": "ledger.BaselineJudged",
    "a suite is measured": "ledger.SuiteMeasured",
    "a run goes on": "ledger.RunResumed",
    "a trigger has decided": "ledger.TriggerDecided",
    "a trigger was carried out": "ledger.TriggerFired",
    "a landing is taken back": "ledger.LandAbandoned",
    "the old ledger is kept aside": "rebuild.aside",
    "the rebuilt ledger takes its place": "rebuild.placed",
}
# Recorded only where the codemod refuses at the last moment, at Ctrl-C, or with several sandboxes.
ELSEWHERE = {"SitesBlocked", "RunInterrupted", "GateUnneeded"}


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The points that are passed from a run, killed once, to a rollback, another run, and a landing taken back once."""
    where = tmp_path_factory.mktemp("trace")
    place, trace = settled(where), f"trace:{where / 'points'}"
    was = before(place)
    assert place.workbench("run", "small", fault="ledger.BatchKept.after:1").code == -9
    assert place.workbench("resume", fault=trace).code == 1
    assert place.workbench("rollback", "P2-001", fault=trace).code == 0
    assert place.workbench("run", "small", fault=trace).code == 1
    hold(place, was)
    assert place.workbench("run", "small", "--branch", "workbench/other", fault=trace).code in (0, 1)
    (place.root / "app/old.py").unlink()
    place.git("checkout", "app/old.py")
    assert place.workbench("land", "small", fault="land.recorded:1").code == -9
    assert place.workbench("abort", fault=trace).code in (0, 1)
    assert place.workbench("land", "small", fault=trace).code == 0
    fresh = settled(where / "fresh")
    assert fresh.workbench("run", "small", fault=trace).code == 1
    assert fresh.workbench("rebuild", "--force", fault=trace).code == 1
    assert settled(where / "guarded", GUARDED).workbench("run", "small", fault=trace).code == 1
    return {*Path(where, "points").read_text().split()}


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_an_instant_on_either_side(step: str, passed: set[str]) -> None:
    assert {f"{STEPS[step]}.before", f"{STEPS[step]}.after"} <= passed


def test_every_fact_that_is_recorded_is_a_step() -> None:
    recorded = {one.__name__ for one in get_args(Event)}
    named = {step.removeprefix("ledger.") for step in STEPS.values() if step.startswith("ledger.")}
    assert recorded - ELSEWHERE == named


def test_every_instant_before_an_act_has_one_after_it(passed: set[str]) -> None:
    starts = {one.removesuffix(".before") for one in passed if one.endswith(".before")}
    ends = {one.removesuffix(".after") for one in passed if one.endswith(".after")}
    assert starts == ends


def test_without_the_variable_nothing_happens(tmp_path: Path) -> None:
    place: Place = settled(tmp_path)
    assert place.workbench("plan", "small", fault="no.such.point:1").code == 0

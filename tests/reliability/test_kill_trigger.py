"""A trigger that takes the run back, killed at any instant: `resume` carries it out, once, to the same end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, QuickPlace, copied, quickly
from tests.reliability.story import GUARDED


@pytest.fixture(scope="module")
def guarded(forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> QuickPlace:
    return quickly(tmp_path_factory.mktemp("guarded"), forker, GUARDED)


def facts(place: QuickPlace) -> list[tuple[str, object]]:
    """Return what a trigger leaves: its decision, what became of it, the certificate; and where the batches stand."""
    told = json.loads(place.workbench("--json", "log", "small").out)["events"]
    wanted = {"trigger_decided", "trigger_fired", "rollback_started", "rolled_back"}
    found = [(one["event"], _certificate(one)) for one in told if one["event"] in wanted]
    report = json.loads(place.workbench("report", "small", "--format", "json").out)
    return [*found, *((one["id"], one["state"]) for one in report["batches"])]


def _certificate(event: dict[str, dict[str, object]]) -> object:
    certificate = event.get("certificate", {})
    gates = certificate.get("gates", ())
    assert isinstance(gates, list | tuple)
    return certificate.get("to_commit"), [(one["id"], one["verdict"]) for one in gates]


@pytest.fixture(scope="module")
def calm(guarded: QuickPlace, tmp_path_factory: pytest.TempPathFactory) -> QuickPlace:
    where = tmp_path_factory.mktemp("calm")
    place = copied(guarded, where / "place")
    assert place.workbench("run", "small", fault=f"trace:{where / 'points'}").code == 1
    expected = facts(place)
    assert [name for name, _ in expected[:4]] == ["trigger_decided", "rollback_started", "rolled_back", "trigger_fired"]
    assert "guard" in str(expected[2])
    return place


def carried_out(calm: QuickPlace, place: QuickPlace, instant: str) -> None:
    """Kill the run at an instant, and hold what `resume` makes of it against the run that nobody disturbed."""
    was = before(place)
    assert place.workbench("run", "small", fault=instant).code == -9
    place.quiet()
    assert place.workbench("resume").code == 1
    assert facts(place) == facts(calm), instant
    assert place.git("rev-parse", "workbench/small") == calm.git("rev-parse", "workbench/small")
    hold(place, was)


@pytest.mark.parametrize(
    "point", ["TriggerDecided.after", "RolledBack.before", "RolledBack.after", "TriggerFired.after"]
)
def test_a_kill_at_a_fact_of_it(point: str, calm: QuickPlace, guarded: QuickPlace, tmp_path: Path) -> None:
    carried_out(calm, copied(guarded, tmp_path / "place"), f"ledger.{point}:1")


@pytest.mark.nightly
def test_a_kill_at_every_instant_of_it(calm: QuickPlace, guarded: QuickPlace, tmp_path: Path) -> None:
    points = (calm.root.parents[1] / "points").read_text().split()
    for number in range(points.index("ledger.TriggerDecided.before"), points.index("ledger.RunFinished.after")):
        count = points[: number + 1].count(points[number])
        carried_out(calm, copied(guarded, tmp_path / str(number)), f"{points[number]}:{count}")


def test_one_that_stopped_half_way_can_be_aborted_and_is_not_remembered(guarded: QuickPlace, tmp_path: Path) -> None:
    place = copied(guarded, tmp_path / "place")
    was = before(place)
    assert place.workbench("run", "small", fault="ledger.RolledBack.before:1").code == -9
    assert place.workbench("abort").code == 1
    hold(place, was)
    assert [name for name, _ in facts(place)[:3]] == ["trigger_decided", "rollback_started", "rolled_back"]
    assert place.workbench("run", "small").code == 1
    assert facts(place)[-3][0] == "trigger_fired"

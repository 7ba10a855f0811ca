"""The order of the protocol at the instants that tell one order from another: intent, pin, decision, act."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reliability.conftest import Undisturbed
from tests.reliability.oracle import before, hold
from tests.reliability.quick import PART, Forker, QuickPlace, quickly, to_its_end
from tests.reliability.story import GATE, PLAN

TOGETHER = {**PART, "plans/small.toml": PLAN.replace('by = ["file"]', 'by = ["rule"]')}
# Green at the base; from the first candidate on, everything is red, whatever is judged.
BREAKS = """\
grep -q 'build(1)' app/a.py && touch ~/broken
for path in app/*.py; do
    if [ -e ~/broken ]; then echo "$path FAILED"; else echo "$path ok"; fi
done
"""


def killed(place: QuickPlace, instant: str) -> None:
    assert place.workbench("run", "small", fault=instant).code == -9


@pytest.mark.parametrize("instant", ["ref.branch.before:2", "ref.branch.after:2"])
def test_a_branch_that_moved_was_decided_before(
    instant: str, forker: Forker, calm: Undisturbed, tmp_path: Path
) -> None:
    place = quickly(tmp_path, forker)
    was = before(place)
    killed(place, instant)
    assert to_its_end(place) == calm.head
    hold(place, was)


def test_what_is_pinned_belongs_to_a_recorded_run(forker: Forker, calm: Undisturbed, tmp_path: Path) -> None:
    place = quickly(tmp_path, forker)
    killed(place, "ref.base.after:1")
    assert place.workbench("resume").code == 1
    assert place.git("rev-parse", "workbench/small") == calm.head


@pytest.mark.parametrize("files", [PART, TOGETHER], ids=["whole", "split"])
def test_what_was_decided_outlives_garbage_collection(files: dict[str, str], forker: Forker, tmp_path: Path) -> None:
    place = quickly(tmp_path, forker, files)
    was = before(place)
    killed(place, "ledger.KeepDecided.after:1")
    place.git("gc", "--quiet", "--prune=now")
    assert place.workbench("resume").code == 1
    assert place.git("diff", "--name-only", "main", "workbench/small") == "app/a.py"
    hold(place, was)


def test_nobody_is_blamed_for_what_changed_around_the_gate(forker: Forker, tmp_path: Path) -> None:
    plan = PLAN.replace(json.dumps(GATE), json.dumps(BREAKS))
    place = quickly(tmp_path, forker, {**PART, "plans/small.toml": plan})
    ended = place.workbench("run", "small")
    assert (ended.code, "is red without P2-001 as well" in ended.err) == (5, True), ended
    assert place.git("rev-parse", "workbench/small") == place.git("rev-parse", "main")
    assert json.loads(place.workbench("--json", "status").out)["totals"]["quarantined"] == 0


@pytest.mark.parametrize("instant", ["unpin.before:1", "unpin.after:1", "ledger.RunFinished.after:1"])
def test_a_run_killed_while_it_ends_leaves_nothing(
    instant: str, forker: Forker, calm: Undisturbed, tmp_path: Path
) -> None:
    place = quickly(tmp_path, forker)
    was = before(place)
    killed(place, instant)
    assert place.workbench("resume").code in (1, 2)
    assert place.git("rev-parse", "workbench/small") == calm.head
    hold(place, was)

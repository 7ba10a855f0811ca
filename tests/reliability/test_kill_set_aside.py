"""Killed while a new run sets aside what an earlier one left on its branch: nothing of either is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.story import USER, Place, settled


@pytest.fixture
def drifted(tmp_path: Path) -> Place:
    """A run is done, the base has gone on, and the plan is frozen anew."""
    place = settled(tmp_path)
    assert place.workbench("run", "small").code == 1
    (place.root / "app/d.py").write_text(USER.format("d"))
    place.git("add", "app/d.py")
    place.git("commit", "-qm", "meanwhile", "app/d.py")
    assert place.workbench("plan", "small").code == 0
    return place


@pytest.mark.parametrize("instant", ["ledger.RunStarted.after", "ref.before.after", "ref.branch.after"])
def test_a_run_killed_while_it_sets_a_branch_aside(drifted: Place, instant: str) -> None:
    old = drifted.git("rev-parse", "workbench/small")
    assert drifted.workbench("run", "small", fault=f"{instant}:1").code == -9
    ended = drifted.workbench("resume")
    assert ended.code == 1, ended.err
    (kept,) = drifted.git("for-each-ref", "--format=%(objectname)", "refs/workbench/*/before").splitlines()
    assert kept == old
    made = drifted.git("log", "--format=%s", "main..workbench/small").splitlines()
    assert [subject.split()[0] for subject in made] == ["P2-004", "P2-003", "P2-001"]
    assert drifted.workbench("verify").code == 0

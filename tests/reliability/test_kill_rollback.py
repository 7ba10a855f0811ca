"""A rollback, or a revert, killed at any of its instants is finished by `resume`, of a run that had ended too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reliability.oracle import before, hold
from tests.reliability.quick import QuickPlace, copied

COMMANDS = {"rollback": ("rollback", "P2-003"), "revert": ("rollback", "P2-001", "--revert")}
# What is killed while a revert is judged is begun anew, as the last of these shows.
JUDGING = ("sandbox", "ledger.BaselineJudged", "ledger.GateStarted", "ledger.GateJudged.before")
REFUSED = (("run", "small"), ("land", "small"), ("rollback", "all"), ("retry", "small"), ("abort",))


def points(finished: QuickPlace, where: Path, words: tuple[str, ...]) -> tuple[list[str], str]:
    """Return the instants of a command, and the tree it comes to."""
    place = copied(finished, where)
    assert place.workbench(*words, fault=f"trace:{where / 'points'}").code == 0
    return Path(where, "points").read_text().split(), place.git("rev-parse", "workbench/small^{tree}")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_kill_at_every_instant(command: str, finished: QuickPlace, tmp_path: Path) -> None:
    words = COMMANDS[command]
    names, tree = points(finished, tmp_path / "calm", words)
    assert "ledger.RolledBack.before" in names and "ref.branch.after" in names
    for number, name in enumerate(one for one in dict.fromkeys(names) if not one.startswith(JUDGING)):
        place = copied(finished, tmp_path / str(number))
        was = before(place)
        assert place.workbench(*words, fault=f"{name}:1").code == -9
        ended = place.workbench("resume")
        if "no run is under way" in ended.err:
            assert name == names[-1] or place.workbench(*words).code == 0, name
        assert place.git("rev-parse", "workbench/small^{tree}") == tree, name
        hold(place, was)


def test_while_a_rollback_waits_nothing_else_begins_and_every_command_says_so(
    finished: QuickPlace, tmp_path: Path
) -> None:
    place = copied(finished, tmp_path / "place")
    assert place.workbench(*COMMANDS["rollback"], fault="ledger.RolledBack.before:1").code == -9
    for words in REFUSED:
        ended = place.workbench(*words)
        assert (ended.code, "`workbench resume` finishes it" in ended.err) == (3, True), ended
    status = json.loads(place.workbench("--json", "status").out)
    assert (status["next"], status["unfinished"]["what"]) == ("workbench resume", "rollback")
    shown = place.workbench("status").out
    assert f"the rollback of {status['run']} stopped before its end: `workbench resume` finishes it\n" in shown
    assert json.loads(place.workbench("--json", "verify").out)["totals"]["mend"] == 0
    assert "the rollback of" in place.workbench("doctor").out
    assert place.workbench("resume").code == 1
    assert json.loads(place.workbench("--json", "status").out)["unfinished"] is None

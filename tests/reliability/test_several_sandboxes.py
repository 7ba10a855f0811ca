"""Killed, or interrupted, with two sandboxes at work: nothing stays behind, and the run ends as with one sandbox."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.reliability.at_work import at_work, wait_for
from tests.reliability.oracle import before, hold
from tests.reliability.quick import Forker, QuickPlace, copied, quickly, to_its_end
from tests.reliability.story import FILES, GATE, PLAN, USER

# While parts of the batch are judged and `waits` is there, the gate says that it is at work, and works on and on.
WAITS = (
    """\
built=$(grep -l build app/u*.py | wc -l)
if [ -d ~/waits ] && [ "$built" -gt 0 ] && [ "$built" -lt 6 ]; then
    touch ~/waits/$$
    sleep 500
fi
"""
    + GATE
)
USERS = {f"app/u{name}.py": USER.format(name) for name in ("a", "b", "bad", "c", "d", "e")}
PLANNED = (
    PLAN.replace(json.dumps(GATE), json.dumps(WAITS))
    .replace('by = ["file"]', 'by = ["rule"]')
    .replace("timeout = 60", "timeout = 500")
)
STORY = {
    **{name: FILES[name] for name in (".gitignore", "app/__init__.py", "app/old.py", "app/new.py")},
    **{name: text.replace("# bad", "# bad" if name == "app/ubad.py" else "# good") for name, text in USERS.items()},
    "plans/small.toml": PLANNED,
}


@pytest.fixture(scope="module")
def story(forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> QuickPlace:
    """A place whose run has one sandbox, which is the undisturbed one, and two otherwise."""
    assert PLANNED.count("waits") == 2
    return quickly(tmp_path_factory.mktemp("story"), forker, STORY)


@pytest.fixture(scope="module")
def expected(story: QuickPlace, tmp_path_factory: pytest.TempPathFactory) -> str:
    place = copied(story, tmp_path_factory.mktemp("expected") / "it")
    return to_its_end(place)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_with_two_sandboxes_at_work(
    number: signal.Signals, code: int, story: QuickPlace, expected: str, tmp_path: Path
) -> None:
    place = copied(story, tmp_path / "it")
    was, waits = before(place), place.home / "waits"
    waits.mkdir()
    with at_work(place, "run", "small", "--jobs", "2") as running:
        wait_for(lambda: len([*waits.iterdir()]) >= 2 or running.is_done())
        running.process.send_signal(number)
        assert running.ended().code == code, running.ended()
    place.quiet()
    assert len([*waits.iterdir()]) == 2, "two at once, and no more"
    assert [one for one in waits.iterdir() if Path("/proc", one.name).exists()] == [], "no gate lives on"
    assert before(place) == was
    for one in waits.iterdir():
        one.unlink()
    waits.rmdir()
    assert to_its_end(place) == expected
    hold(place, was)

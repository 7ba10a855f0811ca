"""A small real project with a migration to do, real gates, and the engine's entry points bound to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workbench.engine.begin import RunOptions
from workbench.engine.means import Means
from workbench.engine.run import resume_run, run_plan
from workbench.model.event import Event
from workbench.model.run import RunOutcome, RunRecord

PLAN = """
name = "small"
title = "One way to build"
issue = "#7"

[[rules]]
id = "old-make"
kind = "move-symbol"
from = "app.old.make"
to = "app.new.build"
why = "The old module is going away."

[batches]
by = ["rule"]
max_files = {max_files}

[run]
python = {python!r}

[[gates]]
id = "unit"
level = "tests"
run = ["{{python}}", "run_tests.py", "{{junit}}"]
timeout = 60
{gates}
"""

PYTEST = PLAN.replace(
    '"run_tests.py", "{{junit}}"',
    '"-m", "pytest", "--disable-plugin-autoload", "-q", "-p", "no:cacheprovider", "tests", "--junitxml={{junit}}"',
)
"""The same plan with pytest, for tests whose subject is the suite."""

BASE = {
    ".gitignore": "__pycache__/\n",
    "app/__init__.py": "",
    "app/old.py": "def make(value):\n    return ('old', value)\n",
    "app/new.py": "def build(value):\n    return ('new', value)\n",
    "run_tests.py": Path(__file__).with_name("quick_suite.py").read_text(),
}


def user(name: str, *, breaks: bool = False) -> dict[str, str]:
    """A module that uses the old function, with a test; `breaks`: the test holds only before the migration."""
    expected = "('old', 1)" if breaks else "1"
    actual = f"{name}.run()" if breaks else f"{name}.run()[1]"
    return {
        f"app/{name}.py": f"from app.old import make\n\n\ndef run():\n    return make(1)  # {name}\n",
        f"tests/test_{name}.py": f"from app import {name}\n\n\ndef test_{name}():\n    assert {actual} == {expected}\n",
    }


@dataclass
class Case:
    """A repository at `root` and what a run of its plan did, event by event."""

    root: Path
    means: Means
    events: list[Event] = field(default_factory=list)

    def run(self, **options: object) -> RunRecord:
        return run_plan(self.root, None, RunOptions(**options), means=self.means, watch=lambda _plan, _past: self._hear)

    def resume(self) -> RunRecord:
        return resume_run(self.root, means=self.means, watch=lambda _plan, _past: self._hear)

    def _hear(self, event: Event, _at: datetime) -> None:
        self.events.append(event)


@dataclass
class Clock:
    """Says that a second has passed whenever it is asked, and numbers the runs."""

    seconds: int = 0
    runs: int = 0

    def now(self) -> datetime:
        self.seconds += 1
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def new_id(self) -> str:
        self.runs += 1
        return f"run-{self.runs}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def means(clock: Clock) -> Means:
    return Means(clock.now, clock.new_id, dict(os.environ))


@pytest.fixture
def make_case(make_repo: Callable[[Mapping[str, str | bytes]], Path], means: Means) -> Callable[..., Case]:
    def make(*parts: Mapping[str, str], max_files: int = 25, gates: str = "", plan: str = PLAN) -> Case:
        files: dict[str, str | bytes] = dict(BASE)
        for part in parts:
            files |= part
        files["plans/small.toml"] = plan.format(max_files=max_files, python=sys.executable, gates=gates)
        return Case(make_repo(files), means)

    return make


Story = Callable[[Callable[..., Case]], Case]


@pytest.fixture(scope="session")
def told() -> dict[Story, tuple[Path, Clock]]:
    """What stories left, and when."""
    return {}


@pytest.fixture
def once(
    told: dict[Story, tuple[Path, Clock]], make_case: Callable[..., Case], clock: Clock, means: Means, tmp_path: Path
) -> Callable[[Story], Case]:
    """`once(story)` is a copy of what `story(make_case)` left; it is told once, for the first test that asks."""

    def copied(story: Story) -> Case:
        if story not in told:
            told[story] = story(make_case).root, replace(clock)
        left, then = told[story]
        clock.seconds, clock.runs = then.seconds, then.runs
        root = tmp_path / "repo"
        shutil.copytree(left, root, symlinks=True)
        return Case(root, means)

    return copied


def three_kept(make_case: Callable[..., Case]) -> Case:
    case = make_case(user("a"), user("b"), user("c"), max_files=1)
    assert case.run().outcome is RunOutcome.COMPLETE
    return case


@pytest.fixture
def done(once: Callable[[Story], Case]) -> Case:
    """A finished run of three batches."""
    return once(three_kept)


def two_kept(make_case: Callable[..., Case]) -> Case:
    case = make_case(user("a"), user("b"), {"notes.txt": "notes\n", "other.py": "x = 1\n"}, max_files=1)
    assert case.run().outcome is RunOutcome.COMPLETE
    return case


@pytest.fixture
def landable(once: Callable[[Story], Case]) -> Case:
    """A finished run of two batches, and a user with other work in hand."""
    case = once(two_kept)
    root = case.root
    (root / "notes.txt").write_text("edited\n")
    (root / "other.py").write_text("x = 2\n")
    subprocess.run(["git", "-C", root, "add", "other.py"], check=True)
    (root / "other.py").write_text("x = 3\n")
    (root / "mine.txt").write_text("untracked\n")
    return case

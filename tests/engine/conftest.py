"""A small real project with a migration to do, real gates, and the engine's entry points bound to it."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


@pytest.fixture
def means(tmp_path: Path) -> Means:
    ticks = itertools.count()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    ids = (f"run-{n}" for n in itertools.count(1))
    environ = dict(os.environ)
    return Means(lambda: start + timedelta(seconds=next(ticks)), lambda: next(ids), environ)


@pytest.fixture
def make_case(make_repo: Callable[[Mapping[str, str | bytes]], Path], means: Means) -> Callable[..., Case]:
    def make(*parts: Mapping[str, str], max_files: int = 25, gates: str = "", plan: str = PLAN) -> Case:
        files: dict[str, str | bytes] = dict(BASE)
        for part in parts:
            files |= part
        files["plans/small.toml"] = plan.format(max_files=max_files, python=sys.executable, gates=gates)
        return Case(make_repo(files), means)

    return make


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test leaves a repository with a finished run for the others to copy."""
    return tmp_path_factory.mktemp("finished") / "repo"


@pytest.fixture
def landable(make_case: Callable[..., Case], means: Means, finished: Path, tmp_path: Path) -> Case:
    """A finished run of two batches, and a user with other work in hand."""
    if not finished.exists():
        case = make_case(user("a"), user("b"), {"notes.txt": "notes\n", "other.py": "x = 1\n"}, max_files=1)
        assert case.run().outcome is RunOutcome.COMPLETE
        shutil.copytree(case.root, finished, symlinks=True)
    root = tmp_path / "repo"
    shutil.copytree(finished, root, symlinks=True)
    (root / "notes.txt").write_text("edited\n")
    (root / "other.py").write_text("x = 2\n")
    subprocess.run(["git", "-C", root, "add", "other.py"], check=True)
    (root / "other.py").write_text("x = 3\n")
    (root / "mine.txt").write_text("untracked\n")
    return Case(root, means)

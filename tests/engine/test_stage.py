"""Exactly one commit lies on the stage, and what is imported there is its code and no other's."""

from __future__ import annotations

import os
import subprocess

from tests.engine.conftest import user
from tests.engine.test_run import git
from workbench.engine.stage import Stage
from workbench.engine.workspace import read_workspace
from workbench.repo.repository import open_repository

ONE_TIME = (1_000_000_000, 1_000_000_000)


def imported(bench):
    """Import a module that has the size and the time it has in every commit."""
    os.utime(bench.sandbox / "app/word.py", ONE_TIME)
    command = [bench.python, "-c", "import app.word; print(app.word.WORD)"]
    ended = subprocess.run(command, cwd=bench.sandbox, env=bench.env, capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def test_bytecode_of_an_earlier_candidate_is_not_run(make_case):
    case = make_case(user("a"), {"app/word.py": "WORD = 'old'\n"})
    commits = [git(case.root, "rev-parse", "main")]
    (case.root / "app/word.py").write_text("WORD = 'new'\n")
    git(case.root, "commit", "--quiet", "-am", "new")
    commits.append(git(case.root, "rev-parse", "main"))
    with open_repository(case.root) as repo:
        ws = read_workspace(repo, case.root / "plans/small.toml", case.means)
        with Stage.open(ws, inherit=()) as stage:
            assert [imported(stage.at(commit)) for commit in commits] == ["old", "new"]

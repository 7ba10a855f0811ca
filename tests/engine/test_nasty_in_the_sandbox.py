"""Suites that lay hands on the tree they judge, on git, or on each other: the next candidate is as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.conftest import BASE, PLAN, PYTEST, user
from workbench.model.batch import BatchState

GATE = """
[[gates]]
id = "check"
level = "tests"
run = ["{python}", "check.py"]
env = { GIT_AUTHOR_NAME = "n", GIT_AUTHOR_EMAIL = "e@e", GIT_COMMITTER_NAME = "n", GIT_COMMITTER_EMAIL = "e@e" }
timeout = 60
"""
CLEAN = """
import os, pathlib, shutil, subprocess, sys
import app.a, app.b
found = sorted(one.as_posix() for one in pathlib.Path().rglob("*") if not {".git", "__pycache__"} & {*one.parts})
assert found == FOUND, found
assert "edited" not in pathlib.Path("app/new.py").read_text()
"""
WRITES = """
pathlib.Path("app/new.py").write_text("edited")
pathlib.Path("left.py").touch()
pathlib.Path("left.log").touch()
os.symlink("/", "app/root")
os.chmod("app", 0)
"""
TIDIES = "shutil.rmtree(os.getcwd(), ignore_errors=True)\n"
GIT = """
def git(*words):
    subprocess.run(["git", *words], check=False, capture_output=True)

git("config", "user.name", "mallory")
git("add", "--all", "--force")
git("commit", "--allow-empty", "--message", "mine")
git("branch", "--force", "main", "HEAD")
git("gc", "--quiet", "--prune=now")
git("clean", "-ffdxq")
git("init", "--quiet")
git("add", "--all", "--force")
git("commit", "--message", "mine")
git("clean", "-ffdxq", "app")
git("checkout", "--quiet", "--orphan", "other")
"""


def seen(root: Path, git) -> tuple[object, ...]:
    """Return what is the user's: his branches and his files, his index and git's settings."""
    heads = [line for line in git(root, "show-ref").splitlines() if "workbench" not in line]
    files = {one.name: one.read_bytes() for one in (root / ".git").iterdir() if one.name in ("HEAD", "config", "index")}
    return heads, files, git(root, "status", "--porcelain", "--ignored")


@pytest.mark.parametrize("rage", [WRITES, TIDIES, GIT], ids=["writes and locks", "deletes its tree", "uses git"])
def test_each_candidate_is_judged_in_a_tree_that_no_suite_has_touched(make_case, git, rage):
    plan = PLAN.partition("[[gates]]")[0] + "{gates}"
    names = ("a", "b")
    modules = {f"app/{name}.py": user(name)[f"app/{name}.py"] for name in names}
    files = {*BASE, *modules, "app", "check.py", "plans", "plans/small.toml"}
    script = CLEAN.replace("FOUND", repr(sorted(files))) + rage
    case = make_case(modules, {".gitignore": "*.log\n", "check.py": script}, max_files=1, plan=plan, gates=GATE)
    before = seen(case.root, git)
    record = case.run()
    assert [one.state for one in record.batches] == [BatchState.KEPT] * 2
    assert [one.gates[-1].verdict for one in record.batches] == ["pass", "pass"]
    assert seen(case.root, git) == before
    changed = git(case.root, "diff", "--name-only", "main", record.branch).split()
    assert changed == ["app/a.py", "app/b.py"]


LEANING = {
    "tests/test_a.py": "import builtins\nfrom app import a\n\n\n"
    "def test_a():\n    builtins.primed = True\n    assert a.run()[1] == 1\n",
    "tests/test_b.py": "import builtins\nfrom app import b\n\n\n"
    "def test_b():\n    assert builtins.primed\n    assert b.run() == ('old', 1)\n",
}


def test_a_test_that_needs_another_before_it_still_names_its_file_alone(make_case):
    """Alone it is red whatever is changed: asked alone, it would blame everybody."""
    parts = (user("a"), user("b"), LEANING)
    record = make_case(*parts, plan=PYTEST).run()
    assert [one.path for one in record.quarantined] == ["app/b.py"]
    assert [one.state for one in record.batches] == [BatchState.SPLIT]

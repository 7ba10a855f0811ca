"""Each nasty repository comes to its expected end, and nothing of the user's in it is changed."""

from __future__ import annotations

import json
import re
import stat
import sys

import pytest

from tests.cli.nasty_repositories import DONE, NASTY, USE, Place
from tests.engine.conftest import BASE, PLAN

FILES = {**BASE, "app/a.py": USE, "README": "read me\n"}
GIT_DIR = r"/(\.git|store|modules/inner)/"
# git itself freshens a shared index when it reads it.
OURS = re.compile(GIT_DIR + r"(objects|workbench|refs/workbench|(logs/)?refs/heads/workbench|sharedindex\.\w+)(/|$)")


def theirs(*places):
    """Return all that is the user's below `places`, by lstat and content; `ours` in git's directory are left out."""
    seen = {}
    for top in places:
        for place in top.rglob("*"):
            about = place.lstat()
            if stat.S_ISDIR(about.st_mode) or OURS.search(place.as_posix()):
                continue
            content = place.read_bytes() if stat.S_ISREG(about.st_mode) else b""
            seen[place] = (about.st_mode, about.st_mtime_ns, about.st_ino, content)
    return seen


@pytest.fixture
def it(make_repo, git, tmp_path, monkeypatch):
    return Place(make_repo(FILES), tmp_path / "beside", git, monkeypatch.setenv)


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_repository(name, it, call, git, tmp_path, monkeypatch):
    case = NASTY[name]
    it.beside.mkdir()
    plan = tmp_path / "small.toml"
    plan.write_text(PLAN[: PLAN.index("[[gates]]")].format(max_files=25, python=sys.executable))
    where = case.build(it) or it.root
    before = theirs(it.root, it.beside)

    at = ["--commit", case.scanned] if case.scanned else []
    scanned = call("-C", str(where), "--json", "scan", str(plan), *at)
    ran = call("-C", str(where), "--json", "run", str(plan))

    assert theirs(it.root, it.beside) == before
    assert ran.code == case.code, ran.out + ran.err
    assert case.says in ran.out
    if case.skipped:
        skipped = json.loads(scanned.out)["skipped"]
        found = {one["path"]: one["detail"] or one["reason"] for one in skipped}
        assert found == case.skipped
    monkeypatch.undo()
    assert changed(git, where) == sorted(case.changed)


def changed(git, where):
    """Return what the run branch changes; nothing where there is none."""
    ref = "refs/heads/workbench/small"
    if (where / ".git" / "HEAD").is_file() and not (where / ".git" / ref).is_file():
        return []
    base = git(where, "rev-parse", "HEAD")
    return sorted(git(where, "diff", "--no-ext-diff", "--name-only", "-z", base, ref).split("\0")[:-1])


def test_what_a_migration_of_them_writes(it, call, git, tmp_path):
    """The small plan does what the table's file lists stand for."""
    assert len(NASTY) >= 40
    plan = tmp_path / "small.toml"
    plan.write_text(PLAN[: PLAN.index("[[gates]]")].format(max_files=25, python=sys.executable))
    assert call("-C", str(it.root), "run", str(plan)).code == 0
    assert git(it.root, "show", "workbench/small:app/a.py") + "\n" == DONE

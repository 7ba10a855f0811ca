"""A plan beside the others of its repository: what contradicts it is refused while it has work left, else only told."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from workbench.engine.means import Means
from workbench.engine.other_plans import compare
from workbench.engine.workspace import open_workspace
from workbench.repo.working_tree import WorkingTreeSources

OLD, NEW = "from app.a import old\n\nold()\n", "from app.b import new\n\nnew()\n"
TREE = {"app/__init__.py": "", "app/a.py": "def old(): ...\n", "app/b.py": "def new(): ...\n", "app/c.py": NEW}


def plan(name, kind, **keys):
    lines = [
        f"{key.rstrip('_')} = {value if value in ('true', 'false') else repr(value)}" for key, value in keys.items()
    ]
    return "\n".join([f'name = "{name}"', "", "[[rules]]", f'id = "{name}-rule"', f'kind = "{kind}"', *lines, ""])


def move(name, old, new):
    return plan(name, "move-symbol", from_=old, to=new)


OURS = move("ours", "app.a.old", "app.b.new")


@pytest.fixture
def compared(make_repo):
    def run(theirs, ours=OURS, **files):
        more = {f"app/{name}.py": text for name, text in files.items()}
        root = make_repo({**TREE, **more, "plans/ours.toml": ours, "plans/theirs.toml": theirs})
        means = Means(lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: "run-1", dict(os.environ))
        with open_workspace(root, "ours", means) as ws:
            found = compare(ws, WorkingTreeSources(ws.repo))
        return [one.message for one in found.problems], list(found.notes)

    return run


OURS_IS, THEIRS_IS = "'ours-rule' (plans/ours.toml, line 3)", "'theirs-rule' (plans/theirs.toml, line 3)"
DONE = "; that plan has nothing left to do here"


def test_a_move_back_is_refused_as_long_as_it_finds_anything(compared):
    back = move("theirs", "app.b.new", "app.a.old")
    told = f"{OURS_IS} and {THEIRS_IS} move names in a circle: app.a.old to app.b.new to app.a.old"
    assert compared(back) == ([told], [])
    assert compared(back, c="") == ([], [told + DONE])


def test_two_homes_are_refused_until_one_is_everybodys(compared):
    other = move("theirs", "app.a.old", "app.c.old")
    told = f"app.a.old cannot move to two homes: {OURS_IS} moves it to app.b.new, {THEIRS_IS} to app.c.old"
    assert compared(other, d=OLD) == ([told], [])
    assert compared(other) == ([], [told + DONE])


def test_what_another_plan_forbids_is_refused_if_that_plan_is_at_work_and_told_if_it_stands_guard(compared):
    guard = plan("theirs", "forbid-symbol", symbol="app.b.new", use="call")
    told = f"{OURS_IS} writes app.b.new, which {THEIRS_IS} then finds wrong"
    assert compared(guard) == ([told], [])
    assert compared(guard, c="from app.b import new\n") == ([], [f"{told}; nothing there is wrong so far"])
    forbidden = plan("ours", "forbid-symbol", symbol="app.b.new", use="call")
    theirs = move("theirs", "app.a.old", "app.b.new")
    told = f"{THEIRS_IS} writes app.b.new, which {OURS_IS} then finds wrong"
    assert compared(theirs, forbidden, d=OLD) == ([told], [])
    assert compared(theirs, forbidden) == ([], [told + DONE])


def test_plans_that_follow_one_another_only_have_an_order(compared):
    before = move("theirs", "app.gone.older", "app.a.old")
    assert compared(before) == ([], [])
    problems, [note] = compared(before, d="from app.gone import older\n")
    assert problems == []
    told, _, advice = note.partition("; ")
    assert told == f"{THEIRS_IS} writes app.a.old, which {OURS_IS} then finds wrong"
    assert advice == "carry that plan out first, or again afterwards"


def test_plans_that_agree_or_cannot_be_read(compared):
    assert compared(move("theirs", "app.a.old", "app.b.new"), d=OLD) == ([], [])
    assert compared(plan("theirs", "forbid-symbol", symbol="app.a.old"), d=OLD) == ([], [])
    problems, [note] = compared("name = 1\n")
    assert problems == []
    assert note.startswith("plans/theirs.toml was not compared with this plan: ")

"""What goes along when a batch in the middle is taken off is named first, and what others have is not moved away."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

import pytest

from tests.command_line import workbench
from tests.engine.conftest import BASE, PLAN, user
from tests.engine.test_run import git
from workbench.engine.depends import ON_TOP, dependents
from workbench.engine.land import land
from workbench.engine.revert import revert
from workbench.engine.rollback import foresee, rollback
from workbench.engine.standing import standing
from workbench.engine.workspace import open_workspace
from workbench.model.batch import BatchState
from workbench.model.errors import Refused
from workbench.model.run import BatchRecord
from workbench.model.violation import Priority
from workbench.repo.candidate import build_candidate

SECOND_RULE = """
[[rules]]
id = "old-name"
kind = "move-symbol"
from = "app.old.name"
to = "app.new.title"
{after}

[batches]"""
NAMES = {
    "app/old.py": BASE["app/old.py"] + "\n\ndef name():\n    return 'n'\n",
    "app/new.py": BASE["app/new.py"] + "\n\ndef title():\n    return 'n'\n",
}


def both(name: str) -> dict[str, str]:
    return {f"app/{name}.py": "from app.old import make\nfrom app.old import name\n\nX = make(1), name()\n"}


def named(name: str) -> dict[str, str]:
    return {f"app/{name}.py": "from app.old import name\n\nX = name()\n"}


def plan(after: str = "") -> str:
    return PLAN.replace("[batches]", SECOND_RULE.replace("{after}", after))


def going(case, target, *, revert=True):
    return [(one.batch.id, one.why) for one in foresee(case.root, target, revert=revert, means=case.means)]


def crossing(make_case):
    case = make_case(user("a"), both("both"), named("z"), NAMES, max_files=1, plan=plan())
    record = case.run()
    assert [(one.rules, one.files) for one in record.batches] == [
        (("old-make",), ("app/a.py",)),
        (("old-make",), ("app/both.py",)),
        (("old-name",), ("app/both.py",)),
        (("old-name",), ("app/z.py",)),
    ]
    return case


@pytest.fixture
def crossed(once):
    """P2-001 changes `a.py`, P2-002 `both.py`; P2-003 changes `both.py` again, P2-004 `z.py`."""
    return once(crossing)


def test_a_later_batch_that_changed_the_same_lines_depends_on_it(crossed):
    assert going(crossed, "P2-002") == [("P2-002", ""), ("P2-003", "changed the same lines of app/both.py as P2-002")]
    assert going(crossed, "P2-001") == [("P2-001", "")]
    assert going(crossed, "P2-003") == [("P2-003", "")]


TEXT = "import os\n\n\ndef one():\n    return os.sep\n\n\ndef two():\n    return 2\n"
BROUGHT = TEXT.replace("os\n", "os\nfrom app.new import build\n").replace("os.sep", "build(1)")
LATER = {
    "apart": (BROUGHT.replace("return 2", "return 3"), ""),
    "a name the earlier one brought": (
        BROUGHT.replace("return 2", "return build(2)"),
        "has build in app/x.py in common with P2-001",
    ),
    "a name taken away under it": (BROUGHT.replace("import os\n", ""), "has os in app/x.py in common with P2-001"),
    "the same lines": (BROUGHT.replace("build(1)", "build(3)"), "changed the same lines of app/x.py as P2-001"),
}


@pytest.mark.parametrize("name", LATER)
def test_what_makes_a_batch_depend_on_an_earlier_one_in_the_same_file(name, make_case):
    after, why = LATER[name]
    case = make_case({"app/x.py": TEXT})
    with open_workspace(case.root, None, case.means) as ws:
        kept, parent = [], ws.repo.head().commit
        for number, text in enumerate((BROUGHT, after), start=1):
            changes = {"app/x.py": text.encode()}
            made = build_candidate(ws.repo, parent=parent, changes=changes, message="m", when=number)
            batch = BatchRecord(f"P2-00{number}", number, Priority.P2, (), "app", (), 1, BatchState.KEPT)
            kept.append(replace(batch, parent=parent, commit=made.commit, tree=made.tree))
            parent = made.commit
        found = dependents(ws, kept, kept[:1])
    assert [(one.batch.id, one.why) for one in found] == [("P2-001", ""), *([("P2-002", why)] if why else [])]


def test_a_branch_that_moves_back_loses_all_that_came_later(crossed):
    assert going(crossed, "P2-002", revert=False) == [
        ("P2-002", ""),
        ("P2-003", "changed the same lines of app/both.py as P2-002"),
        ("P2-004", ON_TOP),
    ]


def test_rules_that_are_declared_to_go_together_make_their_batches_depend(make_case):
    case = make_case(user("a"), named("y"), named("z"), NAMES, max_files=1, plan=plan('after = ["old-make"]'))
    case.run()
    why = "its rule old-name is declared to go with old-make of P2-001"
    assert going(case, "P2-001") == [("P2-001", ""), ("P2-002", why), ("P2-003", why)]
    assert going(case, "P2-002") == [("P2-002", "")]


def test_a_batch_that_others_depend_on_is_not_reverted_alone(crossed):
    head = git(crossed.root, "rev-parse", "workbench/small")
    with pytest.raises(Refused, match=r"P2-003 \(changed the same lines of app/both.py as P2-002\)") as caught:
        revert(crossed.root, "P2-002", means=crossed.means)
    assert "--revert --along" in caught.value.hint
    assert git(crossed.root, "rev-parse", "workbench/small") == head


def test_along_they_are_reverted_and_the_rest_stays(crossed):
    heard = []
    certificate = revert(crossed.root, "P2-002", means=crossed.means, along=True, tell=heard.append)
    assert certificate.verified
    assert certificate.batches == ("P2-002", "P2-003")
    assert [[one.batch.id for one in told] for told in heard] == [["P2-002", "P2-003"]]
    assert git(crossed.root, "diff", "main", certificate.to_commit, "--", "app/both.py") == ""
    assert "title" in git(crossed.root, "show", f"{certificate.to_commit}:app/z.py")
    assert [one.state for one in standing(crossed.root, None).batches] == [
        BatchState.KEPT,
        BatchState.ROLLED_BACK,
        BatchState.ROLLED_BACK,
        BatchState.KEPT,
    ]


def test_what_was_landed_is_not_moved_away_but_reverted(crossed):
    land(crossed.root, "small", None, means=crossed.means)
    head = git(crossed.root, "rev-parse", "workbench/small")
    for act in (rollback, lambda *words, means: foresee(*words, revert=False, means=means)):
        with pytest.raises(Refused, match="P2-004 is in main already") as caught:
            act(crossed.root, "P2-004", means=crossed.means)
        assert "--revert" in caught.value.hint
    assert git(crossed.root, "rev-parse", "workbench/small") == head
    assert revert(crossed.root, "P2-004", means=crossed.means).verified


def test_what_was_landed_and_taken_back_by_hand_may_go(crossed):
    old = git(crossed.root, "rev-parse", "main")
    land(crossed.root, "small", None, means=crossed.means)
    git(crossed.root, "reset", "--quiet", "--hard", old)
    assert rollback(crossed.root, "all", means=crossed.means).verified


def test_what_was_pushed_is_not_moved_away(crossed):
    middle = standing(crossed.root, None).batches[1].commit
    git(crossed.root, "update-ref", "refs/remotes/origin/workbench/small", middle)
    with pytest.raises(Refused, match="P2-002 is in origin/workbench/small already"):
        rollback(crossed.root, "P2-002", means=crossed.means)
    assert rollback(crossed.root, "P2-003", means=crossed.means).verified


def test_the_command_names_them_and_moves_nothing(crossed):
    head = git(crossed.root, "rev-parse", "workbench/small")
    told = partial(workbench, crossed.root)
    seen = told("rollback", "P2-002", "--dry-run")
    assert (seen.returncode, seen.stderr) == (0, "")
    assert "changed the same lines of app/both.py as P2-002" in " ".join(seen.stdout.split())
    document = json.loads(told("--json", "rollback", "P2-002", "--revert", "--dry-run").stdout)
    assert document["dry_run"] is True
    assert [(one["id"], one["files"]) for one in document["batches"]] == [
        ("P2-002", ["app/both.py"]),
        ("P2-003", ["app/both.py"]),
    ]
    assert told("rollback", "P2-002", "--revert").returncode == 3
    assert told("rollback", "P2-002", "--along").returncode == 2
    assert git(crossed.root, "rev-parse", "workbench/small") == head
    done = told("rollback", "P2-002")
    assert done.returncode == 0
    assert "P2-003 goes along: it changed the same lines of app/both.py as P2-002" in " ".join(done.stderr.split())

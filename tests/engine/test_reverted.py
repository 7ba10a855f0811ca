"""A revert takes back lines, is judged like a batch, and lands."""

from __future__ import annotations

import pytest

from tests.engine.conftest import BASE, PLAN, user
from tests.engine.test_depends import SECOND_RULE, going
from tests.engine.test_run import git
from workbench.engine.land import land
from workbench.engine.revert import revert
from workbench.engine.standing import standing
from workbench.model.batch import BatchState
from workbench.model.errors import Refused
from workbench.model.event import RolledBack

TWO_RULES = PLAN.replace(
    "[batches]", SECOND_RULE.replace("app.old.name", "app.names.name").replace("{after}", "")
).replace("app.new.title", "app.titles.title")
IN_ONE_FILE = {
    "app/names.py": "def name():\n    return 'n'\n",
    "app/titles.py": "def title():\n    return 'n'\n",
    "app/both.py": "from app.old import make\nfrom app.names import name\n\n\ndef one():\n    return make(1)\n\n\n"
    "def two():\n    return name()\n",
    "tests/test_both.py": "from app import both\n\n\ndef test():\n    assert (both.one()[1], both.two()) == (1, 'n')\n",
}
PAIR = """\
from app import a, b


def test_b_is_never_new_without_a():
    assert (a.run()[0], b.run()[0]) != ("old", "new")
"""


def test_a_change_below_a_later_one_of_the_same_file_is_taken_back_by_its_lines_and_landed(make_case):
    case = make_case(IN_ONE_FILE, BASE, max_files=1, plan=TWO_RULES)
    assert [(one.rules, one.files) for one in case.run().batches] == [
        (("old-make",), ("app/both.py",)),
        (("old-name",), ("app/both.py",)),
    ]
    assert going(case, "P2-001") == [("P2-001", "")]
    certificate = revert(case.root, "P2-001", means=case.means)
    assert (certificate.verified, certificate.judged, certificate.touched) == (True, True, ())
    assert {one.id: str(one.verdict) for one in certificate.gates} == {
        "syntax": "pass",
        "imports": "pass",
        "unit": "pass",
    }
    assert (
        git(case.root, "show", "workbench/small:app/both.py")
        == (
            IN_ONE_FILE["app/both.py"].replace("names import name", "titles import title").replace("name()", "title()")
        ).strip()
    )
    landing = land(case.root, "small", None, means=case.means)
    assert landing.to_commit == git(case.root, "rev-parse", "main") == certificate.to_commit
    assert "make(1)" in (case.root / "app/both.py").read_text()


def test_a_revert_that_a_gate_turns_red_is_refused_and_moves_nothing(make_case):
    case = make_case(user("a"), user("b"), {"tests/test_pair.py": PAIR}, max_files=1)
    case.run()
    before = standing(case.root, None)
    with pytest.raises(Refused, match=r"without P2-001 the tree is red: unit: .*test_b_is_never_new_without_a"):
        revert(case.root, "P2-001", means=case.means)
    after = standing(case.root, None)
    assert (after.head, after.batches) == (before.head, before.batches)
    assert git(case.root, "rev-parse", "workbench/small") == before.head
    assert git(case.root, "rev-parse", f"refs/workbench/{before.run}/cand") == before.base
    certificate = revert(case.root, "P2-002", means=case.means)
    assert certificate.to_tree == before.batches[0].tree
    assert [one.state for one in standing(case.root, None).batches] == [BatchState.KEPT, BatchState.ROLLED_BACK]
    assert not [one for one in case.events if isinstance(one, RolledBack)]
    land(case.root, "small", None, means=case.means)
    assert git(case.root, "rev-parse", "main") == certificate.to_commit

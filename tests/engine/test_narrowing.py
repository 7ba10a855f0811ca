"""Guilty files narrowed down to their guilty sites, on a real repository with real gates."""

from __future__ import annotations

from tests.engine.conftest import PLAN
from tests.engine.test_run import at
from workbench.engine.verify import verify
from workbench.model.batch import BatchState
from workbench.model.diagnosis import Health
from workbench.model.violation import SiteState, totals

BY_SITE = PLAN.replace("[run]\n", '[run]\ngranularity = "site"\n')
EMPTY = '\n[[rules]]\nid = "empty"\nkind = "pattern"\nmatch = "len($X) == 0"\nrewrite = "not $X"\n\n[batches]'
BY_RULES = BY_SITE.replace("\n[batches]", EMPTY).replace('by = ["rule"]', 'by = ["package"]')
SIZES = "def {0}(value):\n    return len(value) == 0\n\n\n"
MANY = {
    "app/many.py": "".join(SIZES.format(name) for name in ("one", "two", "three", "four")),
    # None has no length and is empty: only what was migrated takes it.
    "tests/test_many.py": "import pytest\nfrom app import many\n\n\ndef test_three():\n"
    "    with pytest.raises(TypeError):\n        many.three(None)\n",
}


def states(record, path):
    return {one.place.line: one.state for one in record.violations if one.path == path}


def test_the_good_sites_of_a_guilty_file_land(make_case):
    case = make_case(MANY, plan=BY_RULES)
    record = case.run()
    assert [one.state for one in record.batches] == [BatchState.SPLIT]
    content = at(case.root, record.branch, "app/many.py")
    assert content.count("not value") == 3
    assert "def three(value):\n    return len(value) == 0" in content
    (aside,) = record.quarantined
    (guilty,) = (one.fingerprint for one in record.violations if one.path == "app/many.py" and one.place.line == 10)
    assert aside.fingerprints == (guilty,)
    assert aside.diff.count("\n+    ") == 1
    counted = totals(record.violations).all
    assert (counted.found, counted.fixed, counted.quarantined) == (4, 3, 1)
    assert verify(case.root).checkup.count(Health.MEND) == 0


def test_sites_that_share_an_import_stay_one_and_do_not_hold_up_the_others(make_case):
    source = "from app.old import make\n\n\ndef one(value):\n    return make(value), len(value) == 0\n\n\n"
    source += "def two(value):\n    return make(value)\n"
    test = "from app import user\n\n\ndef test_two():\n    assert user.two(1) == ('old', 1)\n"
    case = make_case({"app/user.py": source, "tests/test_user.py": test}, plan=BY_RULES)
    record = case.run()
    content = at(case.root, record.branch, "app/user.py")
    assert content == source.replace("len(value) == 0", "not value").strip()
    (aside,) = record.quarantined
    assert {one.rule for one in record.violations if one.fingerprint in aside.fingerprints} == {"old-make"}
    assert len(aside.fingerprints) == 3
    assert totals(record.violations).all.quarantined == 3


def test_linked_rules_are_not_taken_apart(make_case):
    together = '\ntogether = [["empty", "old-make"]]\n\n[run]'
    source = "from app.old import make\n\n\ndef one(value):\n    return make(value), len(value) == 0\n"
    test = "from app import user\n\n\ndef test_one():\n    assert user.one('') == (('old', ''), True)\n"
    case = make_case({"app/user.py": source, "tests/test_user.py": test}, plan=BY_RULES.replace("\n\n[run]", together))
    record = case.run()
    assert record.head == record.base
    assert set(states(record, "app/user.py").values()) == {SiteState.QUARANTINED}

"""Rules that only find: what they find counts, and a run is not good while a person still has to change something."""

from __future__ import annotations

import pytest

from tests.engine.conftest import PLAN, user
from workbench.engine.freeze import freeze_and_store
from workbench.engine.standing import is_bad
from workbench.model.errors import PlanFileError
from workbench.model.run import RunOutcome
from workbench.model.violation import totals

FORBID = """
[[rules]]
id = "gone"
kind = "forbid-symbol"
symbol = "app.old.make"
allow = ["app/old.py"]
"""
REQUIRE = """
[[rules]]
id = "wanted"
kind = "require-symbol"
symbol = "app.new.{name}"
"""


def with_rules(*rules):
    return PLAN.replace("[batches]", "\n".join(rules) + "\n[batches]")


def test_what_other_rules_mend_is_counted_and_waits_for_nobody(make_case):
    case = make_case(user("a"), plan=with_rules(FORBID, REQUIRE.format(name="build")))
    record = case.run()
    counted = totals(record.violations, ("gone", "wanted"))
    assert (counted.all.found, counted.all.fixed, counted.all.excluded) == (4, 2, 2)
    assert counted.by_rule["gone"].excluded == 2
    assert {one.reason for one in record.violations if one.rule == "gone"} == {"covered"}
    assert counted.by_rule["wanted"].found == 0
    assert record.outcome is RunOutcome.COMPLETE
    assert not is_bad(record)


def test_a_run_is_not_good_while_something_stays_that_a_person_must_change(make_case):
    without_allow = FORBID[: FORBID.index("allow")]
    case = make_case(user("a"), plan=with_rules(without_allow, REQUIRE.format(name="missing")))
    record = case.run()
    counted = totals(record.violations)
    assert counted.by_rule["wanted"].blocked == 1
    assert (counted.by_rule["gone"].blocked, counted.by_rule["gone"].excluded) == (1, 2)
    assert {one.reason for one in record.violations if one.state == "blocked"} == {"detect-only"}
    assert sum(line.found for line in counted.by_rule.values()) == counted.all.found
    assert is_bad(record)


def test_a_dead_allowance_is_a_problem_of_the_plan_file(make_case, means):
    rule = '[[rules]]\nid = "gone"\nkind = "forbid-module"\nmodule = "app.old"\nallow = ["app/new.py"]\n'
    case = make_case(plan=with_rules(rule))
    with pytest.raises(PlanFileError) as caught:
        freeze_and_store(case.root, None, "HEAD", means)
    [problem] = caught.value.problems
    assert problem.message.startswith("'app/new.py' allows nothing")
    assert problem.line == 17

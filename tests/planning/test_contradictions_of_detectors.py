"""What one rule requires, no other may take away; what one rule forbids, no other may write."""

import pytest
from planning_values import move

from workbench.model.errors import PlanFileError


def detector(name, kind, symbol):
    return f'[[rules]]\nid = "{name}"\nkind = "{kind}"\nsymbol = "{symbol}"\n'


def message(spec, text):
    with pytest.raises(PlanFileError) as caught:
        spec(text)
    [problem] = caught.value.problems
    return problem.message


def test_what_is_required_is_not_forbidden(spec):
    text = detector("wanted", "require-symbol", "a.make") + detector("judge", "forbid-symbol", "a.make")
    assert message(spec, text) == "'wanted' (line 2) requires a.make, which 'judge' (line 6) then finds wrong"


def test_what_is_required_does_not_move_away(spec):
    text = detector("wanted", "require-symbol", "a.make") + move("judge", "a.make", "b.make")
    assert message(spec, text) == "'wanted' (line 2) requires a.make, which 'judge' (line 6) then finds wrong"


def test_what_is_forbidden_is_not_written(spec):
    text = move("maker", "a.old", "a.make") + detector("judge", "forbid-symbol", "a.make")
    assert message(spec, text) == "'maker' (line 2) writes a.make, which 'judge' (line 7) then finds wrong"


def test_a_migration_may_require_where_it_leads_and_forbid_where_it_came_from(spec):
    checks = detector("wanted", "require-symbol", "b.make") + detector("gone", "forbid-symbol", "a.make")
    assert len(spec(move("mover", "a.make", "b.make") + checks).rules) == 3

"""Rules apply in the declared order; circles are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_values import move

from workbench.codemod.rule import Parameters
from workbench.model.errors import PlanFileError
from workbench.planning.order import OrderError, circles, ordered, rules_of


def rules(**after):
    return [Parameters(id=name.replace("_", "-"), kind="k", after=tuple(befores)) for name, befores in after.items()]


def flat(groups):
    return [one for group in groups for one in group]


def test_file_order_stands_where_nothing_is_declared():
    assert flat(ordered(rules(c=[], a=[], b=[]))) == ["c", "a", "b"]


def test_after_moves_a_rule_behind_and_nothing_else():
    assert flat(ordered(rules(a=["c"], b=[], c=[]))) == ["b", "c", "a"]


def test_rules_that_land_together_stand_together_in_their_own_order():
    assert ordered(rules(a=["d"], b=[], c=[], d=[]), [("a", "d")]) == (("d", "a"), ("b",), ("c",))


def test_a_group_waits_for_what_any_of_it_waits_for():
    assert ordered(rules(a=[], b=["c"], c=[]), [("a", "b")]) == (("c",), ("a", "b"))


def test_a_rule_between_two_that_land_together_is_a_circle():
    with pytest.raises(OrderError) as caught:
        ordered(rules(a=[], b=["c"], c=["a"]), [("a", "b")])
    assert "'a' together with 'b'" in caught.value.message
    assert "'c'" in caught.value.message


def test_every_circle_is_named_once():
    found = list(circles(rules(a=["b"], b=["a"], c=[], d=["d"], e=["f"], f=["g"], g=["e"])))
    named = [sorted(one for group in circle.groups for one in group) for circle in found]
    assert sorted(named) == [["a", "b"], ["d"], ["e", "f", "g"]]


def test_a_circle_reads_in_the_direction_of_after():
    [circle] = circles(rules(a=["b"], b=["c"], c=["a"]))
    order = [group[0] for group in circle.groups]
    waits = {"a": "b", "b": "c", "c": "a"}
    assert all(waits[one] == following for one, following in zip(order, order[1:] + order[:1], strict=True))


@given(st.permutations(range(6)), st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8))
def test_every_after_is_kept_and_no_rule_lost(places, edges):
    names = [f"r{number}" for number in places]
    # An edge from a larger to a smaller number can never close a circle.
    after = {f"r{a}": [f"r{b}" for x, b in edges if x == a and b < a] for a in range(6)}
    result = flat(ordered(rules(**{name: after[name] for name in names})))
    assert sorted(result) == sorted(names)
    assert all(result.index(before) < result.index(name) for name, befores in after.items() for before in befores)


def test_a_plan_whose_order_runs_in_a_circle_is_refused_with_its_line(spec):
    with pytest.raises(PlanFileError) as caught:
        spec(move("one", "a.b.c", "a.b.d", after=["two"]) + move("two", "a.b.e", "a.b.f", after=["one"]))
    [found] = caught.value.problems
    assert "runs in a circle" in found.message
    assert found.line in (7, 13)


def test_the_rules_of_a_plan_come_in_order_with_their_parameters(spec):
    found = rules_of(spec(move("one", "a.b.c", "a.b.d", after=["two"]) + move("two", "a.b.e", "a.b.f")))
    assert [(rule.id, rule.kind) for rule in found] == [("two", "move-symbol"), ("one", "move-symbol")]
    assert found[0].moves() == (("a.b.e", "a.b.f"),)

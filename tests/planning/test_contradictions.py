"""A plan that undoes itself is refused, and both rules are named with their lines."""

import pytest
from planning_values import move

from workbench.model.errors import PlanFileError
from workbench.planning.contradictions import lint
from workbench.planning.order import rules_of


def call(name, old, new, **more):
    lines = [f'id = "{name}"', 'kind = "replace-call"', f'call = "{old}"', f'with = "{new}"']
    lines += [f"{key} = {value}" for key, value in more.items()]
    return "\n".join(["[[rules]]", *lines, ""])


def messages(spec, text):
    with pytest.raises(PlanFileError) as caught:
        spec(text)
    return [one.message for one in caught.value.problems]


def test_a_move_and_its_reverse_meet(spec):
    [message] = messages(spec, move("there", "a.x", "b.x") + move("back", "b.x", "a.x"))
    assert message == "'there' (line 2) and 'back' (line 7) move names in a circle: a.x to b.x to a.x"


def test_a_circle_through_other_names_is_found_once(spec):
    text = move("one", "a.x", "b.x") + move("two", "b.x", "c.x") + move("three", "c.x", "a.x")
    [message] = messages(spec, text)
    assert message.endswith("move names in a circle: a.x to b.x to c.x to a.x")
    assert all(name in message for name in ("'one' (line 2)", "'two' (line 7)", "'three' (line 12)"))


def test_a_name_has_one_home(spec):
    [message] = messages(spec, move("one", "a.x", "b.x") + move("two", "a.x", "c.x"))
    assert message == "a.x cannot move to two homes: 'one' (line 2) moves it to b.x, 'two' (line 7) to c.x"


def test_the_same_move_twice_is_no_contradiction(spec):
    text = move("one", "a.x", "b.x", paths=["x/**"]) + move("two", "a.x", "b.x", paths=["y/**"])
    found = spec(text)
    assert lint(found, rules_of(found)) == ()


@pytest.mark.parametrize(
    "text",
    [
        call("maker", "a.Old", "a.make") + move("mover", "a.make", "b.make"),
        call("maker", "a.Old", "a.make") + call("judge", "a.make", "a.other"),
        move("maker", "a.old", "a.make") + call("judge", "a.make", "a.other"),
        move("maker", "a.old", "a.make") + move("judge", "a.make", "a.other"),
    ],
    ids=["call-move", "call-call", "move-call", "move-move"],
)
def test_what_one_rule_writes_another_must_not_find_wrong(spec, text):
    [message] = messages(spec, text)
    assert message.startswith("'maker' (line 2) writes a.make, which ")


def test_two_calls_that_turn_into_each_other_are_both_named(spec):
    found = messages(spec, call("one", "a.f", "a.g") + call("two", "a.g", "a.f"))
    assert found == [
        "'one' (line 2) writes a.g, which 'two' (line 7) then finds wrong",
        "'two' (line 7) writes a.f, which 'one' (line 2) then finds wrong",
    ]


@pytest.mark.parametrize(
    "text",
    [
        move("one", "a.x", "b.x") + move("two", "a.y", "b.y"),
        move("one", "a.make_old", "a.make") + '[[rules]]\nid = "two"\nkind = "remove-await"\ncall = "a.make"\n',
        call("one", "a.Old", "a.Old.make"),
        call("one", "a.f", "a.f"),
        call("one", "a.Old", "a.make") + call("two", "a.make", "a.other", paths='["b/**"]'),
        call("one", "a.Old", "a.make") + call("two", "a.make", "a.other", allow='["b/**"]'),
    ],
    ids=["apart", "await", "factory-method", "same-callable", "only-there", "not-there"],
)
def test_rules_that_can_live_together_do(spec, text):
    found = spec(text)
    assert lint(found, rules_of(found)) == ()

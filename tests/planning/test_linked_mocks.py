"""A mock and the calls it stands for are one: in one batch and unit, or blocked together."""

from __future__ import annotations

import pytest
from planning_values import violation

from workbench.codemod.roots import ModuleMap
from workbench.model.violation import Priority, Reach
from workbench.planning.linked import link

CALL, TEST = "app/user.py", "tests/test_user.py"


def linked(*sites, together=()):
    return link(sites, together, ModuleMap()).violations


def mock(**more):
    return violation("one", TEST, 3, reach=Reach("app.user"), **more)


def told(sites):
    return [(one.path, str(one.state), one.reason) for one in sites]


def test_a_mock_of_open_calls_is_open():
    found = linked(mock(), violation("one", CALL, 1))
    assert told(found) == [(TEST, "open", ""), (CALL, "open", "")]
    assert [one.reach for one in found] == [None, None]


def test_one_blocked_call_blocks_the_mock_and_the_other_calls():
    calls = violation("one", CALL, 1), violation("one", CALL, 2, state="blocked", reason="no-context-in-scope")
    found = linked(*calls, mock(), violation("one", "app/else.py"))
    assert [reason for _, _, reason in told(found)] == ["linked", "no-context-in-scope", "linked", ""]
    assert found[2].detail == "one is blocked in app/user.py, at line 2: no-context-in-scope"


def test_an_unclear_mock_blocks_the_calls():
    found = linked(violation("one", CALL, 1), mock(state="blocked", reason="mock-unclear"))
    assert [reason for _, _, reason in told(found)] == ["linked", "mock-unclear"]


def test_a_mock_of_what_nobody_calls_there_is_unclear():
    found = linked(mock(), violation("one", "app/else.py"), violation("two", CALL))
    assert [reason for _, _, reason in told(found)] == ["mock-unclear", "", ""]
    assert found[0].detail == "nothing that one changes is called in app.user"


def test_a_mock_that_is_only_told_of_holds_nothing_up():
    calls = violation("one", CALL, 1), violation("one", CALL, 2, state="blocked", reason="passed-as-value")
    found = linked(mock(state="excluded", reason="string"), *calls)
    assert [reason for _, _, reason in told(found)] == ["string", "", "passed-as-value"]


@pytest.mark.parametrize(
    ("reason", "state", "why"), [("own-definition", "excluded", "own-definition"), ("", "open", "")]
)
def test_a_mock_of_the_definition_stays_where_the_new_one_works_with_the_old(reason, state, why):
    own = violation("one", "app/lib.py", 1, state="excluded" if reason else "open", reason=reason)
    home = violation("one", TEST, 3, reach=Reach("app.lib", is_home=True))
    assert told(linked(own, home))[1] == (TEST, state, why)


def test_all_that_hangs_together_moves_to_the_most_urgent_phase():
    sites = mock(priority="P2"), violation("one", CALL, 1, priority="P1"), violation("two", CALL, 2, priority="P0")
    found = linked(*sites, together=[("one", "two")])
    assert [one.priority for one in found] == [Priority.P0] * 3
    assert [one.priority for one in linked(*sites)] == ["P1", "P1", "P0"]


def test_a_test_of_two_modules_binds_both():
    other = violation("one", TEST, 5, reach=Reach("app.more"))
    found = link([mock(), other, violation("one", CALL), violation("one", "app/more.py")], (), ModuleMap())
    assert set(found.leaders.values()) == {"app/more.py"}
    assert set(found.leaders) == {("app/more.py", "one"), (CALL, "one"), (TEST, "one")}


def test_a_mock_of_what_others_look_up_lands_with_those_it_names():
    def home(*users):
        return violation("one", TEST, 3, reach=Reach("app.lib", "app.new.f", is_home=True, users=users))

    calls = (
        violation("one", CALL, 1),
        violation("one", "app/else.py"),
        violation("one", "app/stuck.py", state="blocked"),
    )
    found = link((home("app.user", "app.else", "app.none"), *calls), (), ModuleMap())
    assert {path for (path, _), leader in found.leaders.items() if leader == "app/else.py"} == {
        "app/else.py",
        CALL,
        TEST,
    }
    assert linked(home("app.stuck"), *calls)[0].reason == "linked"
    assert linked(home(), *calls)[0].reason == ""

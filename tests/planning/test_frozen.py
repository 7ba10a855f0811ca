"""A frozen plan comes back as it was, or not at all."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_values import RULES, violation, violations
from test_planner import plan_of

from workbench.model.errors import StalePlan, UsageError
from workbench.planning.frozen import dumps, loads, sealed

PLAN = plan_of([violation("one", "app/x.py"), violation("two", "app/y.py", state="blocked", reason="name-taken")])
WORDS = st.text(max_size=20)


@given(violations(), WORDS, WORDS, WORDS)
def test_what_is_written_is_read_back(sites, title, snippet, path):
    odd = [replace(one, snippet=snippet, message=title, detail=path, scope=snippet) for one in sites]
    plan = sealed(replace(plan_of(odd), title=title, path=path))
    text = dumps(plan)
    assert text.isascii()
    assert "\n" not in text
    assert loads(text) == plan


def test_the_digest_is_of_the_content_and_not_of_the_place_of_the_plan_file():
    assert sealed(replace(PLAN, path="/elsewhere/some.toml")).digest == PLAN.digest
    for change in (
        {"base_tree": "u"},
        {"source_digest": "1"},
        {"violations": ()},
        {"phases": ()},
        {"rules": RULES[:1]},
    ):
        assert sealed(replace(PLAN, **change)).digest != PLAN.digest


def changed(change):
    content = json.loads(dumps(PLAN))
    change(content)
    return json.dumps(content)


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan.update(more=1),
        lambda plan: plan.pop("name"),
        lambda plan: plan.update(format=2),
        lambda plan: plan.update(name=3),
        lambda plan: plan["phases"][0].update(more=1),
        lambda plan: plan["phases"][0].update(priority="P3"),
        lambda plan: plan["phases"][0]["batches"][0].update(more=1),
        lambda plan: plan["phases"][0]["batches"][0].pop("units"),
        lambda plan: plan["sites"][0].append("more"),
        lambda plan: plan["sites"][0].pop(),
        lambda plan: plan["sites"][0][4].pop(),
        lambda plan: plan["sites"][0].__setitem__(9, "open-ish"),
    ],
)
def test_a_closed_schema_refuses_what_it_does_not_know(change):
    with pytest.raises(StalePlan, match="cannot be read") as caught:
        loads(changed(change))
    assert caught.value.hint == "freeze it anew with `workbench plan`"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"plan"', dumps(PLAN)[:-5]])
def test_what_is_no_plan_is_refused(text):
    with pytest.raises(StalePlan, match="cannot be read"):
        loads(text)


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan.update(base_commit="d"),
        lambda plan: plan.update(digest="0" * 64),
        lambda plan: plan["sites"].reverse(),
        lambda plan: plan["sites"][0].__setitem__(9, "fixed"),
        lambda plan: plan["phases"][0]["batches"][0]["units"].append(["z.py"]),
    ],
)
def test_a_plan_that_was_touched_is_refused(change):
    with pytest.raises(StalePlan, match="digest does not fit"):
        loads(changed(change))


def test_a_text_beyond_the_limit_is_not_read():
    with pytest.raises(UsageError, match="more than 64 MiB"):
        loads(" " * ((64 << 20) + 1))


def test_a_hundred_thousand_sites_stay_below_the_limit():
    deep = "netra_backend/app/services/websocket_core/handlers/user_execution_context_factory.py"
    site = replace(
        violation("direct-construction-of-the-manager", deep, 1234),
        scope="TestUserExecutionContext.test_a_long_name_of_a_test_method",
        snippet="manager = WebSocketManager(user_context=self.user_context, mode=mode)" + "x" * 50,
        message="call get_websocket_manager instead of WebSocketManager, with the context of the user",
    )
    one = len(dumps(replace(PLAN, violations=(site, site)))) - len(dumps(replace(PLAN, violations=(site,))))
    assert one * 100_000 < 60_000_000

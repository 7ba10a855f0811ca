"""Contradictions between migration plans (T2 to T5): refused before any edit, with both rules named."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from workbench.engine.begin import RunOptions
from workbench.engine.freeze import freeze_and_store
from workbench.engine.means import Means
from workbench.engine.run import run_plan
from workbench.model.errors import PlanFileError

HUB = "backend.sockets.manager"
LEGACY = "backend.sockets.factory"
FILES = {
    "backend/__init__.py": "",
    "backend/sockets/__init__.py": "",
    "backend/sockets/manager.py": "class Manager:\n    def __init__(self, context=None): ...\n\n\n"
    "def get_manager(context=None):\n    return Manager(context)\n",
    "backend/sockets/factory.py": "def create_manager(context=None):\n    return object()\n",
    "backend/sockets/unified.py": "class Manager: ...\n",
    "tests/test_it.py": f"from {LEGACY} import create_manager\n\n\ndef test_it(one):\n    create_manager(one)\n",
}


def rule(name, kind, **more):
    lines = [f"{key.rstrip('_')} = {_toml(value)}" for key, value in more.items()]
    return "\n".join(["[[rules]]", f'id = "{name}"', f'kind = "{kind}"', *lines, ""])


def _toml(value):
    return f"[{', '.join(map(_toml, value))}]" if isinstance(value, list) else f'"{value}"'


@pytest.fixture
def freeze(make_repo, git):
    """`freeze(*rules)` freezes a plan of these rules for the small tree; the branch must stay where it was."""

    def run(*rules):
        root = make_repo({**FILES, "plans/it.toml": 'name = "it"\n' + "".join(rules)})
        base = git(root, "rev-parse", "HEAD")
        means = Means(lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: "run-1", dict(os.environ))
        try:
            return freeze_and_store(root, "it", "HEAD", means)
        finally:
            assert git(root, "rev-parse", "HEAD") == base
            assert git(root, "status", "--porcelain") == ""

    return run


def refusals(freeze, *rules):
    with pytest.raises(PlanFileError) as caught:
        freeze(*rules)
    return [one.message for one in caught.value.problems]


def move(name, old, new, **more):
    return rule(name, "move-symbol", from_=old, to=new, **more)


def test_T2_one_module_cannot_be_canonical_and_legacy(freeze):
    found = refusals(
        freeze,
        move("to-canonical", f"{LEGACY}.create_manager", f"{HUB}.get_manager"),
        rule("away-from-legacy", "move-module", from_=HUB, to="backend.sockets.unified"),
    )
    [message] = found
    assert "'to-canonical' (line 2)" in message
    assert "'away-from-legacy' (line 7)" in message


def test_T2_what_is_required_cannot_be_forbidden_somewhere(freeze):
    required = rule("canonical", "require-symbol", symbol=f"{HUB}.Manager")
    forbidden = rule("legacy", "forbid-symbol", symbol=f"{HUB}.Manager", paths=["tests/**"])
    [message] = refusals(freeze, required, forbidden)
    assert message == f"'canonical' (line 2) requires {HUB}.Manager, which 'legacy' (line 6) then finds wrong"


def test_T3_two_homes_that_lead_to_each_other_are_a_circle(freeze):
    there = move("hub-is-home", "backend.sockets.unified.Manager", f"{HUB}.Manager")
    back = move("unified-is-home", f"{HUB}.Manager", "backend.sockets.unified.Manager")
    [message] = refusals(freeze, there, back)
    assert message.startswith("'hub-is-home' (line 2) and 'unified-is-home' (line 7) move names in a circle: ")


def test_T3_two_plans_that_lead_to_each_other_are_seen_before_any_edit(make_repo, git):
    there = 'name = "hub"\n' + move("hub-is-home", "backend.sockets.unified.Manager", f"{HUB}.Manager")
    back = 'name = "unified"\n\n' + move("unified-is-home", f"{HUB}.Manager", "backend.sockets.unified.Manager")
    uses = {
        "one.py": f"from {HUB} import Manager\n",
        "two.py": "from backend.sockets.unified import Manager\n",
    }
    root = make_repo({**FILES, **uses, "plans/hub.toml": there, "plans/unified.toml": back})
    means = Means(lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: "run-1", dict(os.environ))
    base = git(root, "rev-parse", "HEAD")
    for act in (
        lambda: freeze_and_store(root, "hub", "HEAD", means),
        lambda: run_plan(root, "hub", RunOptions(), means=means, watch=lambda _plan, _past: lambda _event, _at: None),
    ):
        with pytest.raises(PlanFileError) as caught:
            act()
        [problem] = caught.value.problems
        assert problem.message == (
            "'hub-is-home' (plans/hub.toml, line 2) and 'unified-is-home' (plans/unified.toml, line 3) move names in a "
            f"circle: backend.sockets.unified.Manager to {HUB}.Manager to backend.sockets.unified.Manager"
        )
        assert (caught.value.exit_code, problem.line) == (2, 2)
    assert git(root, "for-each-ref", "--format=%(objectname)") == base
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "limits", [{}, {"allow": ["backend/sockets/**"]}, {"paths": ["tests/**"]}], ids=["all", "allow", "paths"]
)
@pytest.mark.parametrize(
    "writer",
    [
        move("use-the-class", f"{LEGACY}.create_manager", f"{HUB}.Manager"),
        rule("use-the-class", "replace-call", call=f"{LEGACY}.create_manager", with_=f"{HUB}.Manager"),
        rule("use-the-class", "pattern", match=f"{LEGACY}.create_manager($X)", rewrite=f"{HUB}.Manager($X)"),
    ],
    ids=["import", "call", "pattern"],
)
def test_T4_one_rule_must_not_construct_what_another_forbids_to_construct(freeze, writer, limits):
    judge = rule("factory-only", "forbid-symbol", symbol=f"{HUB}.Manager", use="call", **limits)
    [message] = refusals(freeze, writer, judge)
    assert message == f"'use-the-class' (line 2) writes {HUB}.Manager, which 'factory-only' (line 7) then finds wrong"


@pytest.mark.parametrize(
    ("ours", "limits"),
    [
        ({"paths": ["backend/sockets/**"]}, {"allow": ["backend/sockets/**", "backend/more/**"]}),
        ({"paths": ["backend/**"]}, {"paths": ["tests/**"]}),
        ({"allow": ["tests/**"]}, {"paths": ["tests/**"]}),
    ],
)
def test_T4_a_creator_that_is_allowed_may_be_written_where_it_is_allowed(freeze, ours, limits):
    writer = rule("use-it", "replace-call", call=f"{LEGACY}.create_manager", with_=f"{HUB}.Manager", **ours)
    judge = rule("factory-only", "forbid-symbol", symbol=f"{HUB}.Manager", use="call", **limits)
    assert freeze(writer, judge).plan.rules == ("use-it", "factory-only")


def test_T4_a_class_may_move_while_only_some_may_construct_it(freeze):
    writer = move("home", "backend.sockets.unified.Manager", f"{HUB}.Manager")
    judge = rule("factory-only", "forbid-symbol", symbol=f"{HUB}.Manager", use="call", allow=["backend/sockets/**"])
    assert freeze(writer, judge).plan.rules == ("home", "factory-only")
    [message] = refusals(freeze, writer, judge.replace('"call"', '"import"'))
    assert message == f"'home' (line 2) writes {HUB}.Manager, which 'factory-only' (line 7) then finds wrong"


def test_T5_one_rule_must_not_await_what_another_says_is_not_awaited(freeze):
    awaits = rule("await-it", "pattern", match=f"{LEGACY}.create_manager($X)", rewrite=f"await {HUB}.get_manager($X)")
    sync = rule("await-on-sync", "remove-await", call=f"{HUB}.get_manager")
    [message] = refusals(freeze, awaits, sync)
    assert (
        message
        == f"'await-it' (line 2) writes await {HUB}.get_manager, which 'await-on-sync' (line 7) then finds wrong"
    )
    plain = awaits.replace('"await ', '"')
    assert freeze(plain, sync).plan.rules == ("await-it", "await-on-sync")


def test_rules_that_undo_each_other_unseen_are_both_named_by_the_rescan(make_repo):
    there = rule("there", "pattern", match="$X.first()", rewrite="$X.second()")
    back = rule("back", "pattern", match="$X.second()", rewrite="$X.first()")
    root = make_repo({"app/it.py": "def f(x):\n    return x.first()\n", "plans/it.toml": f'name = "it"\n{there}{back}'})
    means = Means(lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: "run-1", dict(os.environ))
    record = run_plan(root, "it", RunOptions(), means=means, watch=lambda _plan, _past: lambda _event, _at: None)
    [left] = record.quarantined
    assert (left.path, left.gate) == ("app/it.py", "rescan")
    assert "back: 0 found before, 0 fixed, 1 found now; there wrote it" in left.evidence

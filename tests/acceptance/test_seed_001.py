"""Issue #1126 of the seed documents: two ways to get one thing, and four phases of tests around the change."""

from __future__ import annotations

import pytest

from tests.acceptance.product import CANONICAL, FACTORY, PLACE, PRODUCT, gate, move, plan, rule

TOKEN = "staging-token-5f3a9c"
USER = f"""import os

from {FACTORY} import create_websocket_manager


def manager_of(user_context):
    return create_websocket_manager(user_context)
"""
EVENTS = """from netra_backend.app.agents import triage

A, B = object(), object()


def deliver(event):
    manager = triage.manager_of(A)
    manager.emit(event)
    assert [one for _, one in manager.events] == [event]


def test_agent_started(): deliver("agent_started")
def test_agent_thinking(): deliver("agent_thinking")
def test_tool_executing(): deliver("tool_executing")
def test_tool_completed(): deliver("tool_completed")
def test_agent_completed(): deliver("agent_completed")


def test_two_users_are_isolated():
    one, other = triage.manager_of(A), triage.manager_of(B)
    one.emit("agent_started")
    assert (one.user_context, other.user_context, other.events) == (A, B, [])
"""
DETECTION = """from pathlib import Path


def test_nothing_new_imports_the_deprecated_factory():
    assert "websocket_manager_factory import" not in Path("netra_backend/app/agents/triage.py").read_text()
"""
LEGACY = """import os

from netra_backend.app.agents import legacy


def test_legacy_sessions_stay_anonymous():
    assert legacy.manager_of(object()).user_context is None, os.environ["STAGING_TOKEN"]
"""
FILES = {
    **PRODUCT,
    "netra_backend/app/agents/__init__.py": "",
    "netra_backend/app/agents/triage.py": USER,
    "netra_backend/app/agents/legacy.py": USER,
    "netra_backend/app/user_context_factory.py": "def user_context():\n    return object()\n",
    "tests/integration/test_events.py": EVENTS,
    "tests/unit/test_legacy.py": LEGACY,
    "tests/detection/test_deprecated.py": DETECTION,
}
NO_FACTORY = {"module": "netra_backend.*factory*", "allow": ["netra_backend/app/user_context_factory.py"]}
MOVE = move("one-factory", f"{FACTORY}.create_websocket_manager", f"{CANONICAL}.get_websocket_manager")
ONE_WAY = plan(
    "one-way",
    MOVE,
    rule("gone", "forbid-module", **NO_FACTORY, after=["one-factory"]),
    rule("there", "require-symbol", symbol=f"{CANONICAL}.get_websocket_manager"),
    gate("protected", "protected", "{python}", "tests/unified_test_runner.py", "--category", "integration",
         "--junitxml", "{junit}", min_tests=6, target="100%"),
    gate("unit", "tests"),
    gate("compiles", "static", "{python}", "-m", "py_compile", "{files}"),
    gate("detection", "tests", when="run", expect="red-then-green"),
    gate("contrary", "tests", "{python}", "-c", "", when="run", expect="red-then-green"),
    batches='by = ["file"]',
    head='[scope]\nexclude = ["tests/**"]',
)  # fmt: skip
ONE_WAY = {path: text.replace("[run]\n", '[run]\nenv = ["STAGING_TOKEN"]\n') for path, text in ONE_WAY.items()}
BRANCH = "workbench/one-way"


@pytest.fixture(scope="module")
def desk(make_desk):
    """Two files use the old factory; one of them must go on using it, says a test. What may stay is a third matter."""
    made = make_desk({**FILES, **ONE_WAY})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STAGING_TOKEN", TOKEN)
        made.ask("run", "one-way", "--jobs", "1", code=1)
    return made


@pytest.fixture(scope="module")
def ran(desk):
    return desk.ask("report", "one-way", "--format", "json")


@pytest.fixture(scope="module")
def suites(ran):
    return {one["id"]: one for one in ran["gates"]}


def test_S1_01_one_plan_scans_applies_monitors_and_protects(desk, ran, suites):
    assert desk.ask("scan", "one-way", code=1)["totals"]["found"] == ran["totals"]["found"] == 7
    assert (ran["totals"]["fixed"], ran["totals"]["quarantined"]) == (2, 2)
    assert desk.ask("check", "one-way", "--commit", BRANCH)["totals"]["gone"] == 3
    assert suites["protected"]["met"] is True


def test_S1_05_S1_06_each_event_and_the_isolation_of_users_is_a_criterion_of_its_own(ran, suites):
    protected = suites["protected"]
    assert (protected["baseline"]["failed"], protected["now"]["passed"], protected["required"]) == (1, 6, 6)
    (flip,) = ran["flips"]
    assert (flip["batch"], flip["gained"]) == ("P2-002", ["test_events::test_two_users_are_isolated"])


def test_S1_07_what_a_suite_may_see_is_named_and_a_secret_is_kept_nowhere(desk, ran):
    (aside,) = ran["quarantined"]
    assert aside["evidence"].endswith("AssertionError('[redacted]')")
    ledgers = [one for one in (desk.root / ".git/workbench").rglob("*") if one.is_file()]
    assert ledgers
    assert not [one for one in ledgers if TOKEN.encode() in one.read_bytes()]


def test_S1_12_levels_judge_from_cheap_to_dear_and_the_first_red_ends_it(desk, ran):
    dry = desk.ask("gates", "one-way")
    assert dry["builtin"] == ["syntax", "rescan", "imports"]
    assert [one["id"] for one in dry["gates"]] == ["compiles", "unit", "detection", "contrary", "protected"]
    red, green = ([one["id"] for one in batch["gates"]] for batch in ran["batches"])
    assert red == ["syntax", "rescan", "imports", "compiles", "unit"]
    assert green == [*red, "protected"]


def test_S1_13_S1_24_T1_what_is_said_of_before_and_after_is_measured_and_the_measurement_counts(suites):
    detection, contrary = suites["detection"], suites["contrary"]
    assert (detection["baseline"]["failed"], detection["now"]["passed"], detection["met"]) == (1, 1, True)
    assert (contrary["verdict"], contrary["met"]) == ("skip", False)
    assert contrary["reason"] == "vacuous: it was green before any change"


def test_S1_14_what_may_fail_before_must_pass_after(suites):
    protected = suites["protected"]
    assert (protected["baseline"]["failed"], protected["target"], protected["met"]) == (1, "1/1", True)


def test_S1_02_S1_03_S1_10_what_must_be_gone_and_what_must_be_there(desk):
    found = [one for one in desk.ask("scan", "one-way", code=1)["violations"] if one["rule"] != "one-factory"]
    assert [(one["rule"], one["path"].rpartition("/")[2], one["line"]) for one in found] == [
        ("gone", "legacy.py", 3),
        ("gone", "triage.py", 3),
        ("gone", "websocket_manager_factory.py", 1),
    ]


@pytest.fixture(scope="module")
def judged(make_desk):
    """Plans that only find, one after the other."""
    doubled = "import sys\n\nfrom .websocket_manager import WebSocketManager\n\nsys.exit('nobody imports this')\n"
    second = "class WebSocketManager:\n    pass\n"
    built = (
        f"from {CANONICAL} import WebSocketManager as M, WebSocketManagerMode as Mode\n\nM()\nM(mode=Mode.UNIFIED)\n"
    )
    files = {f"{PLACE}/exports.py": doubled, f"{PLACE}/copy.py": second, "tests/built.py": built}
    manager = f"{CANONICAL}.WebSocketManager"
    return make_desk({
        **PRODUCT, **files,
        **plan("unique", rule("unique", "unique-definition", canonical=manager, fix="none")),
        **plan("missing", rule("there", "require-symbol", symbol=f"{CANONICAL}.close_websocket_manager")),
        **plan("symbol", rule("gone", "forbid-symbol", symbol=f"{FACTORY}.create_websocket_manager")),
        **plan("dead", rule("gone", "forbid-module", module="*factory*", allow=["netra_backend/app/user_context.py"])),
        **plan("moded", rule("moded", "pattern", match=f"{manager}()", rewrite=f"{CANONICAL}.get_websocket_manager()")),
    })  # fmt: skip


def places(desk, name):
    return [(one["path"].rpartition("/")[2], one["line"]) for one in desk.ask("scan", name, code=1)["violations"]]


def test_S1_04_a_construction_with_an_explicit_mode_is_no_violation(judged):
    assert places(judged, "moded") == [("websocket_manager_factory.py", 7), ("built.py", 3)]


def test_S1_11_T15_a_class_is_counted_where_it_is_defined_whoever_hands_it_on_and_whatever_is_loaded(judged):
    assert places(judged, "unique") == [("copy.py", 1)]


def test_S1_02_S1_03_a_symbol_that_is_left_and_one_that_is_missing_are_found(judged):
    assert places(judged, "symbol") == [("websocket_manager_factory.py", 6)]
    (missing,) = judged.ask("scan", "missing", code=1)["violations"]
    assert f"{CANONICAL}.close_websocket_manager" in missing["message"]


def test_S1_10_T14_an_entry_that_allows_nothing_is_an_error_with_its_line(judged):
    (problem,) = judged.ask("scan", "dead", code=2)["error"]["problems"]
    assert "netra_backend/app/user_context.py" in problem["message"]
    text = (judged.root / "plans/dead.toml").read_text().splitlines()
    assert text[problem["line"] - 1].startswith(("allow", "[[rules]]"))


def test_S1_19_S1_20_S1_21_S1_25_callers_move_first_a_clash_is_done_anew_and_the_old_way_goes_last(make_desk):
    files = {path: text for path, text in FILES.items() if "legacy" not in path}
    desk = make_desk({**files, **plan("small", MOVE), **plan("closing", rule("gone", "forbid-module", **NO_FACTORY))})

    def left(*words, code=1):
        found = desk.ask("scan", "closing", *words, code=code)["violations"]
        return sorted({one["path"].rpartition("/")[2] for one in found})

    (batch,) = desk.ask("run", "small", "--jobs", "1")["batches"]
    assert batch["state"] == "kept"
    assert left() == ["triage.py", "websocket_manager_factory.py"]
    assert left("--commit", "workbench/small") == ["websocket_manager_factory.py"]
    desk.commit("netra_backend/app/agents/triage.py", USER.replace("return", "# meanwhile\n    return"))
    clash = desk.call("land", "small")
    assert clash.code == 4
    assert "would conflict in netra_backend/app/agents/triage.py" in clash.err
    desk.ask("plan", "small")
    desk.ask("run", "small", "--branch", "workbench/again", "--jobs", "1")
    assert desk.ask("status", "small")["next"] == "workbench land small"
    assert desk.ask("land", "small")["landed"] is True
    assert desk.ask("status", "small")["next"] == ""
    assert "    # meanwhile\n    return get_websocket_manager" in desk.git(
        "show", "main:netra_backend/app/agents/triage.py"
    )
    desk.git("rm", "--quiet", f"{PLACE}/websocket_manager_factory.py")
    desk.git("commit", "--quiet", "--message", "the old way goes")
    assert left(code=0) == []
    assert desk.ask("check", "closing")["totals"]["new"] == 0
    desk.write("netra_backend/app/back.py", USER)
    (new,) = desk.ask("check", "closing", code=1)["new"]
    assert (new["path"], new["line"]) == ("netra_backend/app/back.py", 3)

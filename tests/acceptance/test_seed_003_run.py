"""Issue #1066 of the seed documents, hand-sized: three phases of a remediation, from the first scan to the landing."""

from __future__ import annotations

import json

import pytest

from tests.acceptance.product import CANONICAL, FACTORY, PLACE, PRODUCT, gate, move, plan, rule
from workbench.cli.verbs import VERBS

ROUTE = "netra_backend/app/routes/socket.py"
AUTH = "netra_backend/app/auth.py"
THREADS = "netra_backend/app/threads.py"
BOOM = "netra_backend/app/boom.py"
MANAGER = """class WebSocketManager:
    def __init__(self, user_context=None, token=None):
        self.user_context = user_context


def get_websocket_manager(user_context, authorization_token=None):
    return WebSocketManager(user_context, authorization_token)
"""
LEGACY = (
    f"from {FACTORY} import create_websocket_manager\n\n\ndef of(user):\n    return create_websocket_manager(user)\n"
)
AUTHORISED = f"""from {CANONICAL} import WebSocketManager


def login(user_context, token):
    return WebSocketManager()


def anonymous(user_context):
    return WebSocketManager()
"""
RAISES = "open('imported', 'w').close()\nraise RuntimeError('initialised at import time')\n"
UNIT = """from netra_backend.app import auth, threads


def test_threads_are_nobodys():
    assert threads.of("one").user_context is None


def test_login():
    assert auth.login("one", "token").user_context == "one"
"""
FIXED_UNIT = UNIT.replace("nobodys", "their_users").replace("is None", '== "one"')
FILES = {
    **PRODUCT,
    f"{PLACE}/websocket_manager.py": MANAGER,
    ROUTE: LEGACY,
    AUTH: AUTHORISED,
    THREADS: LEGACY,
    BOOM: LEGACY + "\n\n" + RAISES,
    "tests/unit/test_it.py": UNIT,
}
TAKEN = [
    {"name": "user_context", "from_scope": ["user_context"], "otherwise": "block"},
    {"name": "authorization_token", "from_scope": ["authorization_token", "token"], "otherwise": "block"},
]
PRIORITIES = """rules = [
  { priority = "P0", paths = ["netra_backend/app/routes/**"] },
  { priority = "P1", label = ["security"] },
]"""
LEGACY_IMPORT = move("legacy-import", f"{FACTORY}.create_websocket_manager", f"{CANONICAL}.get_websocket_manager")
EXPLICIT = {"call": f"{CANONICAL}.WebSocketManager", "with": f"{CANONICAL}.get_websocket_manager"}
REMEDIATION = plan(
    "remediation",
    LEGACY_IMPORT,
    rule("explicit", "replace-call", **EXPLICIT,
         arguments=TAKEN, allow=[f"{PLACE}/**"], label="security", after=["legacy-import"]),
    gate("unit", "tests", target="100%"),
    gate("compiles", "static", "{python}", "-m", "py_compile", "{files}"),
    head='title = "Everybody has a manager of their own"\nissue = "#1066"\n[scope]\ninclude = ["netra_backend/**"]',
    batches='by = ["file"]',
    priorities=PRIORITIES,
)  # fmt: skip
BRANCH = "workbench/remediation"


class Story:
    """What each command said, in the order they were given."""

    def __init__(self, desk):
        self.desk = desk
        self.scan = desk.ask("scan", "remediation", code=1)
        self.plan = desk.ask("plan", "remediation")
        self.before = desk.call("show", "remediation", f"{ROUTE}:5").out
        self.ran = desk.ask("run", "remediation", "--jobs", "1", code=1)
        self.report = desk.call("report", "remediation", "--format", "pr").out
        self.tracker = [desk.call("report", "remediation").out for _ in range(2)]
        self.trees = {one["id"]: desk.git("rev-parse", f"{one['commit']}^{{tree}}")
                      for one in self.ran["batches"] if one["commit"]}  # fmt: skip
        self.back = {what: desk.ask("rollback", what) for what in ("P2-001", "P1", "all")}
        self.verified = desk.ask("verify")
        desk.commit("tests/unit/test_it.py", FIXED_UNIT)
        desk.ask("plan", "remediation")
        self.last = desk.ask("run", "remediation", "--jobs", "1", code=1)
        self.landed = desk.ask("land", "remediation")


@pytest.fixture(scope="module")
def story(make_desk):
    return Story(make_desk({**FILES, **REMEDIATION}))


def batches(ran):
    return {one["id"]: (one["paths"], one["state"]) for one in ran["batches"]}


def test_S3_01_each_place_has_its_line_what_it_becomes_and_its_state(story):
    rows = [(one["path"], one["line"], one["rule"], one["state"]) for one in story.scan["violations"]]
    assert (ROUTE, 5, "legacy-import", "open") in rows
    assert f"{ROUTE}:5:12" in story.before
    assert "-    return create_websocket_manager(user)\n+    return get_websocket_manager(user)\n" in story.before
    after = story.desk.ask("show", "remediation", f"{THREADS}:5")["violations"]
    assert [one["state"] for one in after] == ["fixed"]


def test_S3_03_every_argument_the_new_way_needs_is_found_or_the_place_is_blocked(story):
    (blocked,) = story.plan["blocked"]
    assert (blocked["path"], blocked["scope"], blocked["reason"]) == (AUTH, "anonymous", "no-context-in-scope")
    assert "authorization_token" in blocked["detail"]
    after = story.desk.git("show", f"main:{AUTH}")
    assert "return get_websocket_manager(user_context, token)\n" in after
    assert after.count("return WebSocketManager()") == 1


def test_S3_04_S3_34_paths_and_labels_give_the_phase(story):
    assert batches(story.ran) == {
        "P0-001": ([ROUTE], "kept"),
        "P1-001": ([AUTH], "kept"),
        "P2-001": ([BOOM], "kept"),
        "P2-002": ([THREADS], "quarantined"),
    }


def test_S3_09_S3_28_levels_of_validation_each_with_its_verdict(story):
    kept = story.ran["batches"][1]
    assert [(one["id"], one["level"], one["verdict"]) for one in kept["gates"]] == [
        ("syntax", "syntax", "pass"),
        ("rescan", "rescan", "pass"),
        ("imports", "imports", "pass"),
        ("compiles", "static", "pass"),
        ("unit", "tests", "pass"),
    ]


def test_S3_10_batch_phase_and_run_are_rolled_back_and_each_is_certified(story):
    base = story.desk.git("rev-parse", f"{story.ran['base']}^{{tree}}")
    wanted = {"P2-001": story.trees["P1-001"], "P1": story.trees["P0-001"], "all": base}
    for target, tree in wanted.items():
        certificate = story.back[target]
        assert certificate["verified"] is True
        assert certificate["actual_tree"] == certificate["expected_tree"] == tree
    assert [story.back[one]["batches"] for one in wanted] == [["P2-001"], ["P1-001"], ["P0-001"]]


def test_S3_11_every_command_answers_with_one_document_and_asks_nothing(make_desk):
    desk = make_desk({"it.py": ""})
    for verb in VERBS.keys() - {"demo"}:
        said = desk.call("--json", verb)
        assert said.code in (0, 1, 2, 3, 4, 5), verb
        assert json.loads(said.out), verb
        assert ("error" in json.loads(said.out)) is (said.code > 1), verb


def test_S3_12_a_batch_is_one_commit_and_names_its_plan_run_rules_and_sites(story):
    commits = story.desk.git("rev-list", "--reverse", f"{story.last['base']}..{story.last['head']}").splitlines()
    kept = [one for one in story.last["batches"] if one["state"] == "kept"]
    assert commits == [one["commit"] for one in kept]
    format_ = (
        "--format=%(trailers:key=Workbench-Batch,valueonly,separator=%x2C)|%(trailers:key=Workbench-Sites,valueonly)"
    )
    told = [story.desk.git("log", "-1", format_, one).strip() for one in commits]
    assert told == [f"{one['id']}|{one['violations']}" for one in kept]


def test_S3_14_a_symbol_with_two_homes_is_refused_with_both_lines(make_desk):
    other = move("elsewhere", f"{FACTORY}.create_websocket_manager", f"{CANONICAL}.WebSocketManager")
    desk = make_desk({**PRODUCT, **plan("two", LEGACY_IMPORT, other)})
    (problem,) = desk.ask("scan", "two", code=2)["error"]["problems"]
    assert "cannot move to two homes" in problem["message"]
    assert "'legacy-import' (line " in problem["message"]
    assert "'elsewhere' (line " in problem["message"]


def test_S3_18_S3_19_S3_20_a_suite_goes_from_its_baseline_to_its_target_or_the_answer_is_bad(story):
    (first,) = [one for one in story.ran["gates"] if one["id"] == "unit"]
    (last,) = [one for one in story.last["gates"] if one["id"] == "unit"]
    assert (first["baseline"]["passed"], first["now"]["passed"], first["met"]) == (1, 2, True)
    assert (last["baseline"]["passed"], last["now"]["passed"], last["met"]) == (0, 2, True)


def test_S3_23_S3_27_what_breaks_a_green_test_is_set_aside_mended_by_a_person_and_tried_again(story):
    (aside,) = story.ran["quarantined"]
    assert (aside["path"], aside["gate"], aside["tests"]) == (THREADS, "unit", ["test_it::test_threads_are_nobodys"])
    assert {state for _, state in batches(story.last).values()} == {"kept"}
    assert (story.last["quarantined"], story.last["totals"]["fixed"]) == ([], 7)
    assert story.landed["landed"] is True


def test_S3_26_states_are_words_of_a_machine(story):
    known = {"open", "fixed", "blocked", "quarantined", "excluded"}
    sites = {one["state"] for one in story.scan["violations"]}
    assert sites <= known
    assert {state for _, state in batches(story.ran).values()} == {"kept", "quarantined"}
    assert story.verified


def test_S3_29_S3_33_the_pull_request_links_the_issue_and_lists_what_is_not_done(story):
    lines = story.report.splitlines()
    assert lines[0] == "#1066 Everybody has a manager of their own (5 of 8 sites)"
    assert any(line.startswith("| `unit` | 1/2 | 2/2 |") for line in lines)
    assert f"<details><summary><code>{THREADS}</code>" in story.report
    assert f"- `{AUTH}:9`" in story.report


def test_S3_30_nothing_is_imported_to_be_found_or_changed(story):
    assert "return get_websocket_manager(user)" in story.desk.git("show", f"main:{BOOM}")
    assert not list(story.desk.root.rglob("imported"))


def test_S3_31_the_tracker_is_made_from_the_state_and_dated_and_the_same_again(story):
    first, second = story.tracker
    assert first == second
    assert story.ran["finished"] in first

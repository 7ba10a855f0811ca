"""Issue #1104 of the seed documents: one symbol under several import paths, and what must be undone when it breaks."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.acceptance.product import CANONICAL, CORE, PLACE, PRODUCT, UNIFIED, gate, move, plan, trigger

DEPENDENCIES = "netra_backend/app/dependencies.py"
BRIDGE = "netra_backend/app/services/agent_websocket_bridge.py"
USES = 60
BRIDGE_TEXT = f"from {CANONICAL} import WebSocketManager\n" + "".join(
    f"\n\ndef step_{n}(manager):\n    # WebSocketManager, as it was\n    assert isinstance(manager, WebSocketManager)\n"
    f"    return '{CANONICAL}.WebSocketManager of step {n}'\n" + "\n" * 46
    for n in range(USES)
)
UNIFIED_TEXT = """class UnifiedWebSocketManager:
    def __init__(self, user=None):
        self.user, self.events = user, []

    def emit(self, event):
        self.events.append(event)
"""
EVENTS = f"""from {CANONICAL} import WebSocketManager


def test_events_are_delivered():
    manager = WebSocketManager("one")
    manager.emit("agent_started")
    assert manager.events == ["agent_started"]


def test_users_are_isolated():
    assert WebSocketManager("one").events is not WebSocketManager("two").events
"""
DETECTION = """from pathlib import Path


def test_single_canonical_import_path():
    texts = {one: one.read_text() for one in Path("netra_backend/app").rglob("*.py")}
    assert not [one for one, text in texts.items() if "websocket_manager import WebSocketManager" in text]
"""
FILES = {
    **PRODUCT,
    f"{PLACE}/__init__.py": "from .websocket_manager import WebSocketManager\n\n__all__ = ['WebSocketManager']\n",
    f"{PLACE}/unified_manager.py": UNIFIED_TEXT,
    f"{PLACE}/websocket_manager.py": "from .unified_manager import UnifiedWebSocketManager as WebSocketManager\n",
    f"{PLACE}/websocket_manager_factory.py": "",
    DEPENDENCIES: f"from {CORE} import WebSocketManager as Manager\n\n\ndef manager():\n    return Manager()\n",
    BRIDGE: BRIDGE_TEXT,
    "netra_backend/app/factories.py": f"from {UNIFIED} import UnifiedWebSocketManager as WebSocketManager\n",
    **{f"netra_backend/app/route_{n}.py": "from netra_backend.app.dependencies import manager\n" for n in "abc"},
    "tests/mission_critical/test_events.py": EVENTS,
    "tests/detection/test_fragmentation.py": DETECTION,
}
RUNNER = ("{python}", "tests/unified_test_runner.py", "--category", "mission_critical", "--junitxml", "{junit}")
ONE_PATH = plan(
    "one-path",
    move("one-path", f"{CANONICAL}.WebSocketManager", f"{UNIFIED}.UnifiedWebSocketManager", shim=True),
    gate("events", "protected", *RUNNER, "--pattern", "events"),
    gate("isolation", "protected", *RUNNER, "--pattern", "isolated", when="phase"),
    gate("detection", "tests", when="run", expect="red-then-green"),
    head='title = "One import path"\nissue = "#1104"\n'
    '[scope]\ninclude = ["/netra_backend/**", "/tests/mission_critical/**"]',
    priorities='rules = [{ priority = "P0", fan_in_at_least = 3 }]',
    batches='by = ["file"]',
)
BRANCH = "workbench/one-path"


@pytest.fixture(scope="module")
def desk(make_desk):
    """The consolidation, carried out."""
    made = make_desk({**FILES, **ONE_PATH})
    made.ask("run", "one-path", "--jobs", "1")
    return made


@pytest.fixture(scope="module")
def ran(desk):
    return desk.ask("report", "one-path", "--format", "json")


@pytest.fixture(scope="module")
def found(desk):
    return desk.ask("scan", "one-path", code=1)["violations"]


def test_S2_01_S2_02_S2_03_every_path_to_the_symbol_is_found_and_becomes_the_canonical_one(desk, found):
    imports = {one["path"]: one["snippet"] for one in reversed(found)}
    assert imports == {
        DEPENDENCIES: "WebSocketManager as Manager",
        f"{PLACE}/__init__.py": "WebSocketManager",
        f"{PLACE}/websocket_manager.py": "UnifiedWebSocketManager as WebSocketManager",
        BRIDGE: "WebSocketManager",
        "tests/mission_critical/test_events.py": "WebSocketManager",
    }
    first = [
        desk.git("show", f"{BRANCH}:{path}").splitlines()[0] for path in imports if "websocket_manager" not in path
    ]
    assert sorted(first) == [
        "from .unified_manager import UnifiedWebSocketManager as WebSocketManager",
        *[f"from {UNIFIED} import UnifiedWebSocketManager"] * 2,
        f"from {UNIFIED} import UnifiedWebSocketManager as Manager",
    ]


def test_S2_05_S2_14_a_huge_file_changes_in_its_uses_alone_and_in_a_batch_of_its_own(desk, ran):
    assert len(BRIDGE_TEXT.splitlines()) > 3000
    after = desk.git("show", f"{BRANCH}:{BRIDGE}").splitlines()
    pairs = list(zip(BRIDGE_TEXT.splitlines(), after, strict=False))
    changed = [(was, now) for was, now in pairs if was != now]
    assert len(changed) == 1 + USES
    assert {now for _, now in changed[1:]} == {"    assert isinstance(manager, UnifiedWebSocketManager)"}
    (batch,) = [one for one in ran["batches"] if BRIDGE in one["paths"]]
    assert (batch["paths"], batch["violations"], batch["state"]) == ([BRIDGE], 1 + USES, "kept")


def test_S2_09_S2_10_the_detection_test_is_red_before_and_green_after(ran):
    (suite,) = [one for one in ran["gates"] if one["id"] == "detection"]
    assert (suite["baseline"]["failed"], suite["now"]["passed"], suite["met"]) == (1, 1, True)


def test_S2_11_S2_16_tests_are_migrated_and_stay_green(desk, ran):
    after = desk.git("show", f"{BRANCH}:tests/mission_critical/test_events.py")
    assert after + "\n" == EVENTS.replace("WebSocketManager", "UnifiedWebSocketManager").replace(CANONICAL, UNIFIED)
    assert {one["now"]["passed"] for one in ran["gates"] if one["level"] == "protected"} == {1}


def test_S2_12_in_the_end_nothing_is_found_anywhere(desk, ran):
    assert desk.ask("scan", "one-path", "--commit", BRANCH)["totals"]["found"] == 0
    assert (ran["outcome"], ran["totals"]["fixed"], ran["totals"]["found"]) == ("complete", 68, 68)


def test_S2_15_S2_20_the_file_all_others_use_goes_first_and_each_batch_is_judged(ran):
    assert ran["batches"][0]["paths"] == [DEPENDENCIES]
    assert {one["priority"] for one in ran["batches"][2:]} == {"P2"}
    for batch in ran["batches"]:
        assert [one["verdict"] for one in batch["gates"]][:4] == ["pass"] * 4


def test_S2_06_S2_31_S2_34_suites_are_listed_without_running_and_each_criterion_has_its_own_evidence(desk, ran):
    listed = desk.ask("gates", "one-path")["gates"]
    assert [(one["id"], one["run"][-1], one["measured"]) for one in listed if one["level"] == "protected"] == [
        ("events", "events", None),
        ("isolation", "isolated", None),
    ]
    now = {one["id"]: one["now"]["passed"] for one in ran["gates"]}
    assert now == {"events": 1, "isolation": 1, "detection": 1}


def test_S2_35_the_old_path_still_gives_the_same_class_and_warns(desk, tmp_path):
    packed = subprocess.run(
        ["git", "-C", desk.root, "archive", BRANCH, "netra_backend"], capture_output=True, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(tmp_path, filter="data")
    code = f"from {CANONICAL} import WebSocketManager as old\nfrom {UNIFIED} import UnifiedWebSocketManager as new\n"
    told = subprocess.run(
        [sys.executable, "-W", "always", "-c", code + "print(old is new)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == "True\n"
    assert f"DeprecationWarning: {CANONICAL}.WebSocketManager is now {UNIFIED}.UnifiedWebSocketManager" in told.stderr


def test_S2_36_the_report_begins_with_what_came_out(desk):
    head = desk.call("report", "one-path").out.partition("## Batches")[0].splitlines()
    assert head[:3] == ["# One import path", "", head[2]]
    assert head[2].startswith("**complete** · plan `one-path` · #1104 · run ")
    assert "| **total** | **68** | **68** | **0** | **0** | **0** | **0** |" in head
    assert len(head) < 30


def test_S2_38_paths_with_a_leading_slash_mean_the_repository_and_none_leads_out_of_it(desk, found, tmp_path):
    assert {one["path"].partition("/")[0] for one in found} == {"netra_backend", "tests"}
    assert "tests/detection/test_fragmentation.py" not in {one["path"] for one in found}
    text = (desk.root / "plans/one-path.toml").read_text().replace("/netra_backend/**", "/../elsewhere/**")
    (tmp_path / "out.toml").write_text(text)
    (problem,) = desk.ask("scan", str(tmp_path / "out.toml"), code=2)["error"]["problems"]
    assert (problem["key"], problem["message"].partition(";")[0]) == (
        "scope.include[0]",
        "'..' leads out of the repository",
    )


def test_S2_39_machines_can_read_it(desk, found):
    sarif = json.loads(desk.call("scan", "one-path", "--format", "sarif").out)
    assert len(sarif["runs"][0]["results"]) == len(found) == 68
    junit = desk.call("report", "one-path", "--format", "junit").out
    assert [name for name in re.findall(r'<testsuite name="([^" ]+)', junit) if name != "targets"] == [
        *("P0-001", "P0-002"),
        *("P2-001", "P2-002", "P2-003"),
    ]
    assert 'failures="0" errors="0"' in junit
    assert desk.call("scan", "one-path").code == 1
    assert desk.call("scan", "one-path", "--commit", BRANCH).code == 0


EMIT = "SENT = []\n\n\ndef emit(user, event):\n    SENT.append((user, event))\n"
LOSSY = {
    "netra_backend/__init__.py": "",
    "netra_backend/events.py": EMIT,
    "netra_backend/fast_events.py": EMIT.replace("    SENT", "    if event != 'agent_completed':\n        SENT"),
    "netra_backend/login.py": "from netra_backend.events import emit\n\n\ndef login(user):\n    emit(user, 'login')\n",
    "netra_backend/chat.py": "from netra_backend import events\nfrom netra_backend.events import emit\n\n\n"
    "def answer(user):\n    emit(user, 'agent_completed')\n    return events.SENT + fast.SENT\n\n\n"
    "from netra_backend import fast_events as fast\n",
    "tests/mission_critical/test_events.py": "from netra_backend.chat import answer\n\n\n"
    "def test_agent_completed_is_delivered():\n    assert ('one', 'agent_completed') in answer('one')\n",
    "tests/unified_test_runner.py": PRODUCT["tests/unified_test_runner.py"],
}


@pytest.fixture(scope="module")
def undone(make_desk):
    """A migration that loses an event in its second phase, with the trigger the seed wants for that."""
    desk = make_desk({
        **LOSSY,
        **plan("fast", move("fast", "netra_backend.events.emit", "netra_backend.fast_events.emit"),
               gate("mission-critical", "protected"), trigger("mission-critical", "rollback-run"),
               priorities='rules = [{ priority = "P0", paths = ["netra_backend/login.py"] }]'),
    })  # fmt: skip
    return desk, desk.ask("run", "fast", "--jobs", "1", code=1)


def test_S1_18_S2_21_S2_22_S2_23_a_red_protected_suite_rolls_back_before_anybody_is_blamed(undone):
    _, ran = undone
    assert [one["state"] for one in ran["batches"]] == ["rolled_back", "rolled_back"]
    (fired,) = ran["triggers"]
    assert (fired["gate"], fired["do"], fired["batch"]) == ("mission-critical", "rollback-run", "P2-001")
    assert fired["tests"] == ["test_events::test_agent_completed_is_delivered"]
    assert (ran["quarantined"], ran["head"]) == ([], ran["base"])


def test_S2_25_S2_26_S2_27_the_last_working_state_is_there_again_judged_and_certified(undone):
    desk, _ = undone
    tree = desk.git("rev-parse", "main^{tree}")
    assert desk.git("rev-parse", "workbench/fast^{tree}") == tree
    events = desk.ask("log", "fast")["events"]
    (certificate,) = [one["certificate"] for one in events if one["event"] == "rolled_back"]
    assert certificate["expected_tree"] == certificate["actual_tree"] == tree
    assert [(one["id"], one["verdict"]) for one in certificate["gates"]] == [("mission-critical", "pass")]
    (again,) = [one["judgement"] for one in events if one["event"] == "gate_judged" and one["tree"] == tree]
    assert (again["report"]["gate"], again["verdict"], again["cached"]) == ("mission-critical", "pass", False)


def test_S2_28_what_is_to_be_learned_is_drafted_with_the_evidence(undone):
    _, ran = undone
    lessons = Path(ran["triggers"][0]["lessons"]).read_text()
    assert "- `test_events::test_agent_completed_is_delivered`" in lessons
    assert "Rolled back: P0-001." in lessons
    assert "- Why did no earlier gate see it?" in lessons

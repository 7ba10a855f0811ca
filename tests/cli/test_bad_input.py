"""What can be wrong around a migration: each has a clear message, its exit code, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.command_line import workbench
from tests.engine.conftest import BASE, PLAN, user


def plan_text(gates="", **changes):
    text = PLAN.format(max_files=25, python=sys.executable, gates=gates)
    for old, new in changes.get("replace", ()):
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture
def make(make_repo):
    def made(*parts, **changes):
        files = dict(BASE)
        for part in (user("a"), *parts):
            files |= part
        return make_repo(files | {"plans/small.toml": plan_text(**changes)})

    return made


def test_a_directory_that_is_no_repository(tmp_path):
    answer = workbench(tmp_path, "scan")
    assert answer.returncode == 2
    assert "not" in answer.stderr
    assert "git" in answer.stderr


def test_a_repository_without_a_commit(tmp_path, git):
    git(tmp_path, "init", "--quiet")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "small.toml").write_text(plan_text())
    answer = workbench(tmp_path, "run", "small")
    assert answer.returncode == 3
    assert "commit" in answer.stderr


def test_a_bare_repository_is_migrated_like_any_other(make, git, tmp_path):
    root = make()
    bare = tmp_path / "bare.git"
    git(root, "clone", "--quiet", "--bare", str(root), str(bare))
    answer = workbench(bare, "run", str(root / "plans" / "small.toml"))
    assert answer.returncode == 0, answer.stderr
    assert "build(1)" in git(bare, "show", "workbench/small:app/a.py")


def test_a_detached_head_is_a_base_like_any_other(make, git):
    root = make()
    git(root, "checkout", "--quiet", "--detach")
    answer = workbench(root, "run", "small")
    assert answer.returncode == 0, answer.stderr
    assert git(root, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"


def test_a_dirty_tree_runs_and_stays_as_it_is(make, git, tree_of):
    root = make()
    (root / "app" / "a.py").write_text("local edit\n")
    (root / "new.txt").write_text("untracked\n")
    git(root, "add", "app/a.py")
    before = tree_of(root)
    assert workbench(root, "run", "small").returncode == 0
    assert tree_of(root) == before


ENCODED = {
    "latin": b"# -*- coding: latin-1 -*-\nfrom app.old import make\n\nname = 'caf\xe9'\nvalue = make(2)\n",
    "crlf": b"from app.old import make\r\n\r\nvalue = make(2)\r\n",
    "bom": b"\xef\xbb\xbffrom app.old import make\n\nvalue = make(2)",
}


def test_every_encoding_and_line_end_survives_byte_by_byte(make):
    root = make({f"app/{name}.py": content for name, content in ENCODED.items()})
    answer = workbench(root, "run", "small")
    assert answer.returncode == 0, answer.stderr
    for name, content in ENCODED.items():
        shown = subprocess.run(
            ["git", "show", f"workbench/small:app/{name}.py"], cwd=root, capture_output=True, check=True
        )
        assert shown.stdout == content.replace(b"app.old import make", b"app.new import build").replace(
            b"make(2)", b"build(2)"
        )


def test_a_file_that_does_not_parse_is_listed_and_left_alone(make, git):
    root = make({"app/broken.py": "from app.old import make\ndef (:\n"})
    scanned = json.loads(workbench(root, "scan", "small", "--format", "json").stdout)
    (skipped,) = scanned["skipped"]
    assert skipped["path"] == "app/broken.py"
    assert skipped["reason"] == "unparsable"
    assert workbench(root, "run", "small").returncode == 0
    assert git(root, "diff", "--name-only", "main", "workbench/small") == "app/a.py"


def test_a_rule_that_names_nothing_is_told_near_names(make):
    root = make(replace=[('"app.old.make"', '"app.old.mak"')])
    answer = workbench(root, "plan", "small")
    assert answer.returncode == 2
    assert "app.old.make" in answer.stderr
    assert "line" in answer.stderr


def test_a_plan_with_many_errors_lists_them_all(make):
    root = make(replace=[('kind = "move-symbol"', 'kind = "move-symbl"'), ('level = "tests"', 'level = "test"')])
    answer = workbench(root, "run", "small")
    assert answer.returncode == 2
    assert "move-symbol" in answer.stderr
    assert "tests" in answer.stderr
    assert not (root / ".git" / "workbench" / "ledger.db").exists()


def test_a_stale_plan_is_refused_and_nothing_is_touched(make, git):
    root = make()
    assert workbench(root, "plan", "small").returncode == 0
    (root / "app" / "later.py").write_text("x = 1\n")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "later")
    answer = workbench(root, "run", "small")
    assert answer.returncode == 4
    assert "workbench plan small" in answer.stderr
    assert git(root, "branch", "--list", "workbench/*") == ""
    assert workbench(root, "plan", "small").returncode == 0
    assert workbench(root, "run", "small").returncode == 0


def test_a_plan_file_edited_after_freezing_is_stale(make):
    root = make()
    assert workbench(root, "plan", "small").returncode == 0
    plan = root / "plans" / "small.toml"
    plan.write_text(plan.read_text() + "\n# a thought\n")
    assert workbench(root, "run", "small").returncode == 4


GATE = '[[gates]]\nid = "extra"\nlevel = "static"\ntimeout = 2\nrun = {}\n'


@pytest.mark.parametrize(
    ("command", "word"),
    [
        (["no-such-program-anywhere"], "extra"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "extra"),
        ([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"], "extra"),
    ],
    ids=["missing", "hangs", "killed"],
)
def test_a_gate_that_does_not_finish_on_the_base_stops_before_anything_changes(make, git, command, word):
    root = make(gates=GATE.format(json.dumps(command)))
    answer = workbench(root, "run", "small")
    assert answer.returncode == 5
    assert word in answer.stderr
    assert git(root, "rev-parse", "workbench/small") == git(root, "rev-parse", "main")


def test_a_gate_that_hangs_on_a_candidate_only_sets_the_file_aside(make):
    hang = {
        "app/slow.py": "from app.old import make\n\n\ndef run():\n    return make(1)\n",
        "check.py": "import pathlib, time\n"
        "time.sleep(60 if 'build' in pathlib.Path('app/slow.py').read_text() else 0)\n",
    }
    root = make(hang, gates=GATE.format(json.dumps(["{python}", "check.py"])))
    answer = workbench(root, "--json", "run", "small")
    assert answer.returncode == 1, answer.stderr
    document = json.loads(answer.stdout)
    assert [one["path"] for one in document["quarantined"]] == ["app/slow.py"]
    assert document["totals"]["fixed"] == 2


def test_a_gate_that_prints_100_mb_is_cut_and_judged(make):
    flood = [sys.executable, "-c", "import sys\nfor _ in range(100): sys.stdout.write('x' * 1_000_000 + '\\n')"]
    root = make(gates=GATE.replace("timeout = 2", "timeout = 60").format(json.dumps(flood)))
    assert workbench(root, "run", "small").returncode == 0
    assert (root / ".git" / "workbench" / "ledger.db").stat().st_size < 4_000_000


def test_a_second_run_at_the_same_time_is_refused(make, git):
    slow = [sys.executable, "-c", "import time; time.sleep(5)"]
    root = make(gates=GATE.replace("timeout = 2", "timeout = 60").format(json.dumps(slow)))
    first = subprocess.Popen(
        [sys.executable, "-m", "workbench", "-C", str(root), "run", "small"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for((root / ".git" / "workbench" / "run.lock").exists)
        second = workbench(root, "run", "small")
        assert second.returncode == 3
        assert str(first.pid) in second.stderr
    finally:
        assert first.wait(120) == 0


def test_ctrl_c_ends_with_130_and_is_resumable(make, git):
    slow = [sys.executable, "-c", "import time; time.sleep(4)"]
    root = make(gates=GATE.replace("timeout = 2", "timeout = 60").format(json.dumps(slow)))
    running = subprocess.Popen(
        [sys.executable, "-m", "workbench", "-C", str(root), "run", "small"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_for(lambda: git(root, "branch", "--list", "workbench/*") != "")
    time.sleep(1)
    os.kill(running.pid, signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "workbench resume" in told
    assert workbench(root, "resume").returncode == 0
    assert "build(1)" in git(root, "show", "workbench/small:app/a.py")


def _wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)

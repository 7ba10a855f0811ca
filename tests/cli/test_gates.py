"""`workbench gates`: dry it runs nothing; measured, it says what each gate says of HEAD, and a red one is no error."""

from __future__ import annotations

import sys

import pytest

from tests.cli.test_main_job import document
from tests.command_line import workbench
from tests.engine.conftest import BASE, PLAN, user

TOUCH = """
[[gates]]
id = "touch"
level = "static"
run = ["{python}", "-c", {code!r}]
{more}
"""


@pytest.fixture
def make(make_repo):
    def made(code: str = "", more: str = ""):
        gates = TOUCH.format(python="{python}", code=code, more=more) if code else ""
        files = dict(BASE) | user("a") | user("bad", breaks=True)
        files["tests/test_red.py"] = "def test_red():\n    assert False\n"
        files["plans/small.toml"] = PLAN.format(max_files=2, python=sys.executable, gates=gates)
        return make_repo(files)

    return made


def test_dry_lists_the_gates_cheapest_first_and_runs_none(make, tmp_path):
    root = make(f"open({str(tmp_path / 'ran')!r}, 'w')")
    found = document(root, "gates", "small")
    assert [one["id"] for one in found["gates"]] == ["touch", "unit"]
    assert (found["commit"], found["gates"][0]["measured"]) == (None, None)
    assert found["builtin"] == ["syntax", "rescan", "imports"]
    assert not (tmp_path / "ran").exists()
    assert "nothing was run" in workbench(root, "gates", "small").stdout


def test_measured_on_head_and_red_is_no_error(make, git):
    root = make()
    (root / "tests/test_red.py").write_text("")
    (unit,) = document(root, "gates", "small", "--run")["gates"]
    assert unit["measured"]["verdict"] == "fail"
    assert unit["measured"]["tests"] == {"passed": 2, "failed": 1, "error": 0, "skipped": 0}
    assert unit["measured"]["red"] == ["tests.test_red::test_red"]
    shown = workbench(root, "gates", "small", "--run")
    assert shown.returncode == 0
    assert "tests.test_red::test_red" in shown.stdout
    assert git(root, "status", "--porcelain") == " M tests/test_red.py"


def test_a_gate_that_does_not_finish_is_exit_5(make):
    root = make("import time; time.sleep(60)", "timeout = 1")
    touch, unit = document(root, "gates", "small", "--run", code=5)["gates"]
    assert touch["measured"]["verdict"] == "timeout"
    assert unit["measured"]["verdict"] == "fail"

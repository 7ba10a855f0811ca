"""`workbench init` writes a plan file to start from, and never over one."""

from __future__ import annotations

import json

from tests.cli.test_main_job import document, root
from tests.command_line import workbench
from tests.planning.test_draft import labelled

__all__ = ["root"]


def test_a_plan_to_fill_in_says_what_to_fill_in(root):
    answer = workbench(root, "init", "next")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "next: workbench scan next" in answer.stdout
    refused = workbench(root, "scan", "next")
    assert refused.returncode == 2
    assert "app.old_module.name" in refused.stderr


def test_a_drafted_plan_scans(root, tmp_path):
    plan = tmp_path / "plan.md"
    plan.write_text(labelled("from app.old import make", "from app.new import make") + labelled("def (", "x"))
    made = document(root, "init", "drafted", "--from-document", str(plan))
    assert (made["rules"], len(made["notes"])) == (1, 1)
    (root / "app/new.py").write_text("def make(value):\n    return value\n")
    assert document(root, "scan", "drafted", code=1)["totals"]["by_rule"] == {"move-symbol-make": 3}


def test_nothing_is_overwritten_and_a_bad_name_is_refused(root):
    before = (root / "plans/small.toml").read_bytes()
    refused = workbench(root, "--json", "init", "small")
    assert refused.returncode == 3
    assert "is there already" in json.loads(refused.stdout)["error"]["message"]
    assert (root / "plans/small.toml").read_bytes() == before
    assert workbench(root, "init", "../Small").returncode == 2
    assert workbench(root, "init", "other", "--from-document", "no-such-file.md").returncode == 2
    assert not (root / "plans/other.toml").exists()


def test_a_plan_drafted_from_findings_scans(root):
    (root / "lint.txt").write_text("app/a.py:1:1: F401 one\napp/a.py:2:1: E999 two\napp/a.py:3:1: E999 three\n")
    made = document(root, "init", "drafted", "--from-findings", str(root / "lint.txt"))
    assert (made["rules"], made["notes"]) == (2, [])
    assert 'file = "lint.txt"' in (root / "plans/drafted.toml").read_text()
    assert document(root, "scan", "drafted", code=1)["totals"]["by_rule"] == {"e999": 2, "f401": 1}


def test_what_is_no_report_drafts_nothing(root):
    (root / "lint.txt").write_text("{")
    refused = workbench(root, "init", "drafted", "--from-findings", str(root / "lint.txt"))
    assert refused.returncode == 2
    assert "its format is not known" in refused.stderr
    both = ("--from-document", str(root / "lint.txt"), "--from-findings", str(root / "lint.txt"))
    assert workbench(root, "init", "drafted", *both).returncode == 2
    assert not (root / "plans/drafted.toml").exists()

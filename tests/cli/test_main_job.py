"""The main job from the command line, as a script would drive it: every document by the names of the contract."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys

import pytest

from tests.command_line import workbench
from tests.engine.conftest import BASE, PLAN, user

SIX = {"found", "fixed", "quarantined", "blocked", "excluded", "remaining"}


def document(root, *words, code=0):
    answer = workbench(root, "--json", *words)
    assert answer.returncode == code, answer.stderr
    read = json.loads(answer.stdout)
    assert read["schema"] == 1
    return read


def reconciles(totals):
    lines = [totals, *totals["by_priority"].values(), *totals["by_rule"].values()]
    for line in lines:
        assert line.keys() >= SIX
        assert line["found"] == sum(line[name] for name in SIX - {"found"})
    for name in SIX:
        assert totals[name] == sum(line[name] for line in totals["by_priority"].values())
        assert totals[name] == sum(line[name] for line in totals["by_rule"].values())


@pytest.fixture
def root(make_repo):
    files = dict(BASE) | user("a") | user("b") | user("bad", breaks=True)
    files["plans/small.toml"] = PLAN.format(max_files=2, python=sys.executable, gates="")
    return make_repo(files)


def test_scan_prints_every_violation_in_every_format(root):
    read = document(root, "scan", "small", code=1)
    assert read["totals"]["found"] == len(read["violations"]) == 6
    assert read["totals"]["by_priority"] == {"P0": 0, "P1": 0, "P2": 6}
    first = read["violations"][0]
    assert (first["path"], first["line"], first["column"]) == ("app/a.py", 1, 21)
    assert {"fingerprint", "rule", "kind", "end_line", "end_column", "scope", "snippet", "message"} <= first.keys()
    assert (first["priority"], first["state"], first["reason"]) == ("P2", "open", "")
    rows = list(csv.DictReader(io.StringIO(workbench(root, "scan", "small", "--format", "csv").stdout)))
    assert [row["fingerprint"] for row in rows] == [one["fingerprint"] for one in read["violations"]]
    sarif = json.loads(workbench(root, "scan", "small", "--format", "sarif").stdout)
    assert len(sarif["runs"][0]["results"]) == 6
    text = workbench(root, "scan", "small")
    assert text.returncode == 1
    assert "app/a.py:1:21" in text.stdout


def test_fingerprints_survive_moved_lines(root):
    before = document(root, "scan", "small", code=1)["violations"]
    path = root / "app" / "a.py"
    path.write_text("# a new first line\n\n" + path.read_text())
    after = document(root, "scan", "small", code=1)["violations"]
    assert [one["fingerprint"] for one in after] == [one["fingerprint"] for one in before]
    assert after[0]["line"] == before[0]["line"] + 2
    at_commit = document(root, "scan", "small", "--commit", "main", code=1)
    assert at_commit["violations"] == before
    assert len(at_commit["commit"]) == 40


def test_the_plan_shows_the_change_the_run_makes(root, git):
    plan = document(root, "plan", "small")
    assert plan["base"] == {"commit": git(root, "rev-parse", "main"), "tree": git(root, "rev-parse", "main^{tree}")}
    (phase,) = plan["phases"]
    assert (phase["priority"], phase["violations"]) == ("P2", 6)
    assert [batch["id"] for batch in phase["batches"]] == ["P2-001", "P2-002"]
    assert sum(batch["violations"] for batch in phase["batches"]) == 6
    reconciles(plan["totals"])
    diff = workbench(root, "plan", "small", "--diff").stdout
    subprocess.run(["git", "apply", "--check", "-"], cwd=root, input=diff, text=True, check=True)
    assert git(root, "status", "--porcelain") == ""


def test_a_dry_run_writes_nothing(root):
    assert document(root, "run", "small", "--dry-run")["phases"][0]["violations"] == 6
    assert not (root / ".git" / "workbench").exists() or not (root / ".git" / "workbench" / "ledger.db").exists()


def test_run_report_show_log_and_rollback_tell_one_story(root, git, tmp_path):
    ran = document(root, "run", "small", "--events", str(tmp_path / "events.jsonl"), code=1)
    assert ran["outcome"] == "partial"
    assert ran["head"] == git(root, "rev-parse", ran["branch"])
    assert {"id", "priority", "state", "commit", "files", "violations", "gates"} <= ran["batches"][0].keys()
    gates = {one["id"]: one for one in ran["batches"][0]["gates"]}
    assert set(gates["unit"]["tests"]) == {"passed", "failed", "error", "skipped"}
    (aside,) = ran["quarantined"]
    assert (aside["path"], aside["gate"], len(aside["fingerprints"])) == ("app/bad.py", "unit", 2)
    reconciles(ran["totals"])

    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert events

    stand = document(root, "status", "small")
    assert stand["totals"] == ran["totals"]
    assert stand["next"]
    assert {"id", "baseline", "now", "target", "met"} <= stand["gates"][0].keys()

    kept = next(batch for batch in ran["batches"] if batch["state"] == "kept")
    shown = workbench(root, "show", "small", kept["id"]).stdout
    assert "+from app.new import build" in shown
    assert re.search(r"unit +pass +\d+/\d+", shown)
    assert document(root, "show", "small", kept["id"])["made"] == kept
    explained = workbench(root, "show", "small", "app/bad.py:1")
    assert explained.returncode == 0
    assert "quarantined" in explained.stdout

    assert "quarantined" in workbench(root, "log", "small").stdout
    for form, word in (
        ("md", "app/bad.py"),
        ("html", "<html"),
        ("json", '"schema": 1'),
        ("junit", "<testsuite"),
        ("pr", "#7"),
    ):
        report = workbench(root, "report", "small", "--format", form)
        assert report.returncode == 0, report.stderr
        assert word in report.stdout

    back = document(root, "rollback", "all")
    assert back["verified"] is True
    assert back["expected_tree"] == back["actual_tree"] == git(root, "rev-parse", "main^{tree}")
    after = document(root, "status", "small")
    reconciles(after["totals"])
    assert after["totals"]["fixed"] == 0
    log = git(root, "log", "-1", "--format=%B", kept["commit"])
    assert "Workbench-Batch: " + kept["id"] in log
    assert log.splitlines()[0].endswith(f"({kept['violations']} sites)")


def test_the_ledger_is_private_and_the_tree_is_clean(root, git):
    workbench(root, "run", "small")
    place = root / ".git" / "workbench"
    assert place.stat().st_mode & 0o777 == 0o700
    assert (place / "ledger.db").stat().st_mode & 0o777 == 0o600
    assert git(root, "status", "--porcelain", "--ignored") == ""

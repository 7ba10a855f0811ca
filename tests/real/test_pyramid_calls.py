"""Pyramid's fake request is to come from a factory, and the rule that says so is wrong for two of the files.

The arguments the rule adds are harmless in 42 files and break tests in two. Pyramid's own suite is the gate. What the
run concluded is then held against the suite run without workbench: on the branch, and on each guilty file alone.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real.calls import calls
from tests.real.suite import GATE, TESTS, Suite
from tests.real.workshop import Answer, Workshop

pytestmark = pytest.mark.real

FACTORY = '''

def dummy_request(
    params=None,
    environ=None,
    headers=None,
    path='/',
    cookies=None,
    post=None,
    accept=None,
    **kw,
):
    """Make a request for a test."""
    return DummyRequest(
        params, environ, headers, path, cookies, post, accept, **kw
    )
'''

PLAN = """
name = "requests"
title = "Requests for tests come from the factory"

[scope]
source_roots = ["src", "."]

[[rules]]
id = "request"
kind = "replace-call"
call = "pyramid.testing.DummyRequest"
with = "pyramid.testing.dummy_request"
arguments = [
  { name = "session", otherwise = { expression = "{}" } },
  { name = "response", otherwise = { expression = "None" } },
]

[batches]
by = ["rule", "package"]
max_files = 50
"""

GUILTY = {"tests/test_csrf.py": "session={}", "tests/test_renderers.py": "response=None"}
"""The files a wrong argument breaks, each with that argument."""

Position = tuple[str, int, int]
"""Path, line and column, from 1, of a call."""


@dataclass(frozen=True)
class Outcome:
    workshop: Workshop
    truth: set[Position]
    scanned: Answer
    ran: Answer


@pytest.fixture(scope="module")
def outcome(pyramid: Workshop, pyramid_python: Path) -> Outcome:
    testing = pyramid.root / "src" / "pyramid" / "testing.py"
    testing.write_text(testing.read_text("utf-8") + FACTORY, encoding="utf-8")
    pyramid.begin("requests", PLAN + GATE.format(python=pyramid_python, pythonpath='["src", "."]'))
    truth = set(_calls(pyramid.root))
    scanned = pyramid.workbench("scan", "requests", "--commit", "HEAD", "--format", "json")
    return Outcome(pyramid, truth, scanned, pyramid.workbench("run", "requests"))


@pytest.fixture(scope="module")
def suite(pyramid_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return Suite(pyramid_python, tmp_path_factory.mktemp("reports"))


def _calls(root: Path) -> Iterator[Position]:
    for path in sorted(root.rglob("*.py")):
        text = path.read_text("utf-8")
        if "DummyRequest" in text:
            for call in calls(ast.parse(text), "pyramid.testing.DummyRequest"):
                yield path.relative_to(root).as_posix(), call.lineno, call.col_offset + 1


def _changed_by_hand(text: str) -> str:
    """Do to a test file what the rule says; the guilty reach the class through its module alone, so no import changes."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]
    for call in sorted(calls(ast.parse(text), "pyramid.testing.DummyRequest"), key=lambda one: -one.lineno):
        end = starts[(call.end_lineno or 0) - 1] + (call.end_col_offset or 0) - 1
        comma = ", " if call.args or call.keywords else ""
        text = text[:end] + comma + "session={}, response=None" + text[end:]
        name = starts[(call.func.end_lineno or 0) - 1] + (call.func.end_col_offset or 0)
        text = text[:name].removesuffix("DummyRequest") + "dummy_request" + text[name:]
    return text


def test_every_call_is_found_and_nothing_else(outcome: Outcome):
    sites = outcome.scanned.document["violations"]
    open_ = {(one["path"], one["line"], one["column"]) for one in sites if one["state"] == "open"}
    assert open_ == outcome.truth
    assert (len(open_), len({path for path, _, _ in open_})) == (184, 44)
    rest = {(one["path"], one["state"], one["reason"]) for one in sites if one["state"] != "open"}
    assert rest == {
        ("src/pyramid/testing.py", "excluded", "own-definition"),
        ("tests/test_testing.py", "blocked", "passed-as-value"),
    }
    assert outcome.scanned.document["skipped"] == []


def test_isolation_keeps_the_good_and_names_the_bad(outcome: Outcome):
    ran = outcome.ran.document
    assert (outcome.ran.code, ran["outcome"]) == (1, "partial")
    assert {one["path"] for one in ran["quarantined"]} == set(GUILTY)
    assert outcome.workshop.changed("main", "workbench/requests") == {path for path, _, _ in outcome.truth} - set(
        GUILTY
    )
    states = {one["package"]: one["state"] for one in ran["batches"]}
    assert states.pop("tests") == "split"
    assert set(states.values()) == {"kept"}
    totals = ran["totals"]
    assert (totals["found"], totals["fixed"], totals["quarantined"]) == (186, 134, 50)
    assert (totals["blocked"], totals["excluded"], totals["remaining"]) == (1, 1, 0)


def test_what_landed_is_green_together(outcome: Outcome, suite: Suite, tmp_path: Path):
    tree = outcome.workshop.checkout("workbench/requests", tmp_path / "branch")
    found = suite.run(tree)
    assert len(found) == TESTS
    assert {test for test, message in found.items() if message} == set()


@pytest.mark.parametrize("path", sorted(GUILTY))
def test_a_quarantined_file_is_red_alone_and_the_evidence_says_why(
    outcome: Outcome, suite: Suite, tmp_path: Path, path: str
):
    (record,) = (one for one in outcome.ran.document["quarantined"] if one["path"] == path)
    tree = outcome.workshop.checkout("main", tmp_path / "base")
    assert suite.red(tree, path) == set()
    text = (tree / path).read_text("utf-8")
    subprocess.run(["git", "apply", "-"], cwd=tree, input=record["diff"], text=True, check=True)
    assert (tree / path).read_text("utf-8") == _changed_by_hand(text)
    red = suite.red(tree, path)
    assert red
    assert set(record["tests"]) == red
    assert record["gate"] == "suite"
    assert record["with"] == []
    assert min(red) in record["evidence"]
    assert f"{path}:" in record["evidence"]
    (tree / path).write_text(text.replace("DummyRequest()", f"DummyRequest({GUILTY[path]})"), encoding="utf-8")
    assert suite.red(tree, path) == red, "the argument that breaks this file is the one named here"
    shutil.rmtree(tree)


def test_every_kept_batch_is_green_for_its_gate(outcome: Outcome):
    for batch in outcome.ran.document["batches"]:
        verdicts = {gate["id"]: gate["verdict"] for gate in batch["gates"]}
        assert verdicts == dict.fromkeys(("syntax", "rescan", "imports", "suite"), "pass")
        assert batch["gates"][-1]["tests"]["passed"] == TESTS

"""What pyasn1-modules decodes is to have a limit, and the limit is too low for five of its 122 files of tests.

Which five is known before: their texts are the only ones that stand for more bytes. The project's own suite is the gate,
and what the run concluded is held against that suite run without workbench: on the branch, and on each guilty file alone.
"""

from __future__ import annotations

import ast
import base64
import binascii
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real.released import Release, environment
from tests.real.suite import Suite
from tests.real.workshop import Answer, Workshop

pytestmark = pytest.mark.real

PYASN1_MODULES = Release("pyasn1_modules", "0.4.1", "c28e2dbf9c06ad61c71a075c7e0f9fd0f1b0bb2d2ad4377f240d33ac2ab60a7c")
_ENVIRONMENT = ("pyasn1==0.6.0", "pytest==9.2.0")
TESTS = 282
LIMIT = 4608
BOUNDED = """

def bounded(text, limit):
    found = readBase64fromText(text)
    if len(found) > limit:
        raise ValueError('more than %d bytes' % limit)
    return found
"""
PLAN = f"""
name = "bounded"
title = "What is decoded has a limit"

[[rules]]
id = "bounded"
kind = "replace-call"
call = "pyasn1_modules.pem.readBase64fromText"
with = "pyasn1_modules.pem.bounded"
arguments = [{{ name = "limit", otherwise = {{ expression = "{LIMIT}" }} }}]

[batches]
by = ["rule"]
max_files = 50

[run]
python = "PYTHON"

[[gates]]
id = "suite"
level = "tests"
run = ["{{python}}", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", "--junitxml={{junit}}"]
min_tests = {TESTS}
timeout = 300
"""
HOME = "pyasn1_modules/pem.py"
GUILTY = frozenset(f"tests/test_rfc{number}.py" for number in (3114, 4210, 5934, 7296, 8360))


@dataclass(frozen=True)
class Outcome:
    workshop: Workshop
    truth: frozenset[tuple[str, int]]
    scanned: Answer
    ran: Answer


@pytest.fixture(scope="module")
def python(store: Path) -> Path:
    return environment(_ENVIRONMENT, store)


@pytest.fixture(scope="module")
def outcome(make_workshop, python: Path) -> Outcome:
    workshop = make_workshop(PYASN1_MODULES)
    home = workshop.root / HOME
    home.write_text(home.read_text("utf-8") + BOUNDED, encoding="utf-8")
    truth = frozenset(_calls(workshop.root))
    workshop.begin("bounded", PLAN.replace("PYTHON", str(python)))
    scanned = workshop.workbench("scan", "bounded", "--commit", "HEAD", "--format", "json")
    return Outcome(workshop, truth, scanned, workshop.workbench("run", "bounded"))


@pytest.fixture(scope="module")
def suite(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return Suite(python, tmp_path_factory.mktemp("reports"))


def _calls(root: Path) -> Iterator[tuple[str, int]]:
    """Yield (path, line) of each call, by its spelling alone: the name stands for nothing else in this project."""
    for path in sorted(root.rglob("*.py")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if re.search(r"(?<!def )\breadBase64fromText\(", line):
                yield path.relative_to(root).as_posix(), number


def _largest(text: str) -> int:
    """Return how many bytes the longest text in a file stands for that is nothing but base64."""
    texts = [one.value for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Constant)]
    return max((_bytes(one) for one in texts if isinstance(one, str)), default=0)


def _bytes(text: str) -> int:
    try:
        return len(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return 0


def test_every_call_is_found_and_nothing_else(outcome: Outcome):
    sites = outcome.scanned.document["violations"]
    assert {(one["path"], one["line"]) for one in sites} == outcome.truth
    assert (len(sites), len({one["path"] for one in sites})) == (290, 123)
    assert [(one["path"], one["reason"]) for one in sites if one["state"] != "open"] == [(HOME, "own-definition")]


def test_the_guilty_are_known_before(outcome: Outcome):
    tests = {path for path, _ in outcome.truth} - {HOME}
    assert {path for path in tests if _largest(outcome.workshop.read("main", path)) > LIMIT} == GUILTY


def test_exactly_those_five_are_set_aside(outcome: Outcome):
    ran = outcome.ran.document
    assert (outcome.ran.code, ran["outcome"]) == (1, "partial")
    assert {one["path"] for one in ran["quarantined"]} == GUILTY
    assert [one["with"] for one in ran["quarantined"]] == [[]] * 5
    changed = outcome.workshop.changed("main", "workbench/bounded")
    assert changed == {path for path, _ in outcome.truth} - GUILTY
    set_aside = len([path for path, _ in outcome.truth if path in GUILTY])
    totals = ran["totals"]
    assert (totals["found"], totals["quarantined"], totals["excluded"]) == (290, set_aside, 1)
    assert (totals["fixed"], totals["blocked"], totals["remaining"]) == (289 - set_aside, 0, 0)


def test_what_landed_is_green_together(outcome: Outcome, suite: Suite, tmp_path: Path):
    found = suite.run(outcome.workshop.checkout("workbench/bounded", tmp_path / "branch"))
    assert (len(found), {test for test, message in found.items() if message}) == (TESTS, set())


def test_each_of_the_five_is_red_alone_by_the_tests_that_are_named(outcome: Outcome, suite: Suite, tmp_path: Path):
    tree = outcome.workshop.checkout("main", tmp_path / "base")
    for record in outcome.ran.document["quarantined"]:
        before = (tree / record["path"]).read_bytes()
        subprocess.run(["git", "apply", "-"], cwd=tree, input=record["diff"], text=True, check=True)
        assert suite.red(tree, record["path"]) == set(record["tests"]) != set()
        assert "more than 4608 bytes" in record["evidence"]
        (tree / record["path"]).write_bytes(before)
    assert suite.red(tree, *sorted(GUILTY)) == set()

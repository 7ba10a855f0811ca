"""What a red gate says, read for the files it points at."""

from __future__ import annotations

import pytest

from tests.engine.conftest import user
from workbench.engine.evidence import files_of, imports_of, is_named
from workbench.model.event import GateJudged


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("/tmp/box/app/bad.py:5: TypeError", True),
        ("app.bad::test_one", True),
        ("app.bad.TestOne::test", True),
        ("import app.bad, os", True),
        ("app/badly.py app/bad.pyc web.app.bad my_app/bad.py", False),
        ("app.badly", False),
        ("", False),
    ],
)
def test_a_file_is_named_by_its_path_or_its_module(text, named):
    assert is_named("app/bad.py", text) is named


def test_a_package_is_named_by_its_own_name():
    assert is_named("app/__init__.py", "ImportError in app")


@pytest.mark.parametrize(
    ("test", "paths"),
    [
        ("tests.test_a::test_x", ["tests/test_a.py", "tests.py"]),
        ("tests.test_a.TestB::test_x", ["tests/test_a/TestB.py", "tests/test_a.py", "tests.py"]),
        ("tests/test_a.py::test_x[1]", ["tests/test_a.py"]),
    ],
)
def test_where_a_test_may_lie(test, paths):
    assert list(files_of(test)) == paths


def test_what_a_test_imports():
    code = b"import os.path\nfrom app import bad, good\nfrom . import near\nfrom ..up import one\nif 1: import late\n"
    wanted = {
        "os.path",
        "app",
        "app.bad",
        "app.good",
        "tests.unit",
        "tests.unit.near",
        "tests.up",
        "tests.up.one",
        "late",
    }
    assert imports_of("tests/unit/test_a.py", code) == wanted
    assert imports_of("a.py", b"def (") == frozenset()


def trials(case) -> int:
    return len(
        [
            one
            for one in case.events
            if isinstance(one, GateJudged) and one.trial and one.judgement.report.gate == "unit"
        ]
    )


def test_a_test_that_imports_the_guilty_file_leads_to_it_in_few_judgings(make_case):
    case = make_case(*(user(f"m{n}") for n in range(12)), user("bad", breaks=True))
    record = case.run()
    assert [one.path for one in record.quarantined] == ["app/bad.py"]
    # Twice red to be believed, the parent green, the others green, the suspect red alone.
    assert trials(case) <= 5


def test_evidence_that_points_elsewhere_misleads_nobody(make_case):
    test = "from app import m1, bad\n\n\ndef test_bad():\n    assert bad.run() == ('old', 1), 'look at app/m1.py'\n"
    case = make_case(*(user(f"m{n}") for n in range(6)), user("bad", breaks=True), {"tests/test_bad.py": test})
    record = case.run()
    assert [one.path for one in record.quarantined] == ["app/bad.py"]

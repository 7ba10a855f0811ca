"""A call and the mock that stands for it land in one batch, or neither does."""

from __future__ import annotations

import subprocess

from tests.engine.conftest import PLAN
from workbench.engine.freeze import freeze_and_store
from workbench.model.run import RunOutcome
from workbench.model.violation import totals

FILES = {
    "app/lib.py": "def old():\n    return 1\n\n\ndef new(context):\n    return 2\n",
    "app/good.py": "from app.lib import old\n\n\ndef run(context):\n    return old()\n",
    "app/stuck.py": "from app.lib import old\n\n\ndef run():\n    return old()\n",
    "app/plain.py": "from app.lib import old\n\n\ndef run(context):\n    return old()\n",
}
TESTS = {
    f"tests/test_{name}.py": "from unittest.mock import patch\n\n"
    f"from app import {name}\n\n\n@patch('app.{name}.old', return_value=5)\n"
    f"def test_it(mocked):\n    assert {name}.run({given}) == 5\n"
    for name, given in (("good", "0"), ("stuck", ""))
}


def plan(strings):
    before, _, after = PLAN.partition("[[rules]]")
    rule = [
        'id = "it"',
        'kind = "replace-call"',
        'call = "app.lib.old"',
        'with = "app.lib.new"',
        f'strings = "{strings}"',
        'arguments = [{{ name = "context", from_scope = ["context"] }}]',
    ]
    return before + "\n".join(["[[rules]]", *rule, "", "[batches]"]) + after.partition("[batches]")[2]


def at(case, record, path):
    shown = subprocess.run(["git", "show", f"{record.branch}:{path}"], cwd=case.root, capture_output=True, check=True)
    return shown.stdout.decode()


def test_a_call_and_its_mock_land_together_and_what_is_blocked_takes_its_mock_along(make_case):
    case = make_case(FILES, TESTS, plan=plan("rewrite"), max_files=1)
    shown = freeze_and_store(case.root, None, "HEAD", case.means).after["app/good.py"].decode()
    record = case.run()
    assert [one.files for one in record.batches] == [("app/good.py", "tests/test_good.py"), ("app/plain.py",)]
    assert "@patch('app.good.new', return_value=5)" in at(case, record, "tests/test_good.py")
    # The import that only the old target of the mock still needed goes with it.
    expected = "from app.lib import new\n\n\ndef run(context):\n    return new(context)\n"
    assert at(case, record, "app/good.py") == shown == expected
    reasons = sorted((one.path, one.reason) for one in record.violations if one.reason)
    assert reasons == [("app/stuck.py", "no-context-in-scope"), ("tests/test_stuck.py", "linked")]
    counted = totals(record.violations).all
    assert (counted.found, counted.fixed, counted.blocked) == (5, 3, 2)


def test_a_mock_that_is_only_told_of_turns_its_call_red_and_nothing_else(make_case):
    case = make_case(FILES, TESTS, plan=plan("report"))
    record = case.run()
    assert record.outcome is RunOutcome.PARTIAL
    assert [one.path for one in record.quarantined] == ["app/good.py"]
    assert "return new(context)" in at(case, record, "app/plain.py")
    assert "return old()" in at(case, record, "app/good.py")


def test_a_name_that_its_module_cannot_use_is_not_patched(make_case):
    stuck = {"app/good.py": "from app.lib import old\n\n\ndef run(context):\n    new = 1\n    return old() * new\n"}
    case = make_case(FILES, stuck, TESTS, plan=plan("rewrite"))
    record = case.run()
    told = {one.path: (one.reason, one.detail) for one in record.violations if one.reason and "good" in one.path}
    assert told == {
        "app/good.py": ("linked", "it is blocked in tests/test_good.py, at line 6: mock-unclear"),
        "tests/test_good.py": (
            "mock-unclear",
            "there would be no app.good.new: the module has to call it by another name",
        ),
    }
    assert [one.files for one in record.batches] == [("app/plain.py",)]


MOVED = {
    "app/lib.py": "from app.fresh import f as old\n",
    "app/fresh.py": "def f():\n    return 1\n",
    "app/good.py": "from app import lib\n\n\ndef run():\n    return lib.old()\n",
    "app/plain.py": "from app import lib\n\n\ndef run():\n    return lib.old()\n",
    "app/own.py": "from app.lib import old\n\n\ndef run():\n    return old()\n",
}
MOVED_TESTS = {
    "tests/test_good.py": "from unittest.mock import patch\n\nfrom app import good, lib\n\n\n"
    "def test_it():\n    with patch.object(lib, 'old', return_value=5):\n        assert good.run() == 5\n",
    "tests/test_own.py": "from unittest.mock import patch\n\nfrom app import own\n\n\n"
    "@patch('app.own.old', return_value=5)\ndef test_it(mocked):\n    assert own.run() == 5\n",
}


def test_a_mock_of_a_symbol_that_moves_lands_with_the_code_that_looks_it_up(make_case):
    before, _, after = PLAN.partition("[[rules]]")
    lines = ['id = "it"', 'kind = "move-symbol"', 'from = "app.lib.old"', 'to = "app.fresh.f"', 'strings = "rewrite"']
    text = before + "\n".join(["[[rules]]", *lines, "", "[batches]"]) + after.partition("[batches]")[2]
    case = make_case(MOVED, MOVED_TESTS, plan=text, max_files=1)
    record = case.run()
    assert record.outcome is RunOutcome.COMPLETE
    assert ("app/good.py", "tests/test_good.py") in [one.files for one in record.batches]
    assert "patch.object(fresh, 'f', return_value=5)" in at(case, record, "tests/test_good.py")
    assert at(case, record, "app/own.py").startswith("from app.fresh import f as old\n")
    assert totals(record.violations).all.blocked == 0

"""Rules whose places depend on other files: a batch finds its own again in the tree that earlier batches left."""

from __future__ import annotations

import subprocess

from tests.engine.conftest import PLAN
from workbench.model.run import RunOutcome
from workbench.model.violation import totals

SAME = "class Hub:\n    def open(self, value):\n        return ('hub', value)\n"
TEST = {"tests/test_it.py": "from app import z\n\n\ndef test_z():\n    assert z.run() == ('hub', 1)\n"}


def plan(*lines):
    before, _, after = PLAN.partition("[[rules]]")
    return before + "\n".join(["[[rules]]", 'id = "it"', *lines, "", "[batches]"]) + after.partition("[batches]")[2]


def at(case, record, path):
    shown = subprocess.run(["git", "show", f"{record.branch}:{path}"], cwd=case.root, capture_output=True, check=True)
    return shown.stdout.decode()


def test_users_of_a_duplicate_are_turned_after_the_duplicate_is_gone(make_case):
    files = {
        "app/a_copy.py": SAME,
        "app/hub.py": SAME,
        "app/y.py": "from app import a_copy\n\n\ndef run():\n    return a_copy.Hub().open(1)\n",
        "app/z.py": "from app.a_copy import Hub\n\n\ndef run():\n    return Hub().open(1)\n",
    }
    unique = plan('kind = "unique-definition"', 'canonical = "app.hub.Hub"', 'fix = "redirect"')
    case = make_case(files, TEST, plan=unique, max_files=1)
    record = case.run()
    counted = totals(record.violations).all
    assert (counted.found, counted.fixed) == (3, 3)
    assert record.outcome is RunOutcome.COMPLETE
    assert [one.files for one in record.batches] == [("app/a_copy.py",), ("app/y.py",), ("app/z.py",)]
    assert at(case, record, "app/a_copy.py") == "from app.hub import Hub\n"
    assert at(case, record, "app/y.py").startswith("from app import hub\n")
    assert at(case, record, "app/z.py").startswith("from app.hub import Hub\n")


def test_a_module_moves_file_by_file(make_case):
    files = {
        "app/was.py": "from app.hub import *\n",
        "app/hub.py": SAME,
        "app/a.py": "from app import was\n\n\ndef run():\n    return was.Hub().open(1)\n",
        "app/y.py": "import app.was\n\nHub = app.was.Hub\n",
        "app/x.py": "from app.was import Hub\n",
        "app/z.py": "from . import a, x, y\n\n\ndef run():\n    return x.Hub is y.Hub and a.run()\n",
    }
    move = plan('kind = "move-module"', 'from = "app.was"', 'to = "app.hub"')
    case = make_case(files, TEST, plan=move, max_files=1)
    record = case.run()
    assert record.outcome is RunOutcome.COMPLETE
    counted = totals(record.violations).all
    assert (counted.found, counted.fixed) == (5, 5)
    assert at(case, record, "app/a.py").startswith("from app import hub\n\n\ndef run():\n    return hub.Hub()")
    assert at(case, record, "app/y.py") == "import app.hub\n\nHub = app.hub.Hub\n"

"""A run that leaves a shim: users go straight to the new module, all gates hold, and the old path still works."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.command_line import workbench

PLAN = """\
name = "moved"
title = "New lives in new_mod"

[run]
python = "{python}"

[[rules]]
id = "new"
kind = "move-symbol"
from = "shop.old_mod.Old"
to = "shop.new_mod.New"
{shim}

[[gates]]
id = "check"
level = "tests"
run = ["{{python}}", "-W", "error::DeprecationWarning", "check.py"]
report = "exit-code"
"""
TREE = {
    "shop/__init__.py": "",
    "shop/new_mod.py": "class New:\n    pass\n",
    "shop/old_mod.py": 'from .new_mod import New as Old\n\n__all__ = ["Old", "other"]\n\nother = 1\n',
    "shop/user.py": "from shop.old_mod import Old, other\n\nit = Old()\n",
    "check.py": "import shop.user\n\nassert type(shop.user.it).__name__ == 'New'\n",
}


def document(root, *words, code):
    ran = workbench(root, "--json", *words)
    assert ran.returncode == code, ran.stdout + ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture
def repository(make_repo):
    def make(shim="shim = true", **more):
        return make_repo(TREE | {"plans/moved.toml": PLAN.format(python=sys.executable, shim=shim)} | more)

    return make


def test_a_run_leaves_a_shim_that_works(repository, git):
    root = repository()
    record = document(root, "run", "moved", code=0)
    assert record["outcome"] == "complete"
    assert (record["totals"]["found"], record["totals"]["fixed"]) == (3, 3)
    assert git(root, "show", "workbench/moved:shop/user.py").startswith("from shop.new_mod import New\n")
    git(root, "checkout", "--quiet", "workbench/moved")
    assert document(root, "scan", "moved", code=0)["totals"]["found"] == 0
    ask = "from shop.old_mod import Old; from shop.new_mod import New; print(Old is New)"
    for options, told in (((), "True\n"), (("-W", "error::DeprecationWarning"), "")):
        command = [sys.executable, "-B", *options, "-c", ask]
        ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert ran.stdout == told
    assert "DeprecationWarning: shop.old_mod.Old is now shop.new_mod.New" in ran.stderr


def test_two_rules_share_one_shim(repository, git):
    second = 'shim = true\n\n[[rules]]\nid = "limit"\nkind = "move-symbol"\nshim = true\n'
    names = 'from = "shop.old_mod.old_limit"\nto = "shop.new_mod.limit"\n'
    tree = {
        "shop/new_mod.py": "class New:\n    pass\n\n\nlimit = 10\n",
        "shop/old_mod.py": "from .new_mod import New as Old, limit as old_limit\n\nother = 1\n",
        "shop/second.py": "from shop.old_mod import old_limit\n\nit = old_limit\n",
    }
    root = repository(shim=second + names, **tree)
    record = document(root, "run", "moved", code=0)
    assert (record["outcome"], record["totals"]["found"], record["totals"]["fixed"]) == ("complete", 6, 6)
    written = git(root, "show", "workbench/moved:shop/old_mod.py")
    assert written.count("def __getattr__") == 1
    assert 'if name == "Old":' in written
    assert 'if name == "old_limit":' in written
    git(root, "checkout", "--quiet", "workbench/moved")
    assert document(root, "scan", "moved", code=0)["totals"]["found"] == 0


def test_without_it_the_old_module_is_not_touched(repository, git):
    root = repository(shim="")
    assert document(root, "run", "moved", code=0)["totals"]["found"] == 2
    assert git(root, "diff", "--name-only", "main", "workbench/moved") == "shop/user.py"


def test_a_shim_that_makes_no_sense_is_a_problem_of_the_plan(repository):
    root = repository(**{"plans/moved.toml": PLAN.format(python="x", shim="shim = true").replace("new_mod", "old_mod")})
    problems = document(root, "scan", "moved", code=2)["error"]["problems"]
    lines = {problem["message"]: problem["line"] for problem in problems}
    assert lines["a shim stands in another module than the symbol, and both names are of one"] is not None


@pytest.mark.parametrize("shim", ["shim = 1", 'shim = "yes"', "shims = true"])
def test_shim_is_true_or_false(repository, shim):
    problems = document(repository(shim=shim), "scan", "moved", code=2)["error"]["problems"]
    assert len(problems) == 1
    assert "shim" in problems[0]["key"]


def test_a_package_that_moved_leaves_shims(repository, git):
    names = 'shim = true\n\n[[rules]]\nid = "package"\nkind = "move-module"\nfrom = "shop.past"\nto = "shop.now"\n'
    tree = {
        "shop/now/__init__.py": "limit = 10\n",
        "shop/now/sub.py": "it = 1\n",
        "shop/past/__init__.py": "",
        "shop/past/sub.py": "from shop.now.sub import *\n",
        "shop/third.py": "from shop.past import limit\nfrom shop.past.sub import it\n\nall = limit + it\n",
    }
    root = repository(shim=names + "shim = true\n", **tree)
    record = document(root, "run", "moved", code=0)
    assert (record["outcome"], record["totals"]["by_rule"]["package"]["fixed"]) == ("complete", 4)
    git(root, "checkout", "--quiet", "workbench/moved")
    assert document(root, "scan", "moved", code=0)["totals"]["found"] == 0
    ask = "from shop.past import limit; import shop.past.sub; print(limit, shop.past.sub.it)"
    ran = subprocess.run([sys.executable, "-B", "-c", ask], cwd=root, capture_output=True, text=True, check=False)
    assert ran.stdout == "10 1\n"

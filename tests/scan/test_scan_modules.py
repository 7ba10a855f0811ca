"""Rules that judge modules as such see their files, whatever stands in them."""

import pytest
from scan_values import MemorySources, make_rule, plan_of

from workbench.codemod.project import Project
from workbench.model.violation import SiteState
from workbench.planning.references import check_tree
from workbench.scan.scanner import rescan, scan

FORBID = make_rule("forbid-module", "forbid", module="*.old_factory")
REQUIRE = make_rule("require-symbol", "require", symbol="app.factory.build")


def scanned(files, *rules):
    return scan(MemorySources(files), plan_of(*rules), rules, jobs=1)


@pytest.mark.parametrize("content", ["", "x = 1\n"])
def test_a_forbidden_module_is_found_though_no_word_of_it_stands_in_it(content):
    result = scanned({"app/old_factory.py": content, "app/user.py": "x = 1\n"}, FORBID)
    [found] = result.violations
    assert (found.path, found.place.line, found.state, found.reason) == (
        "app/old_factory.py",
        1,
        SiteState.BLOCKED,
        "detect-only",
    )
    assert (result.files, result.hits) == (2, 1)


def test_a_missing_symbol_is_found_in_an_empty_module_and_in_an_empty_package():
    [found] = scanned({"app/__init__.py": "", "app/factory.py": ""}, REQUIRE).violations
    assert found.path == "app/factory.py"
    [found] = scanned({"app/__init__.py": "", "app/other.py": ""}, REQUIRE).violations
    assert found.path == "app/__init__.py"


def test_a_symbol_that_comes_from_elsewhere_is_followed():
    files = {"app/__init__.py": "", "app/impl.py": "def make(): ...\n"}
    files["app/factory.py"] = "from app.impl import make as build\n"
    assert scanned(files, REQUIRE).violations == ()
    files["app/impl.py"] = "make = 1\n"
    assert len(scanned(files, REQUIRE).violations) == 1


def test_a_symbol_that_is_gone_from_the_tree_may_be_forbidden():
    rule = make_rule("forbid-symbol", "gone", symbol="app.factory.build")
    result = scanned({"app/factory.py": "", "app/user.py": "from app.factory import build\n"}, rule)
    assert [one.path for one in result.violations] == ["app/user.py"]


def test_aliases_of_a_forbidden_symbol_are_followed_through_the_tree():
    rule = make_rule("forbid-symbol", "gone", symbol="app.factory.build")
    files = {"app/factory.py": "def build(): ...\n", "app/hub.py": "from .factory import build as make\n"}
    result = scanned({**files, "app/user.py": "from app.hub import make\n"}, rule)
    assert [one.path for one in result.violations] == ["app/factory.py", "app/hub.py", "app/user.py"]


def test_a_rescan_sees_the_modules_too():
    sources = MemorySources({"app/__init__.py": "", "app/old_factory.py": "", "app/factory.py": ""})
    project = Project(modules=frozenset({"app", "app.old_factory", "app.factory"}))
    rules = (FORBID, REQUIRE)
    found = rescan(sources, plan_of(*rules), rules, project, ["app/old_factory.py", "app/factory.py"])
    assert [(one.path, one.rule) for one in found] == [("app/factory.py", "require"), ("app/old_factory.py", "forbid")]


def test_dead_allowances_are_problems_of_the_plan_within_its_scope():
    files = {"app/old_factory.py": "", "lib/old_factory.py": "", "app/user.py": "x = 1\n"}
    rule = make_rule("forbid-module", "forbid", module="*.old_factory", allow=["lib/**", "app/user.py"])
    sources = MemorySources(files)
    told = [
        [one.key for one in check_tree(plan_of(rule, **scope), (rule,), Project(), sources)]
        for scope in ({}, {"include": ["app/**"]}, {"exclude": ["lib/**"]})
    ]
    one, both = ["rules[forbid].allow[1]"], ["rules[forbid].allow[0]", "rules[forbid].allow[1]"]
    assert told == [one, both, both]


# ---- kinds that need facts of files nobody names


SAME = "class Manager:\n    def send(self, text): ...\n"
UNIQUE = make_rule("unique-definition", "unique", canonical="app.core.Manager", fix="redirect")
MOVE = make_rule("move-module", "move", from_="app.old", to="app.fresh")


def open_sites(files, rule):
    result = scanned(files, rule)
    return [(one.path, one.place.line, one.state.value, one.reason) for one in result.violations]


def test_duplicates_and_those_who_use_them_are_found_wherever_they_are():
    files = {
        "app/core.py": SAME,
        "app/one.py": f"{SAME}\n    def close(self): ...\n",
        "lib/two.py": SAME,
        "lib/hub.py": "from lib.two import Manager\n",
        "a.py": "from app.one import Manager\n",
        "b.py": "from lib import two\n\ntwo.Manager()\n",
        "c.py": "from lib.hub import Manager\n",
        "d.py": "from app.core import Manager\n",
    }
    assert open_sites(files, UNIQUE) == [
        ("a.py", 1, "blocked", "interfaces-differ"),
        ("app/one.py", 1, "blocked", "interfaces-differ"),
        ("b.py", 3, "open", ""),
        ("c.py", 1, "open", ""),
        ("lib/hub.py", 1, "open", ""),
        ("lib/two.py", 1, "open", ""),
    ]
    mended = {**files, "lib/two.py": "from app.core import Manager\n"}
    assert open_sites(mended, UNIQUE) == open_sites(files, UNIQUE)[:-1]


def test_a_module_that_is_gone_already_is_looked_for_by_its_name():
    files = {
        "app/__init__.py": "",
        "app/fresh/__init__.py": "def run(): ...\n",
        "app/fresh/deep.py": "",
        "a.py": "import app.old\nfrom app.old import run, gone\nimport app.old.deep\n",
        "b.py": "from app import old as o\n\no.run()\n",
        "app/c.py": "from . import old\n",
        "app/fresh/d.py": "from ..old import run\n",
    }
    assert open_sites(files, MOVE) == [
        ("a.py", 1, "open", ""),
        ("a.py", 2, "open", ""),
        ("a.py", 2, "blocked", "not-there"),
        ("a.py", 3, "open", ""),
        ("app/c.py", 1, "open", ""),
        ("app/fresh/d.py", 1, "open", ""),
        ("b.py", 1, "open", ""),
    ]

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

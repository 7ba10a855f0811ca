"""What a scan learns from few files is what one learns from all of them.

The oracle reads the facts of every module and asks every rule about every file, with no words and no shortcuts.
"""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from scan_values import MemorySources, make_rule, plan_of

from workbench.codemod.find import find_in
from workbench.codemod.project import Project, facts
from workbench.codemod.source import Module
from workbench.scan.files import python_files
from workbench.scan.scanner import rescan, scan
from workbench.scan.wanted import dotted_names, moves_of

MODULES = {
    "pkg/__init__.py": "pkg",
    "pkg/home.py": "pkg.home",
    "pkg/fresh.py": "pkg.fresh",
    "pkg/a.py": "pkg.a",
    "pkg/b.py": "pkg.b",
    "pkg/sub/__init__.py": "pkg.sub",
    "pkg/sub/c.py": "pkg.sub.c",
    "other/d.py": "other.d",
    "tests/e.py": "tests.e",
}
PATHS = {module: path for path, module in MODULES.items()}
DEFINED = {"pkg.home": "def old(): pass\nclass Kept:\n    def old(self): pass\n", "pkg.fresh": "def new(): pass\n"}
MODULE = st.sampled_from(
    ["pkg", "pkg.home", "pkg.home", "pkg.fresh", "pkg.a", "pkg.b", "pkg.sub", "pkg.sub.c", "other.d"]
)
LOCAL = st.sampled_from(["old", "old", "o", "home", "np", "a"])
NAME = st.sampled_from(["old", "old", "old", "o", "np", "home", "a", "Kept"])


@st.composite
def lines(draw):
    """One statement that imports, or uses what may have been imported."""
    form = draw(st.integers(0, 12))
    module, name, local = draw(MODULE), draw(NAME), draw(LOCAL)
    parent, _, last = module.rpartition(".")
    return [
        f"from {module} import {name}",
        f"from {module} import {name} as {local}",
        f"from {module} import *",
        f"import {module}",
        f"import {module} as {local}",
        f"from {parent or 'pkg'} import {last} as {local}",
        f"from . import {name} as {local}",
        f"from .{draw(st.sampled_from(['a', 'home', 'sub', 'c']))} import {name}",
        f"{local}()",
        f"{local}.{name}()",
        f"{module}.{name}.{local}",
        f"patch('{module}.{name}', '{name}')",
        f"async def f(): return await {local}(), {local}.{name}()",
    ][form]


@st.composite
def trees(draw):
    """Every module has its definitions and a few such statements; the definitions of home and fresh are real."""
    return {
        path: DEFINED.get(module, "") + "\n".join(draw(st.lists(lines(), max_size=4))) + "\n"
        for path, module in MODULES.items()
    }


def oracle(sources, plan, rules):
    files = python_files((entry.path for entry in sources.entries()), plan)
    modules = [Module(one.path, sources.files[one.path], one.module, one.is_package) for one in files]
    words = {name.rpartition(".")[2] for name in dotted_names(rules)} | {"o", "np", "x", "home", "a", "sub", "c", "h"}
    known = {one.name: facts(one, words=words) for one in modules}
    project = Project(known, frozenset(known), moves_of(rules))
    found = {
        (one.path, site.place.start, site.rule, name, site.blocked, site.excluded)
        for one, file in zip(modules, files, strict=True)
        if file.in_scope
        for site, name in find_in(one, rules, project)
    }
    return found, project


def seen(violations):
    return {(one.path, one.place.start, one.rule, one.fingerprint) for one in violations}


RULES = [
    make_rule("move-symbol", "move", from_="pkg.home.old", to="pkg.fresh.new"),
    make_rule("replace-call", "call", call="pkg.home.Kept", with_="pkg.fresh.new"),
    make_rule("move-module", "module", from_="pkg.sub.c", to="pkg.sub.moved"),
    make_rule("remove-await", "await", call="pkg.home.old"),
    make_rule("pattern", "pattern", match="pkg.home.old()", rewrite="pkg.fresh.new()"),
    make_rule("pattern", "attribute", match="$X.old()", rewrite="$X.new()"),
    make_rule("forbid-symbol", "forbid", symbol="pkg.home.old", use="import"),
    make_rule("forbid-module", "gone", module="pkg.a"),
    make_rule("require-symbol", "require", symbol="pkg.home.Kept"),
]


@settings(max_examples=200, deadline=None)
@given(tree=trees(), rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique_by=lambda rule: rule.id))
def test_a_scan_finds_what_all_rules_find_with_all_facts(tree, rules):
    sources, plan = MemorySources(tree), plan_of(*rules)
    expected, project = oracle(sources, plan, rules)
    result = scan(sources, plan, rules, jobs=1)
    assert seen(result.violations) == {one[:4] for one in expected}
    assert rescan(sources, plan, rules, result.project, tree) == result.violations
    for name in dotted_names(rules):
        assert result.project.spellings(name) <= project.spellings(name)
        for spelling in result.project.spellings(name):
            assert result.project.canonical(spelling) == project.canonical(spelling)
            # Who imports a name from its very home is not asked for.
            if spelling not in dotted_names(rules):
                word = spelling.rpartition(".")[2]
                missed = project.users(spelling) - result.project.users(spelling)
                assert not any(re.search(rf"\b{word}\b", tree[PATHS[user]]) for user in missed)

"""First match wins; all conditions of an entry hold; the import graph is loaded only when it is asked."""

import pytest
from planning_values import move, violation

from workbench.codemod.roots import ModuleMap
from workbench.model.errors import PlanFileError
from workbench.model.violation import Priority
from workbench.planning.graph import ImportGraph
from workbench.planning.priorities import prioritise

RULES = (
    move("one", "a.b.c", "a.b.d")
    + move("two", "a.b.e", "a.b.f", label="urgent")
    + move("three", "a.b.g", "a.b.h", priority="P1")
)
GRAPH = ImportGraph(
    {
        "app": frozenset({"app.log"}),
        "app.routes": frozenset({"app.core.db"}),
        "app.core": frozenset({"app.settings"}),
        "app.core.db": frozenset({"app.core.db"}),
        "app.settings": frozenset(),
        "app.log": frozenset(),
        "app.lone": frozenset({"app.core.db", "app.settings"}),
    }
)


def unused_graph():
    raise AssertionError("the graph was loaded")


def priorities(spec, table, *sites, graph=unused_graph):
    found = prioritise(sites, spec(RULES + table), graph, ModuleMap())
    return [one.priority for one in found]


def test_without_a_table_the_rules_own_priority_or_the_default_counts(spec):
    sites = [violation("one", "x.py"), violation("three", "x.py")]
    assert priorities(spec, "", *sites) == ["P2", "P1"]
    assert priorities(spec, '[priorities]\ndefault = "P0"\n', *sites) == ["P0", "P1"]


def test_the_table_beats_the_rules_own_priority(spec):
    table = '[priorities]\nrules = [{ priority = "P0", paths = ["x.py"] }]\n'
    assert priorities(spec, table, violation("three", "x.py"), violation("three", "y.py")) == ["P0", "P1"]


def test_the_first_entry_that_matches_wins(spec):
    table = """[priorities]
    rules = [
      { priority = "P1", paths = ["tests/**"] },
      { priority = "P0", rule = ["one"] },
    ]"""
    sites = [violation("one", "tests/a.py"), violation("one", "a.py"), violation("two", "a.py")]
    assert priorities(spec, table, *sites) == ["P1", "P0", "P2"]


def test_all_conditions_of_an_entry_must_hold(spec):
    table = (
        '[priorities]\nrules = [{ priority = "P0", paths = ["/a/**"], rule = ["one", "two"], label = ["urgent"] }]\n'
    )
    sites = [violation(rule, path) for rule in ("one", "two") for path in ("a/x.py", "b/a/x.py")]
    assert priorities(spec, table, *sites) == ["P2", "P2", "P0", "P2"]


def test_reachable_means_imported_on_the_way_with_the_packages_around(spec):
    table = '[priorities]\nrules = [{ priority = "P0", reachable_from = ["app.routes"] }]\n'
    names = ["routes", "core/db", "core/__init__", "settings", "log", "lone"]
    sites = [violation("one", f"app/{name}.py") for name in names]
    assert priorities(spec, table, *sites, graph=lambda: GRAPH) == ["P0", "P0", "P0", "P0", "P0", "P2"]


def test_fan_in_counts_other_modules(spec):
    table = '[priorities]\nrules = [{ priority = "P0", fan_in_at_least = 2 }]\n'
    paths = ["app/core/db.py", "app/settings.py", "app/log.py", "some-script.py"]
    sites = [violation("one", path) for path in paths]
    assert priorities(spec, table, *sites, graph=lambda: GRAPH) == ["P0", "P0", "P2", "P2"]


def test_an_entry_module_the_tree_lacks_is_a_problem_with_its_line(spec):
    table = '[priorities]\nrules = [{ priority = "P0", reachable_from = ["app.rutes"] }]\n'
    with pytest.raises(PlanFileError) as caught:
        priorities(spec, table, graph=lambda: GRAPH)
    [found] = caught.value.problems
    assert (found.message, found.line) == ("the tree has no module 'app.rutes'", 20)
    assert found.suggestion == "did you mean 'app.routes' or 'app.core' or 'app.core.db'?"


def test_nothing_but_the_priority_changes(spec):
    site = violation("one", "x.py", state="blocked", reason="name-taken")
    [found] = prioritise([site], spec(RULES + '[priorities]\ndefault = "P1"\n'), unused_graph, ModuleMap())
    assert found.priority is Priority.P1
    assert (found.fingerprint, found.state, found.reason) == (site.fingerprint, "blocked", "name-taken")


def test_a_module_that_imports_itself_is_not_counted():
    assert GRAPH.fan_in("app.core.db") == 2


def test_the_graph_answers_for_modules_it_does_not_know():
    assert GRAPH.fan_in("nowhere") == 0
    assert GRAPH.reachable_from(["nowhere"]) == frozenset()

"""A rule that names what the tree does not have is a problem of the plan file, with near names."""

from planning_values import move

from workbench.codemod.project import Project, facts
from workbench.codemod.source import Module
from workbench.planning.order import rules_of
from workbench.planning.references import check_targets

TREE = {"app": "", "app.old": "def make(): pass\n", "app.new": "def make_it(): pass\n"}


def project():
    known = {name: facts(Module(f"{name}.py", text.encode(), name)) for name, text in TREE.items()}
    return Project(known, frozenset(known))


def test_names_that_are_there_are_no_problem(spec):
    plan = spec(move("one", "app.old.make", "app.new.make_it"))
    assert check_targets(plan, rules_of(plan), project()) == ()


def test_a_name_the_tree_lacks_is_told_with_its_rule_and_what_is_near(spec):
    plan = spec(move("zero", "app.old.make", "app.new.make_it") + move("one", "app.old.mak", "app.new.make_it"))
    [found] = check_targets(plan, rules_of(plan), project())
    assert (found.message, found.key, found.line) == ("the tree has no app.old.mak", "rules[one]", 7)
    assert "app.old.make" in found.suggestion


def test_names_of_other_packages_cannot_be_judged(spec):
    plan = spec('[[rules]]\nid = "one"\nkind = "remove-await"\ncall = "asyncio.gather"\n')
    assert check_targets(plan, rules_of(plan), project()) == ()

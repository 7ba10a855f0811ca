"""Every open site is in one batch, in the right phase, in an order that never depends on luck."""

from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from planning_values import RULES, violation, violations

from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Parameters
from workbench.model.violation import Priority, Reach, SiteState, totals
from workbench.planning.linked import link
from workbench.planning.order import ordered
from workbench.planning.planner import make_plan, package_of
from workbench.planning.spec import Batches, PlanSpec, Scope

OWNERS = {"app": "@core", "api": "@web"}


class Stub:
    """A rule as far as the planner looks at one."""

    def __init__(self, name):
        self.id = name


def plan_of(sites, *, after=(), **batches):
    parameters = [Parameters(id=name, kind="k", after=dict(after).get(name, ())) for name in RULES]
    spec = PlanSpec(
        name="some",
        rules=parameters,
        scope=Scope(source_roots=(".", "app/api")),
        batches=Batches(**batches),
        path=Path("plans/some.toml"),
        source_digest="0",
        lines={},
    )
    order = [Stub(one) for group in ordered(parameters, spec.batches.together) for one in group]
    return make_plan(
        spec,
        order,
        sites,
        base_commit="c",
        base_tree="t",
        owner_of=lambda path: OWNERS.get(path.partition("/")[0], ""),
    )


GROUPINGS = st.lists(st.sampled_from(["rule", "package", "file", "owner"]), min_size=1, unique=True)
TOGETHER = st.sampled_from([(), (("one", "three"),), (("two", "one"), ("three", "four"))])


@given(violations(), GROUPINGS, st.integers(1, 4), TOGETHER)
def test_every_open_site_is_in_exactly_one_batch_and_every_limit_holds(sites, by, most, together):
    plan = plan_of(sites, by=by, max_files=most, together=together)
    found = {one.fingerprint: one for one in plan.violations}
    assert found.keys() == {one.fingerprint for one in sites}
    planned = [name for batch in plan.batches() for name in batch.fingerprints]
    assert sorted(planned) == sorted(one.fingerprint for one in plan.in_state(SiteState.OPEN))
    for phase in plan.phases:
        assert phase.batches
        for batch in phase.batches:
            inside = [found[name] for name in batch.fingerprints]
            assert {one.priority for one in inside} == {phase.priority} == {batch.priority}
            assert {one.path for one in inside} == set(batch.files)
            assert {one.rule for one in inside} == set(batch.rules)
            assert len(batch.files) == len(set(batch.files)) <= most
            assert batch.units == tuple((file,) for file in dict.fromkeys(one.path for one in inside))


def test_of_several_blocked_sites_the_first_is_named_whatever_was_found_first():
    blocked = [violation("two", "app/a.py", line, state="blocked", reason="name-taken") for line in (7, 3)]
    for sites in (blocked, blocked[::-1]):
        plan = plan_of([violation("one", "app/a.py"), *sites], by=["rule"], together=(("one", "two"),))
        assert plan.violations[0].detail == "two is blocked in this file, at line 3: name-taken"


@given(violations(), GROUPINGS, TOGETHER, st.randoms())
def test_the_plan_does_not_depend_on_the_order_of_what_was_found(sites, by, together, random):
    shuffled = list(sites)
    random.shuffle(shuffled)
    assert plan_of(sites, by=by, together=together) == plan_of(shuffled, by=by, together=together)


@given(violations(), TOGETHER)
def test_no_site_is_lost_from_the_totals(sites, together):
    plan = plan_of(sites, together=together)
    before, after = totals(sites), totals(plan.violations)
    assert after.all.found == before.all.found == len(sites)
    assert after.all.remaining == sum(len(batch.fingerprints) for batch in plan.batches())
    assert after.all.excluded == before.all.excluded


@given(violations(), TOGETHER)
def test_rules_that_land_together_are_never_apart_in_a_file(sites, together):
    plan = plan_of(sites, together=together)
    place = {name: batch.id for batch in plan.batches() for name in batch.fingerprints}
    for group in together:
        fates = {}
        for one in plan.violations:
            if one.rule in group and one.state is not SiteState.EXCLUDED:
                fates.setdefault(one.path, set()).add(place.get(one.fingerprint, "blocked"))
        assert all(len(where) == 1 for where in fates.values())


def test_phases_and_batches_are_numbered_in_order():
    sites = [violation("one", f"app/p{n}/x.py", priority=priority) for n in (2, 10, 1) for priority in ("P2", "P0")]
    unique = {one.fingerprint + one.priority: one for one in sites}
    plan = plan_of(list(unique.values()))
    assert [(batch.id, batch.files) for batch in plan.batches()] == [
        ("P0-001", ("app/p1/x.py",)),
        ("P0-002", ("app/p2/x.py",)),
        ("P0-003", ("app/p10/x.py",)),
        ("P2-001", ("app/p1/x.py",)),
        ("P2-002", ("app/p2/x.py",)),
        ("P2-003", ("app/p10/x.py",)),
    ]


def test_the_declared_order_of_rules_holds_in_a_phase():
    sites = [violation(rule, f"app/{name}.py") for rule in RULES for name in "ab"]
    plan = plan_of(sites, by=["package", "rule"], max_files=1, after={"one": ("four",)})
    assert [batch.rules[0] for batch in plan.batches()] == [
        "two",
        "two",
        "three",
        "three",
        "four",
        "four",
        "one",
        "one",
    ]


def test_a_full_batch_is_cut_in_natural_order():
    plan = plan_of([violation("one", f"app/f{n}.py") for n in range(1, 12)], max_files=4)
    assert [[Path(file).stem for unit in batch.units for file in unit] for batch in plan.batches()] == [
        ["f1", "f2", "f3", "f4"],
        ["f5", "f6", "f7", "f8"],
        ["f9", "f10", "f11"],
    ]


def test_owners_do_not_share_a_batch():
    sites = [violation("one", path) for path in ("app/x.py", "api/x.py", "app/deep/x.py", "tests/x.py")]
    plan = plan_of(sites, by=["owner"])
    assert [batch.files for batch in plan.batches()] == [
        ("tests/x.py",),
        ("app/deep/x.py", "app/x.py"),
        ("api/x.py",),
    ]
    assert [batch.package for batch in plan.batches()] == ["tests", "app", "api"]


def test_a_file_may_be_a_batch_of_its_own_with_all_its_rules():
    plan = plan_of([violation(rule, "app/x.py") for rule in RULES] + [violation("one", "app/y.py")], by=["file"])
    assert [(batch.files, batch.rules) for batch in plan.batches()] == [
        (("app/x.py",), RULES),
        (("app/y.py",), ("one",)),
    ]


def test_packages_that_only_look_alike_to_natural_order_stay_apart():
    plan = plan_of([violation("one", "app/p1/x.py"), violation("one", "app/p01/x.py")])
    assert [batch.package for batch in plan.batches()] == ["app/p01", "app/p1"]


def test_a_package_is_two_levels_below_its_root():
    assert package_of("a/b/c/d.py", (".",)) == "a/b"
    assert (
        package_of(
            "src/a/b/c/d.py",
            (
                ".",
                "src",
            ),
        )
        == "src/a/b"
    )
    assert package_of("src/a/b/c/d.py", ("other",)) == "src/a"
    assert package_of("setup.py", (".",)) == "."
    assert package_of("srcs/a/b/c/d.py", ("src",)) == "srcs/a"


def test_a_blocked_site_blocks_what_is_linked_to_it_in_the_file():
    sites = [
        violation("one", "a.py", 1, state="blocked", reason="name-taken"),
        violation("two", "a.py", 2),
        violation("two", "a.py", 3, state="excluded", reason="string"),
        violation("three", "a.py", 4),
        violation("two", "b.py", 5),
    ]
    linked = link(sites, [("one", "two")], ModuleMap()).violations
    assert [(one.state, one.reason) for one in linked] == [
        ("blocked", "name-taken"),
        ("blocked", "linked"),
        ("excluded", "string"),
        ("open", ""),
        ("open", ""),
    ]
    assert linked[1].detail == "one is blocked in this file, at line 1: name-taken"


def test_linked_sites_move_to_the_most_urgent_phase_among_them():
    sites = [violation("one", "a.py", 1, priority=Priority.P2), violation("two", "a.py", 2, priority=Priority.P0)]
    assert [one.priority for one in link(sites, [("one", "two")], ModuleMap()).violations] == ["P0", "P0"]
    assert [one.priority for one in link(sites, [], ModuleMap()).violations] == ["P2", "P0"]


def test_the_five_hundred_and_sixty_seven_add_up():
    wanted = {Priority.P0: 45, Priority.P1: 178, Priority.P2: 344}
    sites = [violation("one", f"app/f{n}.py", n + 1, priority=p) for p, many in wanted.items() for n in range(many)]
    plan = plan_of({one.fingerprint + one.priority: one for one in sites}.values())
    counted = {phase.priority: sum(len(batch.fingerprints) for batch in phase.batches) for phase in plan.phases}
    assert counted == wanted
    assert Counter({one: line.found for one, line in totals(plan.violations).by_priority.items()}) == Counter(wanted)
    assert totals(plan.violations).all.found == 567


def test_the_base_and_the_plan_file_go_with_the_plan():
    plan = plan_of([])
    assert (plan.base_commit, plan.base_tree, plan.base_rev, plan.source_digest) == ("c", "t", "HEAD", "0")
    assert (plan.phases, plan.rules, plan.path) == ((), RULES, "plans/some.toml")


def test_a_mock_and_its_calls_are_one_unit_wherever_they_stand():
    calls = [violation("one", f"app/part{n}/a.py") for n in range(4)]
    mock = violation("one", "tests/test_it.py", 3, reach=Reach("app.part3.a"))
    plan = plan_of([*calls, mock], by=["rule", "package"], max_files=1)
    assert [batch.units for batch in plan.batches()] == [
        (("app/part0/a.py",),),
        (("app/part1/a.py",),),
        (("app/part2/a.py",),),
        (("app/part3/a.py", "tests/test_it.py"),),
    ]
    assert {one.reach for one in plan.violations} == {None}

"""The chart ends at what stands on the branch, exactly, and says in words what it draws."""

import itertools
from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from workbench.model.batch import ON_BRANCH, BatchState
from workbench.model.violation import Priority, SiteState
from workbench.report.burndown import Step, steps
from workbench.report.chart import COLORS, burn_down

SVG = "{http://www.w3.org/2000/svg}"


def test_each_fixed_site_is_credited_to_its_batch(record):
    assert [(one.label, one.total) for one in steps(record)] == [
        ("base", 17),
        ("P0-001", 15),
        ("P0-002", 14),
        ("P1-001", 11),
        ("P1-002", 10),
        ("P2-001", 7),
    ]


def test_a_fixed_site_no_batch_claims_is_not_lost(record):
    stray = replace(record.violations[0], path="nowhere.py")
    walk = steps(replace(record, violations=(stray, *record.violations[1:])))
    assert walk[1].total == 16
    assert walk[-1].total == 7


def test_nothing_kept_is_a_flat_start(record):
    dropped = tuple(replace(one, state=BatchState.ROLLED_BACK) for one in record.batches)
    assert [one.label for one in steps(replace(record, batches=dropped))] == ["base"]


@given(st.data())
def test_it_always_ends_at_found_minus_fixed(record, data):
    states = data.draw(st.lists(st.sampled_from(SiteState), min_size=17, max_size=17))
    kept = data.draw(st.lists(st.sampled_from(BatchState), min_size=6, max_size=6))
    violations = tuple(replace(one, state=state) for one, state in zip(record.violations, states, strict=True))
    batches = tuple(replace(one, state=state) for one, state in zip(record.batches, kept, strict=True))
    walk = steps(replace(record, violations=violations, batches=batches))
    fixed = states.count(SiteState.FIXED) if ON_BRANCH & set(kept) else 0
    assert walk[0].total == 17
    assert walk[-1].total == 17 - fixed
    assert all(then.left[p] <= now.left[p] for now, then in itertools.pairwise(walk) for p in Priority)


def test_the_drawing_speaks(record):
    root = ElementTree.fromstring(burn_down(steps(record)))
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Sites left after each batch"
    assert (
        root.find(f"{SVG}desc").text
        == "From 17 sites to 7 in 5 batches: P0 from 4 to 1, P1 from 8 to 4, P2 from 5 to 2."
    )
    assert [one.text for one in root.iterfind(f"{SVG}g/{SVG}title")][1] == "P0-001: 15 left (P0 2, P1 8, P2 5)"
    drawn = {one.get("fill") for one in root.iter(f"{SVG}rect")}
    assert drawn == set(COLORS.values())
    assert {one.get("id") for one in root.iter() if one.get("id")} == set(root.get("aria-labelledby").split())


def test_every_bar_lies_in_the_picture():
    walk = [Step(f"P2-{number:03}", dict.fromkeys(Priority, 400 - number)) for number in range(200)]
    root = ElementTree.fromstring(burn_down(walk))
    _, _, width, height = map(float, root.get("viewBox").split())
    for one in root.iter(f"{SVG}rect"):
        x, y, wide, high = (float(one.get(key)) for key in ("x", "y", "width", "height"))
        assert x >= 0
        assert x + wide <= width
        assert y >= 0
        assert y + high <= height
    names = [one.text for one in root.iter(f"{SVG}text") if (one.text or "").startswith("P2-")]
    assert names == [f"P2-{number:03}" for number in (*range(0, 180, 20), 199)]
    numbers = [one.text for one in root.iter(f"{SVG}text") if (one.text or "").isdigit()]
    assert numbers[-2:] == ["1200", "603"]


def test_nothing_to_draw_is_no_drawing():
    assert burn_down([Step("base", dict.fromkeys(Priority, 0))]) == ""
    assert burn_down([]) == ""


def test_labels_are_escaped():
    svg = burn_down([Step("<script>", dict.fromkeys(Priority, 1))])
    assert "<script>" not in svg
    ElementTree.fromstring(svg)

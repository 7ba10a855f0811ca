"""A sample of remembered passes is judged again; one that does not hold voids them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tests.engine.conftest import Case, user
from workbench.engine.distrust import held_against, is_doubted
from workbench.engine.rollback import rollback
from workbench.model.batch import BatchState
from workbench.model.event import GateJudged
from workbench.model.gate import GateReport, Judgement, Level, Verdict


def test_the_sample_is_about_one_in_sixteen_and_another_one_for_another_run():
    trees = [f"{n:040}" for n in range(3200)]
    first, second = ({one for one in trees if is_doubted(run, "unit", one)} for run in ("run-1", "run-2"))
    assert 140 < len(first) < 260
    assert first != second
    assert first == {one for one in trees if is_doubted("run-1", "unit", one)}


def test_a_pass_that_does_not_hold_is_told_of():
    known = Judgement(GateReport("unit", Level.TESTS, Verdict.PASS, 1.0), Verdict.PASS, cached=True)
    red = Judgement(GateReport("unit", Level.TESTS, Verdict.FAIL, 1.0), Verdict.FAIL, "red")
    assert held_against(known, replace(known, cached=False)).reason == ""
    assert held_against(known, red).reason.startswith("red; it was remembered as passed on this very tree")


def kept_then_broken(case: Case, state) -> tuple[BatchState, list[Judgement]]:
    """Keep a batch, roll it back, break what the gate leans on, and run once more on what is remembered."""
    case.run()
    rollback(case.root, "all", means=case.means)
    state.write_text("broken")
    case.events.clear()
    record = case.run(on_red="rollback")
    judged = [one.judgement for one in case.events if isinstance(one, GateJudged) and not one.trial]
    return record.batches[0].state, [one for one in judged if one.report.gate == "outside"]


@pytest.mark.parametrize("doubted", [True, False])
def test_only_a_doubted_pass_is_judged_again_and_a_red_counts(make_case, means, tmp_path, doubted):
    state = tmp_path / "state"
    command = f"import pathlib, sys; sys.exit(pathlib.Path({str(state)!r}).exists())"
    gate = f'[[gates]]\nid = "outside"\nlevel = "static"\nrun = ["{{python}}", "-c", {command!r}]\n'
    first = make_case(user("a"), gates=gate)
    tree = first.run().batches[0].tree
    ids = (f"run-{n}" for n in itertools.count(100) if is_doubted(f"run-{n}", "outside", tree) is doubted)
    case = make_case(user("a"), gates=gate)
    case.means = replace(means, new_id=lambda: next(ids))
    ended, (judged,) = kept_then_broken(case, state)
    if doubted:
        assert ended is BatchState.ROLLED_BACK
        assert "remembered as passed on this very tree" in judged.reason
    else:
        assert (ended, judged.cached) == (BatchState.KEPT, True)

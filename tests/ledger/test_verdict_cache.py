"""A verdict is remembered for its tree, gate and key, whole, and only where it can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ledger_stories import RUN, judgement, make_plan, oid, opened, started

from workbench.ledger.ledger import Ledger
from workbench.model import event as e
from workbench.model.gate import Judgement, Verdict

PLAN = make_plan()
TREE = oid("a tree")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with opened(tmp_path) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        yield ledger
        assert ledger.verify() == ()


def judged(one: Judgement, *, tree: str = TREE, key: str = "k", trial: bool = False) -> e.GateJudged:
    return e.GateJudged(RUN, "", tree, one, trial=trial, key=key)


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.FAIL])
@pytest.mark.parametrize("trial", [True, False])
def test_a_verdict_comes_back_whole_with_every_test(ledger: Ledger, verdict: Verdict, trial: bool) -> None:
    one = judgement(verdict=verdict, tests=300)
    ledger.record(judged(one, trial=trial))
    assert ledger.cached_judgement(TREE, "unit", "k") == replace(one, cached=True)


def test_the_baseline_is_remembered_too_and_found_by_gate(ledger: Ledger) -> None:
    ledger.record(e.BaselineJudged(RUN, TREE, judgement("unit"), "k"), e.BaselineJudged(RUN, TREE, judgement("static")))
    assert ledger.cached_judgement(TREE, "unit", "k") is not None
    assert ledger.baselines(RUN) == {"unit": judgement("unit"), "static": judgement("static")}


@pytest.mark.parametrize(("tree", "gate", "key"), [("other", "unit", "k"), (TREE, "other", "k"), (TREE, "unit", "j")])
def test_another_tree_gate_or_environment_is_another_question(ledger: Ledger, tree: str, gate: str, key: str) -> None:
    ledger.record(judged(judgement()))
    assert ledger.cached_judgement(tree, gate, key) is None


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.TIMEOUT])
def test_what_did_not_finish_is_never_remembered(ledger: Ledger, verdict: Verdict) -> None:
    one = judgement()
    ledger.record(
        judged(replace(one, verdict=verdict)), judged(replace(one, report=replace(one.report, verdict=verdict)))
    )
    assert ledger.cached_judgement(TREE, "unit", "k") is None
    assert ledger.load_run(RUN).gate_runs == 2


def test_what_was_skipped_was_not_run_and_is_not_remembered(ledger: Ledger) -> None:
    ledger.record(judged(judgement(verdict=Verdict.SKIP)))
    assert ledger.cached_judgement(TREE, "unit", "k") is None
    assert ledger.load_run(RUN).gate_runs == 0


def test_without_a_key_nothing_is_remembered(ledger: Ledger) -> None:
    ledger.record(judged(judgement(), key=""))
    assert ledger.cached_judgement(TREE, "unit", "") is None


def test_a_pass_that_turns_out_a_fail_voids_the_passes_of_its_gate(ledger: Ledger) -> None:
    other, third = oid("another tree"), oid("a third tree")
    ledger.record(
        judged(judgement()),
        judged(judgement(), tree=other),
        judged(judgement(verdict=Verdict.FAIL), tree=third),
        judged(judgement("static"), tree=other),
        judged(judgement(verdict=Verdict.FAIL)),
    )
    now = ledger.cached_judgement(TREE, "unit", "k")
    assert now is not None
    assert now.verdict is Verdict.FAIL
    assert ledger.cached_judgement(other, "unit", "k") is None
    assert ledger.cached_judgement(third, "unit", "k") is not None
    assert ledger.cached_judgement(other, "static", "k") is not None


def test_an_answer_from_the_cache_changes_nothing(ledger: Ledger) -> None:
    ledger.record(judged(judgement()), judged(judgement(verdict=Verdict.FAIL, cached=True)))
    kept = ledger.cached_judgement(TREE, "unit", "k")
    assert kept is not None
    assert kept.verdict is Verdict.PASS


def test_verdicts_outlive_their_run(ledger: Ledger) -> None:
    ledger.record(judged(judgement()))
    other = make_plan(digest="d2")
    ledger.begin_run(started(other, "run-2"), other)
    assert ledger.cached_judgement(TREE, "unit", "k") is not None


def test_equal_outcomes_are_stored_once(ledger: Ledger) -> None:
    for n in range(20):
        ledger.record(judged(judgement(tests=500), tree=oid(n)))
    assert ledger._db.execute("SELECT count(*) FROM outcomes").fetchone() == (1,)

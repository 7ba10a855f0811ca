"""What rollbacks and retries leave on the branch, in the totals and in the record."""

from __future__ import annotations

import pytest
from ledger_stories import (
    BASE,
    FIRST,
    PLAN,
    RUN,
    SECOND,
    batch,
    dropped,
    finished,
    oid,
    quarantine,
    rolled_back,
    sites_of,
    to_judging,
    to_kept,
    to_split,
)

from workbench.ledger.ledger import Ledger
from workbench.model import event as e
from workbench.model.batch import BatchState
from workbench.model.errors import WorkbenchError
from workbench.model.run import RunOutcome
from workbench.model.violation import Count


def test_a_rollback_opens_the_sites_again(ledger: Ledger) -> None:
    ledger.record(*to_kept(PLAN, FIRST, parent=BASE), *to_split(PLAN, SECOND, parent=oid(FIRST, 1)))
    ledger.record(*rolled_back(oid(FIRST, 1), SECOND))
    assert batch(ledger, FIRST).state is BatchState.KEPT
    assert batch(ledger, SECOND).state is BatchState.ROLLED_BACK
    assert ledger.load_run(RUN).head == oid(FIRST, 1)
    assert ledger.totals(RUN).all == Count(fixed=3, quarantined=1, blocked=1, excluded=1, remaining=8)
    ledger.record(*to_kept(PLAN, SECOND, parent=oid(FIRST, 1), attempt=2))
    assert ledger.totals(RUN).all == Count(fixed=6, blocked=1, excluded=1, remaining=6)
    assert ledger.load_run(RUN).quarantined == ()


def test_a_rollback_of_everything_returns_to_the_plan(ledger: Ledger) -> None:
    ledger.record(*to_kept(PLAN, FIRST, parent=BASE), *to_kept(PLAN, SECOND, parent=oid(FIRST, 1)))
    ledger.record(*rolled_back(BASE, FIRST, SECOND), finished(BASE, RunOutcome.ROLLED_BACK))
    record = ledger.load_run(RUN)
    assert record.violations == PLAN.violations
    assert (record.head, record.outcome) == (BASE, RunOutcome.ROLLED_BACK)
    assert record.finished is not None


def test_a_batch_rolled_back_shows_its_commit_until_it_is_tried_again(ledger: Ledger) -> None:
    ledger.record(*to_kept(PLAN, FIRST, parent=BASE), *rolled_back(BASE, FIRST))
    assert batch(ledger, FIRST).commit == oid(FIRST, 1)
    ledger.record(*to_judging(PLAN, FIRST, parent=BASE, attempt=2), dropped(FIRST, BatchState.ROLLED_BACK))
    assert (batch(ledger, FIRST).commit, batch(ledger, FIRST).tree) == (None, None)


def test_a_rollback_that_forgets_a_batch_is_refused(ledger: Ledger) -> None:
    ledger.record(*to_kept(PLAN, FIRST, parent=BASE), *to_kept(PLAN, SECOND, parent=oid(FIRST, 1)))
    with pytest.raises(WorkbenchError, match=SECOND):
        ledger.record(*rolled_back(BASE, FIRST))
    assert ledger.intent(RUN).rollback is None


def test_a_revert_takes_back_one_batch_in_the_middle(ledger: Ledger) -> None:
    ledger.record(*to_kept(PLAN, FIRST, parent=BASE), *to_kept(PLAN, SECOND, parent=oid(FIRST, 1)))
    ledger.record(*rolled_back(oid("the reverting commit"), FIRST, mode="revert"))
    assert batch(ledger, FIRST).state is BatchState.ROLLED_BACK
    assert batch(ledger, SECOND).state is BatchState.KEPT
    assert ledger.load_run(RUN).head == oid("the reverting commit")
    assert ledger.totals(RUN).all.fixed == 3


def retried(ledger: Ledger) -> None:
    """Split the first batch, keep the second, then keep what the first had set aside."""
    ledger.record(*to_split(PLAN, FIRST, parent=BASE), *to_kept(PLAN, SECOND, parent=oid(FIRST, 1, "rest")))
    commit, tree = oid(FIRST, 2), oid(FIRST, 2, "tree")
    ledger.record(
        *to_judging(PLAN, FIRST, parent=oid(SECOND, 1), attempt=2),
        e.KeepDecided(RUN, FIRST, commit, oid(SECOND, 1), tree, sites_of(FIRST)[:1], split=False),
        e.BatchKept(RUN, FIRST, commit),
    )


def test_a_retry_adds_to_what_is_on_the_branch(ledger: Ledger) -> None:
    retried(ledger)
    record = batch(ledger, FIRST)
    assert (record.state, record.parent, record.commit) == (BatchState.KEPT, BASE, oid(FIRST, 2))
    assert ledger.totals(RUN).all.fixed == 6


def test_a_rollback_of_a_retry_leaves_what_was_kept_before(ledger: Ledger) -> None:
    retried(ledger)
    ledger.record(*rolled_back(oid(FIRST, 1, "rest"), SECOND, FIRST))
    assert batch(ledger, SECOND).state is BatchState.ROLLED_BACK
    assert batch(ledger, FIRST).state is BatchState.KEPT
    assert batch(ledger, FIRST).commit == oid(FIRST, 1, "rest")
    assert ledger.totals(RUN).all == Count(fixed=2, blocked=1, excluded=1, remaining=10)
    ledger.record(*rolled_back(BASE, FIRST))
    assert batch(ledger, FIRST).state is BatchState.ROLLED_BACK
    assert ledger.load_run(RUN).violations == PLAN.violations


def test_a_retry_that_fails_does_not_forget_what_is_on_the_branch(ledger: Ledger) -> None:
    ledger.record(*to_split(PLAN, FIRST, parent=BASE))
    ledger.record(*to_judging(PLAN, FIRST, parent=oid(FIRST, 1, "rest"), attempt=2))
    assert ledger.totals(RUN).all == Count(fixed=2, blocked=1, excluded=1, remaining=10)
    ledger.record(quarantine(PLAN, FIRST, sites_of(FIRST)[:1]), dropped(FIRST, BatchState.QUARANTINED))
    assert batch(ledger, FIRST).state is BatchState.SPLIT
    assert ledger.totals(RUN).all == Count(fixed=2, quarantined=1, blocked=1, excluded=1, remaining=9)

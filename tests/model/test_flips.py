"""Each test is credited once, to the first commit on the branch that shows it."""

from __future__ import annotations

from datetime import UTC, datetime

from workbench.model.batch import BatchState
from workbench.model.flips import Flip, flips
from workbench.model.gate import Level, Verdict
from workbench.model.run import BatchRecord, GateRecord, RunOutcome, RunRecord
from workbench.model.violation import Priority


def said(gained: str = "", lost: str = "", flaky: str = "", gate: str = "unit") -> GateRecord:
    fields = {"gained": tuple(gained), "lost": tuple(lost), "flaky": tuple(flaky)}
    return GateRecord(gate, Level.TESTS, Verdict.PASS, 1.0, False, None, **fields)


def batch(seq: int, *gates: GateRecord, state: BatchState = BatchState.KEPT) -> BatchRecord:
    commit = f"c{seq}" if state in (BatchState.KEPT, BatchState.SPLIT) else None
    return BatchRecord(f"P0-{seq}", seq, Priority.P0, (), "", (), 0, state, commit=commit, gates=gates)


def record(*batches: BatchRecord) -> RunRecord:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return RunRecord(
        *("r", "p", "", "", "d", RunOutcome.COMPLETE, "b", "base", "tree", "head", now, None),
        batches, (), (), (), 0,
    )  # fmt: skip


def test_a_gain_counts_where_it_is_first_seen():
    found = flips(record(batch(2, said("ab")), batch(1, said("a")), batch(3, said("ab", lost="x"))))
    assert found == (
        Flip("P0-1", "c1", "unit", ("a",), (), ()),
        Flip("P0-2", "c2", "unit", ("b",), (), ()),
        Flip("P0-3", "c3", "unit", (), ("x",), ()),
    )


def test_each_gate_has_an_account_of_its_own():
    found = flips(record(batch(1, said("a")), batch(2, said("a", gate="slow"))))
    assert [(one.batch, one.gate) for one in found] == [("P0-1", "unit"), ("P0-2", "slow")]


def test_what_is_flaky_is_told_every_time():
    found = flips(record(batch(1, said(flaky="f")), batch(2, said(flaky="f"))))
    assert [one.flaky for one in found] == [("f",), ("f",)]


def test_only_what_is_on_the_branch_and_was_said_last_counts():
    split = batch(1, said(lost="x"), said("a"), state=BatchState.SPLIT)
    gone = batch(2, said("b"), state=BatchState.ROLLED_BACK)
    assert flips(record(split, gone)) == (Flip("P0-1", "c1", "unit", ("a",), (), ()),)

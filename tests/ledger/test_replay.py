"""Whatever legal history a run had: the state is what its events make it, and every number adds up."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from ledger_stories import (
    RUN,
    counted,
    dropped,
    make_plan,
    oid,
    opened,
    quarantine,
    rolled_back,
    started,
    to_judging,
    to_kept,
    to_split,
)

from workbench.ledger.ledger import Ledger
from workbench.model import event as e
from workbench.model.batch import ON_BRANCH, BatchState
from workbench.model.run import RunRecord
from workbench.model.violation import SiteState

PLAN = make_plan(batches=5, each=3)
BATCHES = st.sampled_from([batch.id for batch in PLAN.batches()])


class Histories(RuleBasedStateMachine):
    """Batches are tried, kept, split, dropped, killed, tried again and rolled back, in any order."""

    ledger: Ledger
    attempt = 0

    @initialize()
    def begin(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.ledger = opened(Path(self.directory.name))
        self.ledger.begin_run(started(PLAN), PLAN)
        self.branch: list[tuple[str, str]] = []

    def teardown(self) -> None:
        if hasattr(self, "directory"):
            assert self.ledger.verify() == ()
            self.ledger.close()
            self.directory.cleanup()

    @property
    def record(self) -> RunRecord:
        return self.ledger.load_run(RUN)

    @property
    def tip(self) -> str:
        return self.branch[-1][1] if self.branch else PLAN.base_commit

    def next_attempt(self) -> int:
        self.attempt += 1
        return self.attempt

    def left(self, batch: str) -> tuple[str, ...]:
        """The batch's sites that are not on the branch."""
        own = next(one.fingerprints for one in PLAN.batches() if one.id == batch)
        fixed = {one.fingerprint for one in self.record.violations if one.state is SiteState.FIXED}
        return tuple(one for one in own if one not in fixed)

    @rule(batch=BATCHES)
    def keep(self, batch: str) -> None:
        attempt = self.next_attempt()
        events = to_kept(PLAN, batch, parent=self.tip, attempt=attempt)
        decided = e.KeepDecided(
            RUN, batch, oid(batch, attempt), self.tip, oid(batch, attempt, "tree"), self.left(batch), split=False
        )
        self.ledger.record(*events[:-2], decided, events[-1])
        self.branch.append((batch, oid(batch, attempt)))

    @rule(batch=BATCHES)
    def split(self, batch: str) -> None:
        left = self.left(batch)
        if not left:
            return
        attempt = self.next_attempt()
        *before, _, last = to_split(PLAN, batch, parent=self.tip, attempt=attempt)
        before = [one for one in before if not isinstance(one, e.FileQuarantined)]
        decided = e.KeepDecided(RUN, batch, last.commit, self.tip, oid(attempt), left[1:], split=True)
        self.ledger.record(*before, quarantine(PLAN, batch, left[:1]), decided, last)
        self.branch.append((batch, last.commit))

    @rule(batch=BATCHES, state=st.sampled_from([BatchState.ROLLED_BACK, BatchState.QUARANTINED]))
    def drop(self, batch: str, state: BatchState) -> None:
        self.ledger.record(*to_judging(PLAN, batch, parent=self.tip, attempt=self.next_attempt()))
        if state is BatchState.QUARANTINED:
            self.ledger.record(quarantine(PLAN, batch, self.left(batch)))
        self.ledger.record(dropped(batch, state))

    @rule(batch=BATCHES)
    def block_all(self, batch: str) -> None:
        begun = to_judging(PLAN, batch, parent=self.tip)[0]
        blocked = e.SitesBlocked(RUN, batch, tuple((one, "why", "") for one in self.left(batch)))
        self.ledger.record(begun, blocked, dropped(batch, BatchState.EMPTY))

    @rule(batch=BATCHES, steps=st.integers(1, 4))
    def be_killed_and_start_again(self, batch: str, steps: int) -> None:
        events = to_judging(PLAN, batch, parent=self.tip, attempt=self.next_attempt())
        self.ledger.record(*events[:steps])
        assert self.ledger.intent(RUN).batch is not None
        path = self.ledger.path
        self.ledger.close()
        self.ledger = opened(path.parent.parent)
        self.ledger.record(e.RunResumed(RUN))
        self.keep(batch)

    @precondition(lambda self: self.branch)
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.branch) - 1))
        gone, self.branch = self.branch[at:], self.branch[:at]
        self.ledger.record(*rolled_back(self.tip, *dict.fromkeys(batch for batch, _ in gone)))

    @invariant()
    def every_number_adds_up(self) -> None:
        if hasattr(self, "directory"):
            record = self.record
            assert self.ledger.totals(RUN) == counted(record)
            assert self.ledger.totals(RUN).all.found == len(PLAN.violations)
            assert record.head == self.tip

    @invariant()
    def batches_on_the_branch_say_so(self) -> None:
        if hasattr(self, "directory"):
            on_branch = {one.id: one.commit for one in self.record.batches if one.state in ON_BRANCH}
            assert on_branch == dict(self.branch)

    @invariant()
    def quarantined_sites_have_a_record(self) -> None:
        if hasattr(self, "directory"):
            sites = {one.fingerprint for one in self.record.violations if one.state is SiteState.QUARANTINED}
            told = {one for record in self.record.quarantined for one in record.fingerprints}
            assert sites == told


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

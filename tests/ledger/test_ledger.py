"""What a run's events add up to: its record, its totals, what was under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from ledger_stories import (
    BASE,
    FIRST,
    PLAN,
    RULES,
    RUN,
    SECOND,
    START,
    batch,
    dropped,
    finished,
    judgement,
    make_plan,
    oid,
    opened,
    rolled_back,
    sites_of,
    started,
    states,
    to_judging,
    to_kept,
    to_split,
)

from workbench.ledger.ledger import Ledger
from workbench.model import event as e
from workbench.model.batch import BatchState
from workbench.model.errors import UsageError, WorkbenchError
from workbench.model.gate import Level, TestCounts, Verdict
from workbench.model.run import Drill, RunOutcome, SuiteRecord, TriggerRecord
from workbench.model.violation import Count, Priority, SiteState


def test_a_run_begins_as_its_plan_says(ledger: Ledger) -> None:
    record = ledger.load_run(RUN)
    assert record.violations == PLAN.violations
    assert [one.id for one in record.batches] == [one.id for one in PLAN.batches()]
    assert {one.state for one in record.batches} == {BatchState.PLANNED}
    assert [one.seq for one in record.batches] == [1, 2, 3, 4]
    assert record.batches[0].files == next(PLAN.batches()).files
    assert record.batches[0].violations == 3
    assert (record.plan, record.title, record.issue, record.digest) == ("ssot", "One way", "#1", "d1")
    assert (record.outcome, record.head, record.base_tree) == (RunOutcome.RUNNING, BASE, PLAN.base_tree)
    assert (record.started, record.finished, record.gate_runs) == (START, None, 0)
    assert record.rules == RULES
    assert ledger.totals(RUN).all == Count(blocked=1, excluded=1, remaining=12)
    assert ledger.totals(RUN).by_rule["never-hit"] == Count()


def test_a_kept_batch_moves_the_head_and_fixes_its_sites(ledger: Ledger) -> None:
    ledger.record(*to_kept(PLAN, FIRST, parent=BASE))
    record = batch(ledger, FIRST)
    assert (record.state, record.parent, record.commit) == (BatchState.KEPT, BASE, oid(FIRST, 1))
    assert record.tree == oid(FIRST, 1, "tree")
    assert [gate.id for gate in record.gates] == ["unit"]
    assert record.gates[0].tests == TestCounts(passed=2)
    assert ledger.load_run(RUN).head == oid(FIRST, 1)
    assert ledger.totals(RUN).all.fixed == 3


def test_sites_are_fixed_when_the_branch_moved_and_not_before(ledger: Ledger) -> None:
    ledger.record(*to_kept(PLAN, FIRST, parent=BASE)[:-1])
    assert ledger.totals(RUN).all.fixed == 0
    assert batch(ledger, FIRST).commit is None
    assert ledger.load_run(RUN).head == BASE


@pytest.mark.parametrize(("own", "told"), [("3 tests are red", "3 tests are red"), ("", "killed by signal 9")])
def test_a_judgement_without_a_reason_of_its_own_shows_that_of_the_gate(ledger: Ledger, own: str, told: str) -> None:
    judged = judgement(verdict=Verdict.ERROR)
    judged = replace(judged, report=replace(judged.report, reason="killed by signal 9"), reason=own)
    *begun, last = to_judging(PLAN, FIRST, parent=BASE)
    assert isinstance(last, e.GateJudged)
    ledger.record(*begun, replace(last, judgement=judged))
    assert [one.reason for one in batch(ledger, FIRST).gates] == [told]


def test_seconds_are_from_start_to_end(ledger: Ledger) -> None:
    events = to_kept(PLAN, FIRST, parent=BASE)
    for event in events:
        ledger.record(event)
    assert batch(ledger, FIRST).seconds == len(events) - 1


def test_a_split_batch_keeps_some_and_sets_some_aside(ledger: Ledger) -> None:
    ledger.record(*to_split(PLAN, FIRST, parent=BASE))
    record = ledger.load_run(RUN)
    assert batch(ledger, FIRST).state is BatchState.SPLIT
    assert [one.path for one in record.quarantined] == ["app/m0.py"]
    assert [states(ledger)[one] for one in sites_of(FIRST)] == [SiteState.QUARANTINED, SiteState.FIXED, SiteState.FIXED]
    aside = next(one for one in record.violations if one.state is SiteState.QUARANTINED)
    assert aside.reason == "unit"


def test_only_the_last_standing_of_a_gate_is_shown_and_every_execution_is_counted(ledger: Ledger) -> None:
    ledger.record(e.BaselineJudged(RUN, PLAN.base_tree, judgement(), "k"))
    ledger.record(*to_split(PLAN, FIRST, parent=BASE))
    ledger.record(e.GateJudged(RUN, "", oid("end"), judgement(cached=True), key="k"))
    ledger.record(e.GateJudged(RUN, "", oid("end"), judgement("external", Verdict.SKIP)))
    assert [gate.verdict for gate in batch(ledger, FIRST).gates] == [Verdict.PASS]
    assert ledger.load_run(RUN).gate_runs == 1 + 3
    ledger.record(e.GateUnneeded(RUN, FIRST, "unit", oid("ahead")))
    record = ledger.load_run(RUN)
    assert (record.gate_runs, record.gate_runs_unneeded) == (1 + 3 + 1, 1)
    assert [gate.verdict for gate in batch(ledger, FIRST).gates] == [Verdict.PASS]


def test_blocked_sites_carry_their_reason(ledger: Ledger) -> None:
    ledger.record(
        *to_judging(PLAN, FIRST, parent=BASE)[:1],
        e.SitesBlocked(RUN, FIRST, ((sites_of(FIRST)[0], "name-taken", "x is a local here"),)),
        dropped(FIRST, BatchState.EMPTY, "nothing to change"),
    )
    blocked = next(one for one in ledger.load_run(RUN).violations if one.fingerprint == sites_of(FIRST)[0])
    assert (blocked.state, blocked.reason, blocked.detail) == (SiteState.BLOCKED, "name-taken", "x is a local here")
    assert (batch(ledger, FIRST).state, batch(ledger, FIRST).reason) == (BatchState.EMPTY, "nothing to change")


def test_a_batch_taken_up_again_after_a_crash_counts_nothing_twice(ledger: Ledger) -> None:
    events = to_split(PLAN, FIRST, parent=BASE)
    ledger.record(events[0], e.SitesBlocked(RUN, FIRST, ((sites_of(FIRST)[2], "drifted", ""),)))
    ledger.record(*events[1:6])
    assert states(ledger)[sites_of(FIRST)[0]] is SiteState.QUARANTINED
    ledger.record(e.RunInterrupted(RUN, "killed"), e.RunResumed(RUN), events[0])
    record = ledger.load_run(RUN)
    assert (record.quarantined, record.violations) == ((), PLAN.violations)
    assert batch(ledger, FIRST).gates == ()
    ledger.record(*events[1:])
    assert len(ledger.load_run(RUN).quarantined) == 1
    assert len(batch(ledger, FIRST).gates) == 1
    assert ledger.totals(RUN).all == Count(fixed=2, quarantined=1, blocked=1, excluded=1, remaining=9)


def test_illegal_steps_raise_and_leave_nothing_behind(ledger: Ledger) -> None:
    before = ledger.events(RUN)
    with pytest.raises(WorkbenchError, match="planned to keeping"):
        ledger.record(
            e.SuiteMeasured(RUN, SuiteRecord("unit", Level.TESTS, None, None, None, None)),
            e.KeepDecided(RUN, FIRST, "c", BASE, "t", (), split=False),
        )
    with pytest.raises(WorkbenchError, match="never decided"):
        ledger.record(e.BatchKept(RUN, FIRST, "c"))
    with pytest.raises(WorkbenchError, match="cannot be kept as"):
        ledger.record(*to_kept(PLAN, FIRST, parent=BASE)[:-1], e.BatchKept(RUN, FIRST, "another"))
    with pytest.raises(WorkbenchError, match="keeping to started"):
        ledger.record(*to_kept(PLAN, FIRST, parent=BASE)[:-1], e.BatchStarted(RUN, FIRST, 1, BASE, 0))
    with pytest.raises(WorkbenchError, match="planned to rolled_back"):
        ledger.record(dropped(FIRST, BatchState.ROLLED_BACK))
    with pytest.raises(WorkbenchError, match="no batch"):
        ledger.record(e.BatchStarted(RUN, "P9-001", 1, BASE, 0))
    with pytest.raises(WorkbenchError, match="no site"):
        ledger.record(e.SitesBlocked(RUN, FIRST, (("0" * 16, "why", ""),)))
    with pytest.raises(WorkbenchError, match="no run"):
        ledger.record(e.RunResumed("another"))
    with pytest.raises(WorkbenchError, match="no rollback under way"):
        ledger.record(rolled_back(BASE, FIRST)[1])
    with pytest.raises(WorkbenchError, match="not on the branch"):
        ledger.record(*rolled_back(BASE, FIRST))
    assert ledger.events(RUN) == before
    assert ledger.suites(RUN) == ()


def test_two_batches_are_never_under_way_at_once(ledger: Ledger) -> None:
    ledger.record(*to_judging(PLAN, FIRST, parent=BASE))
    with pytest.raises(WorkbenchError, match="under way"):
        ledger.record(*to_judging(PLAN, SECOND, parent=BASE))


def test_the_intent_says_what_was_under_way(ledger: Ledger) -> None:
    assert ledger.intent(RUN).batch is None
    events = to_kept(PLAN, FIRST, parent=BASE)
    ledger.record(events[0])
    begun = ledger.intent(RUN).batch
    assert begun is not None
    assert (begun.id, begun.seq, begun.state) == (FIRST, 1, BatchState.STARTED)
    assert (begun.parent, begun.when, begun.commit) == (BASE, 1_001, None)
    ledger.record(events[1])
    pinned = ledger.intent(RUN).batch
    assert pinned is not None
    assert not ledger.intent(RUN).moves_the_branch
    assert (pinned.state, pinned.commit, pinned.tree) == (BatchState.COMMITTED, oid(FIRST, 1), oid(FIRST, 1, "tree"))
    ledger.record(*events[2:-1])
    decided = ledger.intent(RUN).batch
    assert decided is not None
    assert decided.state is BatchState.KEEPING
    assert decided.decision == events[-2]
    assert ledger.intent(RUN).moves_the_branch
    ledger.record(events[-1])
    assert ledger.intent(RUN).batch is None


def test_the_intent_names_an_unfinished_rollback(ledger: Ledger) -> None:
    ledger.record(*to_kept(PLAN, FIRST, parent=BASE))
    begun, done = rolled_back(BASE, FIRST)
    ledger.record(begun)
    assert ledger.intent(RUN).rollback == begun
    assert ledger.intent(RUN).moves_the_branch
    ledger.record(done)
    assert ledger.intent(RUN).rollback is None


def test_suites_show_where_they_stand_last(ledger: Ledger) -> None:
    def measured(passed: int) -> SuiteRecord:
        baseline = TestCounts(passed=16, failed=2)
        return SuiteRecord("unit", Level.TESTS, baseline, TestCounts(passed), Fraction(17, 18), passed >= 17)

    other = SuiteRecord("static", Level.STATIC, None, None, None, None, Verdict.PASS)
    ledger.record(e.SuiteMeasured(RUN, measured(16)), e.SuiteMeasured(RUN, other), e.SuiteMeasured(RUN, measured(18)))
    assert ledger.suites(RUN) == (measured(18), other)
    assert ledger.load_run(RUN).suites == ledger.suites(RUN)


def test_runs_are_found_by_plan_and_by_being_unfinished(ledger: Ledger) -> None:
    assert ledger.unfinished_run() == RUN
    ledger.record(finished(BASE, RunOutcome.PARTIAL))
    assert ledger.unfinished_run() is None
    again, other = make_plan(digest="d2"), make_plan(digest="d3", name="other")
    ledger.begin_run(started(again, "run-2"), again)
    ledger.begin_run(started(other, "run-3"), other)
    ledger.record(e.RunInterrupted("run-3", "killed"))
    assert ledger.unfinished_run() == "run-3"
    assert ledger.latest_run("ssot") == "run-2"
    assert ledger.latest_run("unknown") is None
    assert [one.run for one in ledger.runs("ssot")] == [RUN, "run-2"]
    assert [one.digest for one in ledger.runs()] == ["d1", "d2", "d3"]
    assert (ledger.runs()[0].outcome, ledger.runs()[2].outcome) == (RunOutcome.PARTIAL, RunOutcome.INTERRUPTED)
    assert ledger.runs()[0].finished == START + timedelta(seconds=1)


def test_a_run_is_bound_to_its_plan(ledger: Ledger) -> None:
    other = make_plan(digest="d9")
    with pytest.raises(WorkbenchError, match="not of d9"):
        ledger.begin_run(started(PLAN, "run-2"), other)
    with pytest.raises(WorkbenchError, match="no plan d9"):
        ledger.record(started(other, "run-2"))
    ledger.record(started(PLAN, "run-2"))
    assert ledger.load_run("run-2").violations == PLAN.violations


def test_an_unknown_run_is_told(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="no run nothing"):
        ledger.load_run("nothing")
    assert ledger.events("nothing") == ()


def test_the_log_gives_every_event_back(ledger: Ledger) -> None:
    events = to_split(PLAN, FIRST, parent=BASE)
    ledger.record(*events)
    log = ledger.events(RUN)
    assert [one.event for one in log] == [started(PLAN), *events]
    assert [one.n for one in log] == list(range(1, len(log) + 1))
    assert log[1].ts == START + timedelta(seconds=1)
    assert len({one.hash for one in log}) == len(log)


def test_a_frozen_plan_is_kept_once_and_the_last_one_counts(ledger: Ledger) -> None:
    other = make_plan(digest="d2")
    assert ledger.latest_plan("ssot") is None
    assert ledger.plan_text("d1") is None
    ledger.save_plan(PLAN, "{first}")
    ledger.save_plan(other, "{second, with a lone \udc80}")
    assert ledger.latest_plan("ssot") == "{second, with a lone \udc80}"
    ledger.save_plan(PLAN, "{ignored}")
    ledger.save_plan(PLAN, "{ignored}")
    assert ledger.latest_plan("ssot") == ledger.plan_text("d1") == "{first}"
    assert ledger.plan_text("d2") == "{second, with a lone \udc80}"
    assert ledger.plan_text("unknown") is None


def test_text_that_utf8_cannot_hold_is_stored_escaped(ledger: Ledger) -> None:
    odd = replace(PLAN.violations[0], snippet="'\udc80'", message="\udc80", detail="\\udc80 ä")
    plan = replace(PLAN, digest="d2", violations=(odd, *PLAN.violations[1:]))
    ledger.begin_run(started(plan, "run-2"), plan)
    found = ledger.load_run("run-2").violations[0]
    assert (found.snippet, found.message, found.detail) == ("'\\udc80'", "\\udc80", "\\udc80 ä")


def test_secrets_do_not_reach_the_file(tmp_path: Path) -> None:
    key = "ghp_" + "a1B2" * 9
    with opened(tmp_path, environment={"APP_PASSWORD": "correct-horse"}) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        ledger.record(
            *to_judging(PLAN, FIRST, parent=BASE),
            e.SitesBlocked(RUN, FIRST, ((sites_of(FIRST)[0], "why", "correct-horse"),)),
            dropped(FIRST, BatchState.ROLLED_BACK, f"printed correct-horse, {key} and \udcff"),
        )
        assert batch(ledger, FIRST).reason == "printed [redacted], [redacted] and \\udcff"
    content = (tmp_path / "state" / "ledger.db").read_bytes()
    assert b"correct-horse" not in content
    assert key.encode() not in content


def test_what_only_the_log_remembers_is_in_the_record_and_of_a_known_run(ledger: Ledger) -> None:
    judged = judgement(verdict=Verdict.FAIL)
    decided = e.TriggerDecided(RUN, "unit", "rollback-phase", FIRST, Priority.P0, judged)
    fired = e.TriggerFired(RUN, TriggerRecord("unit", "rollback-phase", FIRST, ("test_a",), (), "lessons.md"))
    drilled = e.Drilled(RUN, Drill("p0", FIRST, "c", "t", "t", "u", "u", ""))
    ledger.record(decided, fired, drilled)
    record = ledger.load_run(RUN)
    assert (record.triggers, record.drills) == ((fired.record,), (drilled.drill,))
    assert [stored.event for stored in ledger.events(RUN)][-3:] == [decided, fired, drilled]
    for event in (decided, fired, drilled):
        with pytest.raises(WorkbenchError, match="nobody"):
            ledger.record(replace(event, run="nobody"))


def test_a_run_stands_on_what_earlier_ones_kept_and_nobody_landed(ledger: Ledger) -> None:
    tip = oid(FIRST, 1)
    ledger.record(*to_kept(PLAN, FIRST, parent=BASE), finished(tip))
    later = replace(make_plan(digest="d2"), base_commit=tip)
    ledger.begin_run(started(later, "run-2"), later)
    assert (ledger.load_run(RUN).ground, ledger.load_run("run-2").ground) == (BASE, BASE)
    ledger.record(e.LandStarted(RUN, "land-1", "main", BASE, tip, "", ()), e.Landed(RUN, "land-1"))
    assert ledger.load_run("run-2").ground == tip

"""A run under way: what the screen and the log show, from events alone."""

import io
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from workbench.model import event as e
from workbench.model.batch import BatchState
from workbench.model.gate import GateReport, Judgement, Level, Verdict
from workbench.model.run import Certificate, Drill, TriggerRecord
from workbench.model.violation import Priority
from workbench.report.live.animated import picture
from workbench.report.live.progress import begin, step
from workbench.report.live.view import make_view
from workbench.report.telling import tell


def after(plan, events):
    progress = begin(plan)
    for event, at in events:
        progress = step(progress, event, at)
    return progress


def until(story, kind, count):
    """Return the story up to the `count`th event of a kind."""
    seen = [index for index, (event, _) in enumerate(story) if isinstance(event, kind)]
    return story[: seen[count - 1] + 1]


def test_plain_lines(screen, plan, story, same_picture):
    with make_view(plan, (), screen.console, animated=False) as view:
        for event, at in story:
            view.event(event, at)
    same_picture("live-plain.txt", str(screen))


def test_plain_tells_how_it_ends(screen, plan, record, story):
    last = story[-1][1]
    with make_view(plan, (), screen.console, animated=False) as view:
        view.event(e.BatchStarted("r", "P2-002", 6, "a" * 40, 0), last)
        view.event(e.BatchDropped("r", "P2-002", BatchState.ROLLED_BACK, "unit did not finish"), last)
        view.event(e.BatchStarted("r", "P9-999", 7, "a" * 40, 0), last)
        view.event(e.BatchDropped("r", "P9-999", BatchState.EMPTY, ""), last)
        view.event(e.RunInterrupted("r", "signal 15"), last)
        view.event(e.RunFinished("r", record.outcome, record.head), last)
    assert str(screen).splitlines() == [
        "P2-002 rolled back  0 of 1 site  0.0 s  direct-construction in tests/unit  unit did not finish  [1 of 6]",
        "P9-999 empty  [2 of 6, about 5 s left]",
        "run  interrupted: signal 15",
        "run  partial, branch at aaa8e5b325",
    ]


def test_what_was_kept_before_counts_and_what_was_rolled_back_does_not(screen, plan, story):
    at = story[-1][1]
    others = [event.batch for event, _ in story if isinstance(event, e.BatchKept)][1:]
    certificate = Certificate("x", "rollback", *("a" * 40,) * 6, batches=tuple(others))
    past = [*story, (e.RolledBack("r", certificate), at)]
    dropped = sum(isinstance(event, e.BatchDropped) for event, _ in story)
    assert others
    with make_view(plan, past, screen.console, animated=False) as view:
        view.event(e.BatchStarted("r", others[0], 6, "a" * 40, 0), at)
        view.event(e.BatchKept("r", others[0], "b" * 40), at)
    assert f"[{2 + dropped} of 6" in str(screen)


@pytest.mark.parametrize(
    ("kind", "count", "name"),
    [
        (e.GateStarted, 1, "live-baseline.txt"),
        (e.FileQuarantined, 1, "live-isolating.txt"),
        (e.GateStarted, 6, "live-middle.txt"),
    ],
)
def test_the_moving_picture(screen, plan, story, same_picture, kind, count, name):
    events = until(story, kind, count)
    screen.console.print(picture(after(plan, events), events[-1][1] + timedelta(seconds=12.3)))
    same_picture(name, str(screen))


def test_the_picture_never_wraps(plan, story):
    console = Console(file=io.StringIO(), width=30)
    console.print(picture(after(plan, story), story[-1][1]))
    assert all(len(line) <= 30 for line in console.file.getvalue().splitlines())
    assert len(console.file.getvalue().splitlines()) == 9


def test_sites_of_a_phase(plan, story):
    progress = after(plan, story)
    assert [progress.sites(one) for one in Priority] == [(3, 3), (6, 6), (0, 4)]
    assert progress.kept() == 4


def test_no_estimate_before_two_batches_are_through(plan, story):
    one = until(story, e.BatchKept, 1)
    two = until(story, e.BatchKept, 2)
    assert after(plan, one).seconds_left(one[-1][1]) is None
    assert after(plan, two).seconds_left(two[-1][1]) == pytest.approx(6.0 * 4)


def test_the_batch_under_way_counts_for_what_it_has_taken(plan, story):
    progress = after(plan, until(story, e.BatchStarted, 3))
    started = until(story, e.BatchStarted, 3)[-1][1]
    assert progress.seconds_left(started + timedelta(seconds=4)) == pytest.approx(6.0 * 4 - 4)
    assert progress.seconds_left(started + timedelta(hours=1)) == pytest.approx(6.0 * 3)


def test_no_estimate_when_all_is_done(plan, story):
    progress = after(plan, story)
    every = {name: next(iter(progress.ended.values())) for name in progress.batches}
    assert replace(progress, ended=every, now=None).seconds_left(story[-1][1]) is None


def test_a_gate_judged_again_replaces_its_first_verdict(plan, story):
    progress = after(plan, until(story, e.BatchKept, 4))
    said = {one.report.gate: str(one.verdict) for one in progress.ended["P1-002"].judgements}
    assert said == {"syntax": "pass", "unit": "pass"}
    assert progress.ended["P1-002"].state is BatchState.SPLIT
    assert progress.quarantined == {("P1-002", "netra_backend/app/core/agent.py")}


def test_blocked_sites_are_counted_once(plan, story):
    event, at = next((event, at) for event, at in story if isinstance(event, e.SitesBlocked))
    progress = step(step(begin(plan), event, at), event, at)
    assert len(progress.blocked) == 3 + 1


def test_a_batch_taken_up_again_starts_afresh(plan, story):
    begun = until(story, e.GateJudged, 2)
    again = e.BatchStarted("r", "P0-001", 1, "a" * 40, 0)
    progress = step(after(plan, begun), again, begun[-1][1])
    assert progress.now.judgements == ()


def test_the_screen_moves_and_is_put_away(plan, story):
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=80, get_time=lambda: 100.0)
    with make_view(plan, (), console, animated=True) as view:
        for event, at in story:
            view.event(event, at)
        deadline = time.monotonic() + 5
        while "unit 0.0 s" not in console.file.getvalue() and time.monotonic() < deadline:
            time.sleep(0.02)
    shown = console.file.getvalue()
    assert "unit 0.0 s" in shown
    assert "✓ P0-001 kept  2 sites  6.0 s  legacy-import in netra_backend/app/routes" in shown
    assert "✓ P1-002 kept in part" in shown
    assert "\x1b[?25h" in shown[-80:]


def test_the_screen_comes_back_after_an_error(plan):
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with pytest.raises(ZeroDivisionError), make_view(plan, (), console, animated=True):
        raise ZeroDivisionError
    assert "\x1b[?25h" in console.file.getvalue()


def test_every_event_can_be_told(story, certificate, record):
    red = Judgement(GateReport("unit", Level.TESTS, Verdict.FAIL, 1.0), Verdict.FAIL)
    more = [
        e.RollbackStarted("r", "P1", "rollback", "a" * 40, "b" * 40, ("P1-001",)),
        e.RolledBack("r", certificate),
        e.RolledBack("r", replace(certificate, actual_tree="0" * 40)),
        e.Drilled("r", Drill("P1", "P1-001", "c" * 40, "f" * 40, "f" * 40, "b" * 40, "b" * 40, "b" * 40)),
        e.Drilled("r", Drill("P1", "P1-001", "c" * 40, "f" * 40, "f" * 40, "b" * 40, "b" * 40, "")),
        e.LandStarted("r", "l", "main", "a" * 40, "b" * 40, "/w", ("a.py",)),
        e.Landed("r", "l"),
        e.LandAbandoned("r", "l", "a.py was saved meanwhile", (("a.py", "/w/.git/workbench/keep/l/a.py"),)),
        e.RunInterrupted("r", "signal 2"),
        e.RunResumed("r"),
        e.RunFinished("r", record.outcome, record.head),
        e.BatchDropped("r", "P1-001", BatchState.ROLLED_BACK, "unit is red"),
        e.TriggerDecided("r", "unit", "freeze", "P1-001", Priority.P1, red),
        e.TriggerFired("r", TriggerRecord("unit", "freeze", "", (), (), "/w/.git/workbench/lessons/r-1.md")),
        e.GateUnneeded("r", "P1-001", "unit", "d" * 40),
    ]
    told = [tell(event) for event, _ in story] + [tell(event) for event in more]
    assert all(told)
    assert told[-15:] == [
        "rollback of P1: aaaaaaaaaa → bbbbbbbbbb",
        "rollback of P1: verified",
        "rollback of P1: NOT VERIFIED",
        "drill of P1: P1-001 forth and back in the sandbox, came back to the same tree",
        "drill of P1: P1-001 forth and back in the sandbox, DID NOT COME BACK",
        "lands on main: aaaaaaaaaa → bbbbbbbbbb",
        "landed",
        "not landed: a.py was saved meanwhile; kept 1 edit that came between: a.py",
        "interrupted: signal 2",
        "resumed",
        "partial, branch at aaa8e5b325",
        "rolled back: unit is red",
        "unit is red, and the plan says freeze",
        "trigger: unit is red, freeze; lessons in /w/.git/workbench/lessons/r-1.md",
        "unit on tree dddddddddd, begun ahead, was not needed",
    ]
    kinds = {type(event) for event, _ in story} | {type(event) for event in more}
    assert kinds == set(e.Event.__args__)

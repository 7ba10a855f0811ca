"""One small migration, told by hand: nineteen sites, seven batches, one file that turned a test red."""

import hashlib
import io
import itertools
import os
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from workbench.model import event as e
from workbench.model.batch import BatchState
from workbench.model.gate import GateReport, Judgement, Level, Outcome, TestCounts, Verdict
from workbench.model.plan import Batch, Phase, Plan
from workbench.model.run import (
    BatchRecord,
    Certificate,
    GateRecord,
    QuarantineRecord,
    RunOutcome,
    RunRecord,
    SuiteRecord,
)
from workbench.model.violation import Place, Priority, SiteState, Skipped, Violation
from workbench.report.console.frame import make_console

P0, P1, P2 = Priority
S = SiteState
ROUTES, CORE, TESTS = "netra_backend/app/routes", "netra_backend/app/core", "tests/unit"


def object_id(text):
    return hashlib.sha1(text.encode()).hexdigest()


def site(number, path, rule, priority, state=S.FIXED, reason="", detail=""):
    line = 10 + number
    return Violation(
        fingerprint=f"{number:016x}",
        rule=rule,
        kind={"legacy-import": "move-symbol", "direct-construction": "replace-call"}[rule],
        path=path,
        place=Place(start=0, end=24, line=line, column=5, end_line=line, end_column=29),
        scope="handler",
        snippet="WebSocketManager(context)",
        message={
            "legacy-import": "imports create_websocket_manager from its old home",
            "direct-construction": "builds WebSocketManager directly",
        }[rule],
        priority=priority,
        state=state,
        reason=reason,
        detail=detail,
    )


RULES = ("direct-construction", "legacy-import")
OLD, DIRECT = "legacy-import", "direct-construction"
VIOLATIONS = (
    site(1, f"{ROUTES}/websocket.py", OLD, P0),
    site(2, f"{ROUTES}/websocket.py", OLD, P0),
    site(3, f"{ROUTES}/websocket.py", DIRECT, P0),
    site(4, f"{ROUTES}/mcp.py", DIRECT, P0, S.BLOCKED, "no-context-in-scope", "none of user_context, context is bound"),
    site(5, f"{CORE}/agent.py", OLD, P1),
    site(6, f"{CORE}/agent.py", OLD, P1),
    site(7, f"{CORE}/supervisor.py", OLD, P1),
    site(8, f"{CORE}/agent.py", DIRECT, P1, S.QUARANTINED),
    site(9, f"{CORE}/agent.py", DIRECT, P1, S.QUARANTINED),
    site(10, f"{CORE}/supervisor.py", DIRECT, P1),
    site(11, f"{CORE}/registry.py", DIRECT, P1, S.BLOCKED, "no-context-in-scope"),
    site(12, f"{CORE}/registry.py", DIRECT, P1, S.BLOCKED, "passed-as-value"),
    site(13, f"{TESTS}/test_socket.py", OLD, P2),
    site(14, f"{TESTS}/test_socket.py", OLD, P2),
    site(15, f"{TESTS}/test_agent.py", OLD, P2),
    site(16, f"{TESTS}/test_socket.py", DIRECT, P2, S.OPEN),
    site(17, f"{TESTS}/test_legacy.py", OLD, P2, S.EXCLUDED, "allowed by the rule"),
)
SKIPPED = (
    Skipped("scripts/old_py2.py", "unparsable", "line 3: Missing parentheses in call to 'print'"),
    Skipped("data/names.py", "not-utf8"),
)


def gates(unit, verdict=Verdict.PASS, reason="", convicting=()):
    return (
        GateRecord("syntax", Level.SYNTAX, Verdict.PASS, 0.02, False, None),
        GateRecord("rescan", Level.RESCAN, Verdict.PASS, 0.11, False, None),
        GateRecord("imports", Level.IMPORTS, Verdict.PASS, 0.04, True, None),
        GateRecord("unit", Level.TESTS, verdict, 3.94, False, unit, reason, convicting),
    )


ALL_GREEN = TestCounts(12)


def batch(name, seq, rule, package, files, violations, state=BatchState.KEPT, unit=ALL_GREEN, **more):
    on_branch = state in (BatchState.KEPT, BatchState.SPLIT)
    return BatchRecord(
        id=name,
        seq=seq,
        priority=Priority(name[:2]),
        rules=(rule,),
        package=package,
        files=tuple(f"{package}/{name}" for name in files),
        violations=violations,
        state=state,
        parent=object_id(f"parent of {name}"),
        commit=object_id(name) if on_branch else None,
        tree=object_id(f"tree of {name}") if on_branch else None,
        gates=gates(unit) if state is not BatchState.PLANNED else (),
        seconds=4.1,
        **more,
    )


BATCHES = (
    batch("P0-001", 1, OLD, ROUTES, ["websocket.py"], 2),
    batch("P0-002", 2, DIRECT, ROUTES, ["websocket.py"], 1),
    batch("P1-001", 3, OLD, CORE, ["agent.py", "supervisor.py"], 3),
    batch("P1-002", 4, DIRECT, CORE, ["agent.py", "supervisor.py"], 3, BatchState.SPLIT),
    batch("P2-001", 5, OLD, TESTS, ["test_agent.py", "test_socket.py"], 3),
    batch("P2-002", 6, DIRECT, TESTS, ["test_socket.py"], 1, BatchState.ROLLED_BACK, reason="unit did not finish"),
)
EVIDENCE = """\
    def test_context_is_kept():
>       assert agent.manager.context is context
E       assert None is context
"""
DIFF = """\
--- a/netra_backend/app/core/agent.py
+++ b/netra_backend/app/core/agent.py
@@ -18 +18 @@
-manager = WebSocketManager(context)
+manager = get_websocket_manager()
"""
QUARANTINED = QuarantineRecord(
    batch="P1-002",
    path=f"{CORE}/agent.py",
    fingerprints=(f"{8:016x}", f"{9:016x}"),
    gate="unit",
    tests=("tests/unit/test_agent.py::test_context_is_kept",),
    evidence=EVIDENCE,
    diff=DIFF,
    owner="@core-team",
    reproduce="workbench gates websocket-ssot --run --batch P1-002",
)
SUITES = (
    SuiteRecord("unit", Level.TESTS, TestCounts(10, 2), TestCounts(12), None, None, Verdict.PASS),
    SuiteRecord("mission-critical", Level.PROTECTED, TestCounts(12, 6), TestCounts(17, 1), Fraction(17, 18), True),
    SuiteRecord("detection", Level.TESTS, None, None, Fraction(9, 10), False),
)
RECORD = RunRecord(
    run="20261120-2a9f",
    plan="websocket-ssot",
    title="One WebSocket manager, one way to get it",
    issue="#1066",
    digest=object_id("digest"),
    outcome=RunOutcome.PARTIAL,
    branch="workbench/websocket-ssot",
    base=object_id("base"),
    base_tree=object_id("base tree"),
    head=object_id("P2-001"),
    started=datetime(2026, 11, 20, 22, 15, 0, tzinfo=UTC),
    finished=datetime(2026, 11, 20, 22, 15, 41, tzinfo=UTC),
    batches=BATCHES,
    quarantined=(QUARANTINED,),
    violations=VIOLATIONS,
    suites=SUITES,
    gate_runs=29,
    rules=RULES,
)
CERTIFICATE = Certificate(
    target="P1",
    mode="rollback",
    from_commit=object_id("P2-001"),
    from_tree=object_id("tree of P2-001"),
    to_commit=object_id("P0-002"),
    to_tree=object_id("tree of P0-002"),
    expected_tree=object_id("tree of P0-002"),
    actual_tree=object_id("tree of P0-002"),
    gates=(GateRecord("mission-critical", Level.PROTECTED, Verdict.PASS, 12.0, False, TestCounts(12, 6)),),
    batches=("P1-002", "P1-001"),
)


def planned(one):
    """Return a violation as it stood before the run."""
    open_again = one.state in (S.FIXED, S.QUARANTINED, S.OPEN)
    return one if not open_again else site(int(one.fingerprint, 16), one.path, one.rule, one.priority, S.OPEN)


def plan_batch(record):
    mine = [
        one.fingerprint
        for one in map(planned, VIOLATIONS)
        if one.state is S.OPEN
        and (one.rule, one.priority) == (record.rules[0], record.priority)
        and one.path in record.files
    ]
    units = tuple((path,) for path in record.files)
    return Batch(record.id, record.priority, record.rules, record.package, units, tuple(mine))


PLAN = Plan(
    name="websocket-ssot",
    title=RECORD.title,
    issue=RECORD.issue,
    path="plans/websocket-ssot.toml",
    source_digest=object_id("source"),
    digest=RECORD.digest,
    base_commit=RECORD.base,
    base_tree=RECORD.base_tree,
    rules=RULES,
    phases=tuple(Phase(p, tuple(plan_batch(one) for one in BATCHES if one.priority is p)) for p in Priority),
    violations=tuple(map(planned, VIOLATIONS)),
)


START = RECORD.started


def judgement(gate, verdict, *, passed=0, failed=0, seconds=0.1, convicting=(), cached=False):
    ids = [f"{gate}::test_{number}" for number in range(passed + failed)]
    outcomes = {one: Outcome.PASSED if index < passed else Outcome.FAILED for index, one in enumerate(ids)}
    level = Level.TESTS if outcomes else Level.SYNTAX
    report = GateReport(gate, level, verdict, seconds, tests=outcomes or None)
    return Judgement(report, verdict, convicting=convicting, cached=cached)


def tell_story():
    """Yield (event, time) of a run of PLAN up to the middle of its fifth batch."""
    ticks = itertools.count()

    def at(event, seconds=1.0):
        return event, START + timedelta(seconds=next(ticks) * seconds)

    yield at(e.RunStarted(RECORD.run, RECORD.digest, RECORD.branch, RECORD.base, RECORD.base_tree, "{}"))
    yield at(e.GateStarted(RECORD.run, "", "unit", RECORD.base_tree))
    red = judgement("unit", Verdict.FAIL, passed=10, failed=2, seconds=3.9)
    yield at(e.BaselineJudged(RECORD.run, RECORD.base_tree, red))
    for record, fixed in zip(BATCHES[:4], (2, 1, 3, 1), strict=True):
        tree = object_id(f"tree of {record.id}")
        yield at(e.BatchStarted(RECORD.run, record.id, record.seq, record.parent, 0))
        yield at(e.BatchCommitted(RECORD.run, record.id, object_id(record.id), tree, record.files))
        yield at(e.GateStarted(RECORD.run, record.id, "unit", tree))
        yield at(e.GateJudged(RECORD.run, record.id, tree, judgement("syntax", Verdict.PASS, seconds=0.02)))
        if record.state is BatchState.SPLIT:
            broken = judgement(
                "unit", Verdict.FAIL, passed=11, failed=1, seconds=3.9, convicting=("tests/unit/test_agent.py::test_x",)
            )
            yield at(e.GateJudged(RECORD.run, record.id, tree, broken))
            yield at(e.GateJudged(RECORD.run, record.id, tree, broken, trial=True))
            yield at(e.FileQuarantined(RECORD.run, QUARANTINED))
        good = judgement("unit", Verdict.PASS, passed=12, seconds=3.9)
        yield at(e.GateJudged(RECORD.run, record.id, tree, good))
        done = tuple(f"{number:016x}" for number in range(fixed))
        split = record.state is BatchState.SPLIT
        yield at(e.KeepDecided(RECORD.run, record.id, record.commit, record.parent, tree, done, split))
        yield at(e.BatchKept(RECORD.run, record.id, record.commit))
    yield at(e.SuiteMeasured(RECORD.run, SUITES[1]))
    last = BATCHES[4]
    yield at(e.BatchStarted(RECORD.run, last.id, last.seq, last.parent, 0))
    yield at(e.SitesBlocked(RECORD.run, last.id, ((f"{15:016x}", "name-taken", ""),)))
    yield at(e.GateJudged(RECORD.run, last.id, "t", judgement("syntax", Verdict.PASS, seconds=0.02)))
    yield at(e.GateStarted(RECORD.run, last.id, "unit", "t"))


@pytest.fixture(scope="session")
def record():
    return RECORD


@pytest.fixture(scope="session")
def plan():
    return PLAN


@pytest.fixture(scope="session")
def violations():
    return VIOLATIONS


@pytest.fixture(scope="session")
def skipped():
    return SKIPPED


@pytest.fixture(scope="session")
def certificate():
    return CERTIFICATE


@pytest.fixture
def screen(monkeypatch):
    """A console 80 columns wide that is no terminal; `str(screen)` is what it shows."""
    monkeypatch.setenv("COLUMNS", "80")
    return Screen()


class Screen:
    def __init__(self):
        self.console = make_console(io.StringIO())

    def __str__(self):
        return self.console.file.getvalue()


@pytest.fixture(scope="session")
def story():
    return tuple(tell_story())


@pytest.fixture
def same_picture():
    """Compare a text with the approved one in data/; REDRAW=1 in the environment approves what is drawn now."""

    def compare(name, drawn):
        approved = Path(__file__).parent / "data" / name
        if os.environ.get("REDRAW"):
            approved.write_text(drawn, encoding="utf-8")
        assert drawn == approved.read_text(encoding="utf-8")

    return compare

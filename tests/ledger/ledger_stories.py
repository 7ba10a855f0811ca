"""A small plan and the events of its run, for every test of the room."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workbench.ledger.ledger import Ledger
from workbench.model import event as e
from workbench.model.batch import BatchState
from workbench.model.gate import GateReport, Judgement, Level, Outcome, Verdict
from workbench.model.plan import Batch, Phase, Plan
from workbench.model.run import BatchRecord, Certificate, QuarantineRecord, RunOutcome, RunRecord
from workbench.model.violation import Place, Priority, SiteState, Totals, Violation, totals

RUN = "20261120120000-abc"
RULES = ("move", "call", "never-hit")
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def ticking() -> Callable[[], datetime]:
    """Return a clock that moves on by one second at each look."""
    seconds: Iterator[int] = iter(range(10**9))
    return lambda: START + timedelta(seconds=next(seconds))


def oid(*words: object) -> str:
    return hashlib.sha1("/".join(map(str, words)).encode()).hexdigest()


def site(n: int, *, priority: Priority, rule: str, state: SiteState = SiteState.OPEN, path: str = "") -> Violation:
    return Violation(
        fingerprint=hashlib.sha256(f"{n}".encode()).hexdigest()[:16],
        rule=rule,
        kind="move-symbol" if rule == "move" else "replace-call",
        path=path or f"app/m{n % 7}.py",
        place=Place(n, n + 5, n + 1, 3, n + 1, 8),
        scope=f"Class.method_{n % 3}",
        snippet=f"old_{n}()",
        message=f"{rule} is not met",
        priority=priority,
        state=state,
        reason="" if state is SiteState.OPEN else "by-plan",
        detail="" if state is SiteState.OPEN else "a sentence",
    )


def make_plan(*, batches: int = 4, each: int = 3, digest: str = "d1", name: str = "ssot") -> Plan:
    """Return a plan of `batches` batches of `each` open sites, and one blocked and one excluded site."""
    priorities = tuple(Priority)
    found: list[Violation] = []
    phases: dict[Priority, list[Batch]] = {}
    for number in range(batches):
        priority = priorities[number * len(priorities) // batches]
        rule = RULES[number % 2]
        own = [site(number * each + n, priority=priority, rule=rule) for n in range(each)]
        found += own
        files = tuple(sorted({one.path for one in own}))
        phases.setdefault(priority, []).append(
            Batch(
                id=f"{priority}-{number + 1:03}",
                priority=priority,
                rules=(rule,),
                package="app",
                units=tuple((path,) for path in files),
                fingerprints=tuple(one.fingerprint for one in own),
            )
        )
    found.append(site(10**6, priority=Priority.P1, rule="call", state=SiteState.BLOCKED))
    found.append(site(10**6 + 1, priority=Priority.P2, rule="call", state=SiteState.EXCLUDED))
    return Plan(
        name=name,
        title="One way",
        issue="#1",
        path=f"plans/{name}.toml",
        source_digest="s1",
        digest=digest,
        base_commit=oid("base"),
        base_tree=oid("base", "tree"),
        rules=RULES,
        phases=tuple(Phase(priority, tuple(found)) for priority, found in phases.items()),
        violations=tuple(found),
    )


def started(plan: Plan, run: str = RUN) -> e.RunStarted:
    return e.RunStarted(run, plan.digest, "workbench/ssot", plan.base_commit, plan.base_tree, "{}")


def judgement(
    gate: str = "unit", verdict: Verdict = Verdict.PASS, *, cached: bool = False, seconds: float = 1.5, tests: int = 2
) -> Judgement:
    outcome = Outcome.PASSED if verdict is Verdict.PASS else Outcome.FAILED
    report = GateReport(
        gate=gate,
        level=Level.TESTS,
        verdict=verdict,
        seconds=seconds,
        exit_code=0 if verdict is Verdict.PASS else 1,
        tests={f"tests/test_a.py::test_{n}": outcome for n in range(tests)},
        output="the end of the output",
        failures={} if verdict is Verdict.PASS else {"tests/test_a.py::test_0": "AssertionError: no"},
    )
    convicting = () if verdict is Verdict.PASS else ("tests/test_a.py::test_0",)
    return Judgement(report, verdict, convicting=convicting, cached=cached)


def batch_of(plan: Plan, batch: str) -> tuple[int, Batch]:
    return next((seq, one) for seq, one in enumerate(plan.batches(), 1) if one.id == batch)


def to_judging(plan: Plan, batch: str, *, parent: str, run: str = RUN, attempt: int = 1) -> list[e.Event]:
    """Return the events that take a batch from its start to its first judgement."""
    seq, _ = batch_of(plan, batch)
    commit, tree = oid(batch, attempt), oid(batch, attempt, "tree")
    return [
        e.BatchStarted(run, batch, seq, parent, 1_000 + seq),
        e.BatchCommitted(run, batch, commit, tree, ("app/m0.py",)),
        e.GateStarted(run, batch, "unit", tree),
        e.GateJudged(run, batch, tree, judgement(), key="k"),
    ]


def to_kept(plan: Plan, batch: str, *, parent: str, run: str = RUN, attempt: int = 1) -> list[e.Event]:
    """Return the events of a batch that fixes all its sites."""
    commit, tree = oid(batch, attempt), oid(batch, attempt, "tree")
    fixed = batch_of(plan, batch)[1].fingerprints
    return [
        *to_judging(plan, batch, parent=parent, run=run, attempt=attempt),
        e.KeepDecided(run, batch, commit, parent, tree, fixed, split=False),
        e.BatchKept(run, batch, commit),
    ]


def quarantine(plan: Plan, batch: str, fingerprints: tuple[str, ...], run: str = RUN) -> e.FileQuarantined:
    return e.FileQuarantined(
        run,
        QuarantineRecord(batch, "app/m0.py", fingerprints, "unit", ("tests/test_a.py::test_0",), "evidence", "a diff"),
    )


def to_split(plan: Plan, batch: str, *, parent: str, run: str = RUN, attempt: int = 1) -> list[e.Event]:
    """Return the events of a batch whose first site is quarantined and whose others are fixed."""
    fingerprints = batch_of(plan, batch)[1].fingerprints
    commit, tree = oid(batch, attempt, "rest"), oid(batch, attempt, "rest", "tree")
    return [
        *to_judging(plan, batch, parent=parent, run=run, attempt=attempt)[:-1],
        e.GateJudged(run, batch, oid(batch, attempt, "tree"), judgement(verdict=Verdict.FAIL), key="k"),
        e.GateJudged(run, batch, oid(batch, "half"), judgement(verdict=Verdict.FAIL), trial=True, key="k"),
        quarantine(plan, batch, fingerprints[:1], run),
        e.GateJudged(run, batch, tree, judgement(), key="k"),
        e.KeepDecided(run, batch, commit, parent, tree, fingerprints[1:], split=True),
        e.BatchKept(run, batch, commit),
    ]


def rolled_back(to_commit: str, *batches: str, mode: str = "rollback", run: str = RUN) -> list[e.Event]:
    old = oid("old tip")
    certificate = Certificate(
        batches[0], mode, old, oid(old), to_commit, oid(to_commit), oid(to_commit), oid(to_commit)
    )
    return [
        e.RollbackStarted(run, batches[0], mode, old, to_commit, batches),
        e.RolledBack(run, certificate),
    ]


def dropped(batch: str, state: BatchState, reason: str = "red", run: str = RUN) -> e.BatchDropped:
    return e.BatchDropped(run, batch, state, reason)


def finished(head: str, outcome: RunOutcome = RunOutcome.COMPLETE, run: str = RUN) -> e.RunFinished:
    return e.RunFinished(run, outcome, head)


def opened(directory: Path, **options: object) -> Ledger:
    """Open a ledger that does not wait for the disk: what it holds is tested here, not what a power cut leaves."""
    ledger = Ledger.open(directory / "state" / "ledger.db", clock=ticking(), **options)
    ledger._db.execute("PRAGMA synchronous = OFF")
    return ledger


def counted(record: RunRecord) -> Totals:
    """Return the totals the slow way, over every site."""
    return totals(record.violations, record.rules)


PLAN = make_plan()
BASE = PLAN.base_commit
FIRST, SECOND, THIRD, FOURTH = (batch.id for batch in PLAN.batches())


def batch(ledger: Ledger, name: str) -> BatchRecord:
    return next(one for one in ledger.load_run(RUN).batches if one.id == name)


def states(ledger: Ledger) -> dict[str, SiteState]:
    return {one.fingerprint: one.state for one in ledger.load_run(RUN).violations}


def sites_of(name: str) -> tuple[str, ...]:
    return next(one.fingerprints for one in PLAN.batches() if one.id == name)


def begun(directory: Path) -> Path:
    with opened(directory) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        return ledger.path


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777

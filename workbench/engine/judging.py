"""Judges candidates: cheap gates first, a verdict for every tree once, and no red believed on one sight.

CI systems retry silently or believe the first red. Here a red is seen twice before it counts, one that
does not repeat is decided by the majority of five and shown, and a gate that did not finish is never a
reason to blame a file unless it finishes on the base and twice not on the candidate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.engine.builtin import builtin_gates
from workbench.engine.confirming import decide, is_red, undecided
from workbench.engine.distrust import held_against, is_doubted
from workbench.engine.evidence_elsewhere import read_evidence
from workbench.engine.made import Candidate
from workbench.engine.selecting import Selection, Selector
from workbench.engine.session import Session
from workbench.engine.stage import Stage
from workbench.gates.beginning import never_began
from workbench.gates.builtin import Compiler
from workbench.gates.command import names_files
from workbench.gates.judge import judge
from workbench.gates.repeated import run_gate
from workbench.model.errors import EnvironmentFailed
from workbench.model.event import BaselineJudged, GateJudged, GateStarted
from workbench.model.gate import GateReport, Judgement, Verdict
from workbench.planning.spec import BUILTIN_GATES, GateSpec

__all__ = ["Judge", "Judged", "batch_gates", "in_level_order", "is_red", "measure_baseline", "verdict_key"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a command gate is asked about: a commit, its tree, and the files it changed.

    `final` at the end of a phase or run, when what had to become green must be.
    """

    commit: str
    tree: str
    files: tuple[str, ...]
    final: bool = False

    @classmethod
    def of(cls, candidate: Candidate) -> Judged:
        return cls(candidate.commit, candidate.tree, tuple(sorted(candidate.made.after)))


@dataclass(slots=True)
class Judge:
    """Knows the baseline and asks the ledger before it asks a gate."""

    session: Session
    stage: Stage
    compiler: Compiler
    baseline: Mapping[str, GateReport]
    fresh: bool = False
    """True: believe no remembered verdict."""
    _of_files: dict[tuple[str, tuple[str, ...]], GateReport] = field(default_factory=dict)
    _believed: set[tuple[str, str]] = field(default_factory=set)
    """Gates and trees that were judged in this session, or whose remembered pass was looked at."""
    _selector: Selector = field(init=False)

    def __post_init__(self) -> None:
        self._selector = Selector(self.session)

    def judge(self, batch: str, candidate: Candidate, *, after: Judgement | None = None) -> tuple[Judgement, ...]:
        """Run the gates of a batch on `candidate`, cheapest first, up to the first red one.

        `after` is the confirmed red whose guilty are looked for: then only its gate is asked, and a red
        by the same tests needs no second look.
        """
        done: list[Judgement] = []
        for judgement in self._judgements(batch, candidate, after):
            done.append(judgement)
            if is_red(judgement):
                break
        return tuple(done)

    def _judgements(self, batch: str, candidate: Candidate, after: Judgement | None) -> Iterator[Judgement]:
        only = after.report.gate if after is not None else None
        trial = after is not None
        asked = builtin_gates(self.session, self.compiler, candidate) if only in (None, *BUILTIN_GATES) else ()
        for report in asked:
            if only in (None, report.gate):
                judgement = Judgement(report, report.verdict, report.reason, tuple(sorted(report.failures)))
                self._record(batch, candidate.tree, judgement, trial=trial)
                yield judgement
        for gate in batch_gates(self.session.ws.spec.gates):
            if only in (None, gate.id):
                yield self.ask(gate, batch, Judged.of(candidate), trial=trial, after=after)

    def ask(
        self,
        gate: GateSpec,
        batch: str,
        judged: Judged,
        *,
        trial: bool = False,
        fresh: bool = False,
        after: Judgement | None = None,
    ) -> Judgement:
        """Return the verdict of a command gate on a tree, from memory if it was given before and `fresh` is not set.

        Evidence made elsewhere is read again every time: it may have come, or grown old.
        """
        tree = judged.tree
        if gate.external is not None:
            brought = judge(read_evidence(self.session.ws, gate, tree), None, gate)
            self._record(batch, tree, brought, trial=trial)
            return brought
        selection = self._selection(gate, judged)
        whole = verdict_key(self.session, self.stage, gate)
        keys = [whole, selection.key(whole)] if selection.files else [whole]
        for key in () if fresh or self.fresh else keys:
            known = self.session.ledger.cached_judgement(tree, gate.id, key)
            if known is not None and self._doubted(known, tree):
                chosen = selection if key != whole else Selection()
                again = held_against(known, self._decided(gate, batch, judged, chosen, after))
                self._record(batch, tree, again, trial=trial, key=key)
                return again
            if known is not None:
                remembered = replace(known, cached=True)
                self._record(batch, tree, remembered, trial=trial, key=key)
                return remembered
        decided = self._decided(gate, batch, judged, selection, after)
        self._believed.add((gate.id, tree))
        self._record(batch, tree, decided, trial=trial, key=keys[-1] if decided.left_out else whole)
        return decided

    def _doubted(self, known: Judgement, tree: str) -> bool:
        """Say whether a remembered pass is judged again, once in a session."""
        asked = (known.report.gate, tree)
        if known.verdict is not Verdict.PASS or asked in self._believed:
            return False
        self._believed.add(asked)
        return is_doubted(self.session.run, *asked)

    def _decided(
        self, gate: GateSpec, batch: str, judged: Judged, selection: Selection, after: Judgement | None
    ) -> Judgement:
        """Run the gate as often as it takes; after the first look, all tests."""
        tree = judged.tree
        seen = [self._selected(gate, batch, judged, selection)]
        if seen[0].left_out and seen[0].lost:
            # Tests are missing that nobody left out: what is left out is not known well enough.
            self._record(batch, tree, seen[0], trial=True)
            seen = [self._once(gate, batch, judged)]
        while undecided(seen, after, gate):
            self._record(batch, tree, seen[-1], trial=True)
            seen.append(self._once(gate, batch, judged))
        # A red that was seen again is told of as all the tests show it.
        return decide([*seen[1:], seen[0]], gate)

    def _selection(self, gate: GateSpec, judged: Judged) -> Selection:
        """Return what the gate may leave out; nothing at the end of a phase or run, or for no change."""
        if gate.select == "all" or judged.final or not judged.files:
            return Selection()
        return self._selector.choose(gate, judged.commit, judged.files, self.baseline.get(gate.id))

    def _selected(self, gate: GateSpec, batch: str, judged: Judged, selection: Selection) -> Judgement:
        """Judge by the tests that the change can reach."""
        baseline = self.baseline.get(gate.id)
        if not selection.files or baseline is None:
            judgement = self._once(gate, batch, judged)
            return replace(judgement, reason=judgement.reason or selection.told_why())
        if selection.leaves_nothing(baseline):
            unasked = GateReport(gate.id, gate.level, Verdict.SKIP, 0.0, tests={})
            return selection.told(Judgement(unasked, Verdict.SKIP), baseline)
        self.session.record(GateStarted(self.session.run, batch, gate.id, judged.tree))
        less = selection.gate(gate, self._selector.inherited)
        report = run_gate(less, bench=lambda: self.stage.at(judged.commit), files=judged.files)
        return selection.told(judge(report, selection.expected(baseline, report), less), baseline)

    def _once(self, gate: GateSpec, batch: str, judged: Judged) -> Judgement:
        self.session.record(GateStarted(self.session.run, batch, gate.id, judged.tree))
        baseline = self._baseline(gate, judged.files)
        report = run_gate(gate, bench=lambda: self.stage.at(judged.commit), files=judged.files)
        return judge(report, baseline, gate, final=judged.final)

    def _baseline(self, gate: GateSpec, files: tuple[str, ...]) -> GateReport | None:
        """Return what the gate said of the base; a gate that is given files, what it said of those files there."""
        if not names_files(gate):
            return self.baseline.get(gate.id)
        asked = (gate.id, files)
        if asked not in self._of_files:
            base = self.session.plan.base_commit
            report = run_gate(gate, bench=lambda: self.stage.at(base), files=files)
            refuse_idle(report, gate)
            self._of_files[asked] = report
        return self._of_files[asked]

    def _record(self, batch: str, tree: str, judgement: Judgement, *, trial: bool, key: str = "") -> None:
        self.session.record(GateJudged(self.session.run, batch, tree, judgement, trial, key))


def batch_gates(gates: Sequence[GateSpec]) -> tuple[GateSpec, ...]:
    """Return the command gates that judge every batch, cheapest level first."""
    return in_level_order(gate for gate in gates if gate.when == "batch" and gate.expect == "green")


def in_level_order(gates: Iterable[GateSpec]) -> tuple[GateSpec, ...]:
    order = ("static", "tests", "protected")
    return tuple(sorted(gates, key=lambda gate: order.index(gate.level)))


def verdict_key(session: Session, stage: Stage, gate: GateSpec) -> str:
    parts = (gate.model_dump_json(), str(stage.python), session.plan.base_tree, session.ws.spec.run.model_dump_json())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def measure_baseline(session: Session, stage: Stage) -> dict[str, GateReport]:
    """Run every command gate on the base, before anything changes.

    Gates that are given the changed files have their baseline taken later, on those files. Raises
    EnvironmentFailed when a gate does not finish, or never begins: what it says later could not be held against
    anything.
    """
    measured: dict[str, GateReport] = {}
    for gate in in_level_order(gate for gate in session.ws.spec.gates if gate.run and not names_files(gate)):
        key = verdict_key(session, stage, gate)
        known = session.ledger.cached_judgement(session.plan.base_tree, gate.id, key)
        judgement = replace(known, cached=True) if known is not None else _measure(session, stage, gate)
        refuse_idle(judgement.report, gate)
        session.record(BaselineJudged(session.run, session.plan.base_tree, judgement, key))
        measured[gate.id] = judgement.report
    return measured


def _measure(session: Session, stage: Stage, gate: GateSpec) -> Judgement:
    for _ in range(2):
        report = run_gate(gate, bench=lambda: stage.at(session.plan.base_commit), files=())
        if report.verdict.finished:
            return judge(report, None, gate)
    raise EnvironmentFailed(
        f"the gate `{gate.id}` does not finish on the base commit: {report.reason or report.verdict}",
        hint="make the gate run there first (`workbench gates --run` measures it); nothing was changed",
    )


def refuse_idle(report: GateReport, gate: GateSpec) -> None:
    """Raise EnvironmentFailed for a gate that never began on the base; one that must be red there may do so."""
    why = never_began(report, gate) if gate.expect == "green" else ""
    if why:
        raise EnvironmentFailed(
            f"the gate `{gate.id}` cannot begin on the base commit, and would convict nobody: {why}",
            hint="make it run there (`workbench gates --run` tries it), then `workbench resume`, or `workbench abort` "
            'if the plan must change; what the plan is to mend has `expect = "red-then-green"`; nothing was touched',
        )

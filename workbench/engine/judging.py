"""Judges candidates: cheap gates first, a verdict for every tree once, and no red believed on one sight.

CI systems retry silently or believe the first red. Here a red is seen twice before it counts, one that
does not repeat is decided by the majority of five and shown, and a gate that did not finish is never a
reason to blame a file unless it finishes on the base and twice not on the candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.engine.baseline import in_level_order, refuse_idle, verdict_key
from workbench.engine.builtin import builtin_gates
from workbench.engine.confirming import decide, is_red, undecided
from workbench.engine.distrust import held_against, is_doubted
from workbench.engine.evidence_elsewhere import read_evidence
from workbench.engine.made import Candidate
from workbench.engine.sandboxes import Question, Sandboxes
from workbench.engine.selecting import Selection, Selector
from workbench.engine.session import Session
from workbench.gates.builtin import Compiler
from workbench.gates.command import names_files
from workbench.gates.judge import judge
from workbench.model.event import GateJudged, GateStarted
from workbench.model.gate import GateReport, Judgement, Verdict
from workbench.planning.spec import BUILTIN_GATES, GateSpec

__all__ = ["Judge", "Judged", "batch_gates", "in_level_order", "is_red"]


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


_Asked = tuple[GateSpec, Judged]


@dataclass(slots=True)
class Judge:
    """Knows the baseline and asks the ledger before it asks a gate."""

    session: Session
    sandboxes: Sandboxes
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
        if after is None:
            self.sandboxes.want(())
        return tuple(done)

    def foresee(
        self, batch: str, candidates: Iterable[Candidate], after: Judgement, *, asked: Candidate | None = None
    ) -> None:
        """Have the gate of a confirmed red run ahead on these, the likeliest first, while it is `asked` about another.

        What else runs ahead is ended.
        """
        for gate in batch_gates(self.session.ws.spec.gates):
            if gate.id == after.report.gate:
                ahead = [(gate, Judged.of(one)) for one in candidates]
                self._foresee(batch, ahead, asked=[(gate, Judged.of(asked))] if asked is not None else [])

    def _foresee(self, batch: str, ahead: Iterable[_Asked], *, asked: Iterable[_Asked]) -> None:
        if self.sandboxes.room:
            both = ((question for one in some for question in self._questions(batch, *one)) for some in (ahead, asked))
            questions, now = both
            self.sandboxes.want(questions, asked=now)

    def _questions(self, batch: str, gate: GateSpec, judged: Judged) -> Iterator[Question]:
        """Yield what would have to be run to judge a tree; nothing where no run is needed."""
        if gate.external is not None:
            return
        selection = self._selection(gate, judged)
        baseline = self.baseline.get(gate.id)
        known = (self.session.ledger.cached_judgement(judged.tree, gate.id, key) for key in self._keys(gate, selection))
        if (self.fresh or not any(known)) and not (baseline is not None and selection.leaves_nothing(baseline)):
            chosen = selection.gate(gate, self._selector.inherited) if selection.files and baseline else gate
            yield Question(chosen, judged.commit, judged.tree, judged.files, batch)

    def _keys(self, gate: GateSpec, selection: Selection) -> list[str]:
        """Return the keys under which a verdict may be remembered: about all tests, and about those selected."""
        whole = verdict_key(self.session, self.sandboxes, gate)
        return [whole, selection.key(whole)] if selection.files else [whole]

    def _judgements(self, batch: str, candidate: Candidate, after: Judgement | None) -> Iterator[Judgement]:
        only = after.report.gate if after is not None else None
        trial = after is not None
        asked = builtin_gates(self.session, self.compiler, candidate) if only in (None, *BUILTIN_GATES) else ()
        for report in asked:
            if only in (None, report.gate):
                judgement = Judgement(report, report.verdict, report.reason, tuple(sorted(report.failures)))
                self._record(batch, candidate.tree, judgement, trial=trial)
                yield judgement
        gates = batch_gates(self.session.ws.spec.gates)
        for at, gate in enumerate(gates):
            if not trial:
                here = Judged.of(candidate)
                beside = [(one, here) for one in gates[at + 1 :] if one.level == gate.level]
                self._foresee(batch, beside, asked=[(gate, here)])
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
        whole, *_ = keys = self._keys(gate, selection)
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
            seen.append(self._once(gate, batch, judged, alone=True))
        # A red that was seen again is told of as all the tests show it.
        return decide([*seen[1:], seen[0]], gate)

    def _selection(self, gate: GateSpec, judged: Judged) -> Selection:
        """Return what the gate may leave out; nothing at the end of a phase or run, or for no change."""
        if gate.select == "all" or judged.final:
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
        report = self.sandboxes.ask(Question(less, judged.commit, judged.tree, judged.files, batch))
        return selection.told(judge(report, selection.expected(baseline, report), less), baseline)

    def _once(self, gate: GateSpec, batch: str, judged: Judged, *, alone: bool = False) -> Judgement:
        self.session.record(GateStarted(self.session.run, batch, gate.id, judged.tree))
        baseline = self._baseline(gate, judged.files)
        report = self.sandboxes.ask(Question(gate, judged.commit, judged.tree, judged.files, batch), alone=alone)
        return judge(report, baseline, gate, final=judged.final)

    def _baseline(self, gate: GateSpec, files: tuple[str, ...]) -> GateReport | None:
        """Return what the gate said of the base; a gate that is given files, what it said of those files there."""
        if not names_files(gate):
            return self.baseline.get(gate.id)
        asked = (gate.id, files)
        if asked not in self._of_files:
            plan = self.session.plan
            report = self.sandboxes.ask(Question(gate, plan.base_commit, plan.base_tree, files))
            refuse_idle(report, gate)
            self._of_files[asked] = report
        return self._of_files[asked]

    def _record(self, batch: str, tree: str, judgement: Judgement, *, trial: bool, key: str = "") -> None:
        self.session.record(GateJudged(self.session.run, batch, tree, judgement, trial, key))


def batch_gates(gates: Sequence[GateSpec]) -> tuple[GateSpec, ...]:
    """Return the command gates that judge every batch, cheapest level first."""
    return in_level_order(gate for gate in gates if gate.when == "batch" and gate.expect == "green")

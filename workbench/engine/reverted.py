"""Judges the tree that a revert makes, before the branch gets it: nobody has seen it, unlike that of a savepoint."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.engine.batch import told
from workbench.engine.court import court
from workbench.engine.judging import Judge, Judged, batch_gates, is_red
from workbench.engine.session import Session
from workbench.gates.builtin import imports_gate, syntax_gate
from workbench.model.errors import Refused
from workbench.model.event import GateJudged
from workbench.model.gate import GateReport, Judgement
from workbench.repo.candidate import Candidate
from workbench.repo.history import changed_paths


def judge_revert(session: Session, made: Candidate, target: str) -> None:
    """Raise Refused unless the tree passes what judges a batch, protected suites included.

    Not `rescan`: the places that are back are the purpose. A tree that was judged before is not judged again.
    """
    record = session.ledger.load_run(session.run)
    if made.tree in {record.base_tree, *(one.tree for one in record.batches)}:
        return
    paths = changed_paths(session.ws.repo, session.tip, made.commit)
    with court(session) as judge:
        for judgement in _judgements(judge, Judged(made.commit, made.tree, paths)):
            if is_red(judgement):
                raise Refused(
                    f"without {target} the tree is red: {told(judgement)}",
                    hint=f"`workbench rollback {target} --revert --dry-run` names what depends on it; "
                    "the branch was not moved",
                )


def _judgements(judge: Judge, tip: Judged) -> Iterator[Judgement]:
    for report in _builtin(judge, tip):
        judgement = Judgement(report, report.verdict, report.reason, tuple(sorted(report.failures)))
        judge.session.record(GateJudged(judge.session.run, "", tip.tree, judgement))
        yield judgement
    for gate in batch_gates(judge.session.ws.spec.gates):
        yield judge.ask(gate, "", tip)


def _builtin(judge: Judge, tip: Judged) -> Iterator[GateReport]:
    session = judge.session
    before = dict(session.sources(session.tip).read(tip.files))
    after = dict(session.sources(tip.commit).read(tip.files))
    yield syntax_gate(after, before, judge.compiler)
    yield imports_gate(after, before, session.project, session.ahead(after), session.ws.roots)

"""Opens what judging needs: a sandbox, a compiler, and a judge who knows the baseline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from workbench.engine.baseline import measure_baseline
from workbench.engine.judging import Judge
from workbench.engine.provenance import prove_sandbox
from workbench.engine.sandboxes import Question, Sandboxes
from workbench.engine.session import Session
from workbench.engine.stage import Stage
from workbench.engine.suites import baseline_standings
from workbench.gates.builtin import Compiler
from workbench.model.event import GateUnneeded


@contextmanager
def court(session: Session, *, fresh: bool = False, sandboxes: int = 1) -> Iterator[Judge]:
    """Yield the judge, who believes no remembered verdict if `fresh`; what he tests is proven to be the sandbox.

    `sandboxes` are how many gates may run at once.
    """

    def in_vain(question: Question) -> None:
        session.record(GateUnneeded(session.run, question.batch, question.gate.id, question.tree))

    with ExitStack() as stack:
        stages = stack.enter_context(Stage.open_several(session.ws, sandboxes, inherit=session.inherit))
        stage = stages[0]
        compiler = stack.enter_context(Compiler(stage.python))
        prove_sandbox(session, stage)
        for other in stages:
            other.wanted = stage.wanted
        session.sandboxes = asked = stack.enter_context(Sandboxes(stages, in_vain=in_vain))
        judge = Judge(session, asked, compiler, measure_baseline(session, asked), fresh=fresh)
        if session.tip == session.plan.base_commit:
            session.record(*baseline_standings(judge))
        yield judge

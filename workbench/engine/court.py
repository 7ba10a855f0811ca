"""Opens what judging needs: a sandbox, a compiler, and a judge who knows the baseline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from workbench.engine.judging import Judge, measure_baseline
from workbench.engine.provenance import prove_sandbox
from workbench.engine.session import Session
from workbench.engine.stage import Stage
from workbench.engine.suites import baseline_standings
from workbench.gates.builtin import Compiler


@contextmanager
def court(session: Session, *, fresh: bool = False) -> Iterator[Judge]:
    """Yield the judge, who believes no remembered verdict if `fresh`; what he tests is proven to be the sandbox."""
    with ExitStack() as stack:
        stage = stack.enter_context(Stage.open(session.ws, inherit=session.inherit))
        session.stage = stage
        compiler = stack.enter_context(Compiler(stage.python))
        prove_sandbox(session, stage)
        judge = Judge(session, stage, compiler, measure_baseline(session, stage), fresh=fresh)
        if session.tip == session.plan.base_commit:
            session.record(*baseline_standings(judge))
        yield judge

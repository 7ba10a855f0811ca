"""Where each command gate stands: baseline → now → target, in counts of tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.engine.judging import Judge
from workbench.engine.session import Session
from workbench.gates.command import names_files
from workbench.gates.targets import meets
from workbench.model.event import SuiteMeasured
from workbench.model.gate import GateReport, Judgement, Verdict
from workbench.model.run import SuiteRecord
from workbench.planning.spec import GateSpec


def measured(
    session: Session, baseline: GateReport | None, judgement: Judgement | None, gate: GateSpec
) -> SuiteMeasured:
    """Return the standing of one gate after `judgement`; None where it never judged all that is there now."""
    if judgement is not None and judgement.left_out:
        judgement = None
    now = judgement.report.counts if judgement is not None else None
    return SuiteMeasured(
        session.run,
        SuiteRecord(
            id=gate.id,
            level=gate.level,
            baseline=baseline.counts if baseline is not None else None,
            now=now,
            target=gate.target,
            met=_met(judgement, gate),
            verdict=judgement.verdict if judgement is not None else None,
            reason=judgement.reason if judgement is not None else "",
        ),
    )


def _met(judgement: Judgement | None, gate: GateSpec) -> bool | None:
    """Say whether a gate got what it asks for; None where it asks for nothing, or never judged.

    One that judged and cannot say that anything is right, for it was no better at the base, did not get it. A gate
    that is given the changed files judges each batch for itself, and has no standing in the whole.
    """
    if judgement is None:
        return None
    if gate.expect == "red-then-green" or (gate.external is not None and judgement.verdict is not Verdict.PASS):
        return judgement.verdict is Verdict.PASS
    asked = judgement.report.verdict is not Verdict.SKIP and not names_files(gate)
    if asked and judgement.verdict is Verdict.SKIP:
        return False
    now = judgement.report.counts
    return meets(gate.target, now) if gate.target is not None and now is not None else None


def standings(judge: Judge, judgements: Iterable[Judgement]) -> list[SuiteMeasured]:
    """Return the standing of every command gate among `judgements` that left no test out."""
    gates = {gate.id: gate for gate in judge.session.ws.spec.gates}
    return [
        measured(judge.session, judge.baseline.get(one.report.gate), one, gates[one.report.gate])
        for one in judgements
        if one.report.gate in gates and not one.left_out
    ]


def remembered_standings(session: Session, judged: Mapping[str, Judgement]) -> list[SuiteMeasured]:
    """Return where the measured gates stand on a tree that the branch came back to."""
    baselines = session.ledger.baselines(session.run)
    return [
        measured(session, baselines[gate.id].report, judged.get(gate.id), gate)
        for gate in session.ws.spec.gates
        if gate.id in baselines
    ]


def baseline_standings(judge: Judge) -> list[SuiteMeasured]:
    """Return the standing of every measured gate before anything was changed."""
    return [
        measured(judge.session, report, Judgement(report, report.verdict), gate)
        for gate in judge.session.ws.spec.gates
        if (report := judge.baseline.get(gate.id)) is not None
    ]

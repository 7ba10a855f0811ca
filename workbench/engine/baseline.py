"""Measures what the gates say of the base, before anything changes: only what was green there can convict."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from workbench.engine.sandboxes import Question, Sandboxes
from workbench.engine.session import Session
from workbench.gates.beginning import never_began
from workbench.gates.command import names_files
from workbench.gates.judge import judge
from workbench.model.errors import EnvironmentFailed
from workbench.model.event import BaselineJudged
from workbench.model.gate import GateReport, Judgement
from workbench.planning.spec import GateSpec


def in_level_order(gates: Iterable[GateSpec]) -> tuple[GateSpec, ...]:
    order = ("static", "tests", "protected")
    return tuple(sorted(gates, key=lambda gate: order.index(gate.level)))


def verdict_key(session: Session, sandboxes: Sandboxes, gate: GateSpec) -> str:
    python = str(sandboxes.own.python)
    parts = (gate.model_dump_json(), python, session.plan.base_tree, session.ws.spec.run.model_dump_json())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def measure_baseline(session: Session, sandboxes: Sandboxes) -> dict[str, GateReport]:
    """Run every command gate on the base, before anything changes.

    Gates that are given the changed files have their baseline taken later, on those files. Raises
    EnvironmentFailed when a gate does not finish, or never begins: what it says later could not be held against
    anything.
    """
    measured: dict[str, GateReport] = {}
    gates = in_level_order(gate for gate in session.ws.spec.gates if gate.run and not names_files(gate))
    keys = {gate.id: verdict_key(session, sandboxes, gate) for gate in gates}
    tree = session.plan.base_tree
    remembered = {gate.id: session.ledger.cached_judgement(tree, gate.id, keys[gate.id]) for gate in gates}
    for at, gate in enumerate(gates):
        beside = [one for one in gates[at + 1 :] if one.level == gate.level and remembered[one.id] is None]
        sandboxes.want(_on_base(session, beside), asked=_on_base(session, [gate]))
        known = remembered[gate.id]
        judgement = replace(known, cached=True) if known is not None else _measure(session, sandboxes, gate)
        refuse_idle(judgement.report, gate)
        session.record(BaselineJudged(session.run, tree, judgement, keys[gate.id]))
        measured[gate.id] = judgement.report
    return measured


def _measure(session: Session, sandboxes: Sandboxes, gate: GateSpec) -> Judgement:
    (question,) = _on_base(session, [gate])
    for again in (False, True):
        report = sandboxes.ask(question, alone=again)
        if report.verdict.finished:
            return judge(report, None, gate)
    raise EnvironmentFailed(
        f"the gate `{gate.id}` does not finish on the base commit: {report.reason or report.verdict}",
        hint="make the gate run there first (`workbench gates --run` measures it); nothing was changed",
    )


def _on_base(session: Session, gates: Iterable[GateSpec]) -> list[Question]:
    return [Question(gate, session.plan.base_commit, session.plan.base_tree, ()) for gate in gates]


def refuse_idle(report: GateReport, gate: GateSpec) -> None:
    """Raise EnvironmentFailed for a gate that never began on the base; one that must be red there may do so."""
    why = never_began(report, gate) if gate.expect == "green" else ""
    if why:
        raise EnvironmentFailed(
            f"the gate `{gate.id}` cannot begin on the base commit, and would convict nobody: {why}",
            hint="make it run there (`workbench gates --run` tries it), then `workbench resume`, or `workbench abort` "
            'if the plan must change; what the plan is to mend has `expect = "red-then-green"`; nothing was touched',
        )

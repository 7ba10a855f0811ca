"""Carries out the plan's triggers: back to the savepoint, the protected suite there, the certificate, the lessons.

Migration plans list what calls for a rollback, and leave the doing to whoever is awake. Here it is done, and proven.
"""

from __future__ import annotations

from workbench.engine.judging import Judge, Judged, in_level_order
from workbench.engine.lessons import write_lessons
from workbench.engine.rollback import back_to, on_branch
from workbench.engine.session import Session
from workbench.model.event import TriggerFired
from workbench.model.gate import Judgement, Level
from workbench.model.run import Certificate, TriggerRecord
from workbench.model.violation import Priority
from workbench.planning.spec import TriggerSpec
from workbench.repo.history import changed_paths


def trigger_of(session: Session, red: Judgement) -> TriggerSpec | None:
    """Return the trigger on the gate that is red, if the plan has one."""
    return next((one for one in session.ws.spec.triggers if one.gate == red.report.gate), None)


def respond(judge: Judge, trigger: TriggerSpec, red: Judgement, *, batch: str, phase: Priority) -> None:
    """Do what the trigger says: take back a phase, or the run, or nothing more; then write down what happened."""
    session = judge.session
    kept = on_branch(session.ledger.load_run(session.run))
    if trigger.do == "rollback-phase":
        kept = [one for one in kept if one.priority == phase]
    certificate: Certificate | None = None
    if kept and trigger.do != "freeze":
        name = str(phase) if trigger.do == "rollback-phase" else "all"
        certificate = back_to(
            session,
            kept[0].id,
            target=f"{name} (trigger: {trigger.gate})",
            mode="rollback",
            meanwhile=lambda: _protect(judge),
        )
    else:
        _protect(judge)
    taken_off = certificate.batches if certificate is not None else ()
    lessons = write_lessons(session, trigger, red, batch=batch, certificate=certificate)
    fired = TriggerRecord(trigger.gate, trigger.do, batch, red.convicting, taken_off, lessons)
    session.record(TriggerFired(session.run, fired))


def _protect(judge: Judge) -> None:
    """Ask the protected suites about the tip, and believe nothing that is remembered."""
    session = judge.session
    changed = changed_paths(session.ws.repo, session.plan.base_commit, session.tip)
    tip = Judged(session.tip, session.ws.repo.tree(session.tip), changed)
    for gate in in_level_order(session.ws.spec.gates):
        if gate.level is Level.PROTECTED and gate.run:
            judge.ask(gate.model_copy(update={"select": "all"}), "", tip, fresh=True)

"""Carries out the plan's triggers: back to the savepoint, the protected suite there, the certificate, the lessons.

Migration plans list what calls for a rollback, and leave the doing to whoever is awake. Here it is done, and proven.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.engine.certificate import certify
from workbench.engine.decided import facts, undone
from workbench.engine.judging import Judge, Judged, in_level_order
from workbench.engine.lessons import write_lessons
from workbench.engine.rollback import back_to, on_branch
from workbench.engine.session import Session
from workbench.model.event import RolledBack, TriggerDecided, TriggerFired
from workbench.model.gate import Judgement, Level
from workbench.model.run import Certificate, TriggerRecord
from workbench.planning.spec import TriggerSpec
from workbench.repo.history import changed_paths


def trigger_of(session: Session, red: Judgement) -> TriggerSpec | None:
    """Return the trigger on the gate that is red, if the plan has one."""
    return next((one for one in session.ws.spec.triggers if one.gate == red.report.gate), None)


def respond(judge: Judge) -> None:
    """Do what a trigger has decided: take back a phase, or the run, or nothing more; then write down what happened.

    What a killed process has done of it is not done again. The decision is read from the ledger, without secrets.
    """
    session = judge.session
    decided = undone(session)
    assert decided is not None
    certificate = _certificate(judge, decided)
    lessons = write_lessons(session, decided, certificate=certificate)
    tests = decided.judgement.convicting
    fired = TriggerRecord(decided.gate, decided.do, decided.batch, tests, (), lessons)
    session.record(TriggerFired(session.run, fired if certificate is None else _proved(fired, certificate)))


def _proved(fired: TriggerRecord, certificate: Certificate) -> TriggerRecord:
    gates = tuple((one.id, str(one.verdict)) for one in certificate.gates)
    tree, verified = certificate.actual_tree, certificate.verified
    return replace(fired, taken_off=certificate.batches, tree=tree, verified=verified, gates=gates)


def _certificate(judge: Judge, decided: TriggerDecided) -> Certificate | None:
    """Take off what is to go, and ask the protected suites there; return the proof, None where nothing was to go."""
    session = judge.session
    begun = session.ledger.intent(session.run).rollback
    if begun is not None:
        _protect(judge)
        return certify(session, begun)
    proven = _proven(session, decided)
    if proven is not None:
        return proven
    kept = on_branch(session.ledger.load_run(session.run))
    if decided.do == "rollback-phase":
        kept = [one for one in kept if one.priority == decided.phase]
    if not kept or decided.do == "freeze":
        _protect(judge)
        return None
    name = str(decided.phase) if decided.do == "rollback-phase" else "all"
    target = f"{name} (trigger: {decided.gate})"
    return back_to(session, kept[0].id, target=target, mode="rollback", meanwhile=lambda: _protect(judge))


def _proven(session: Session, decided: TriggerDecided) -> Certificate | None:
    """Return the certificate of a rollback that was ended after the decision."""
    events = facts(session)
    after = events[max(n for n, one in enumerate(events) if one == decided) :]
    return next((one.certificate for one in after if isinstance(one, RolledBack)), None)


def _protect(judge: Judge) -> None:
    """Ask the protected suites about the tip, and believe nothing that is remembered."""
    session = judge.session
    changed = changed_paths(session.ws.repo, session.plan.base_commit, session.tip)
    tip = Judged(session.tip, session.ws.repo.tree(session.tip), changed)
    for gate in in_level_order(session.ws.spec.gates):
        if gate.level is Level.PROTECTED and gate.run:
            judge.ask(gate.model_copy(update={"select": "all"}), "", tip, fresh=True)

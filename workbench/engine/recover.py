"""Brings a run that stopped back to the border of a batch: reads the branch, then finishes or forgets.

golang-migrate leaves a dirty flag for a person to force. Here the branch answers: at the decided
commit it is done, at its parent it is repeated, anywhere else somebody else moved it.
"""

from __future__ import annotations

from workbench.engine.certificate import certify
from workbench.engine.decided import undone
from workbench.engine.session import Session
from workbench.model.errors import Conflict
from workbench.model.event import BatchKept
from workbench.repo.refs import compare_and_swap


def recover(session: Session) -> None:
    """Finish the step that was under way when the run stopped; a batch not yet decided is simply done again."""
    intent = session.ledger.intent(session.run)
    if not intent.moves_the_branch:
        _stay(session)
    decided = intent.batch.decision if intent.batch is not None else None
    if decided is not None:
        _move(session, old=decided.parent, new=decided.commit, reason=f"workbench: keep {decided.batch}")
        session.record(BatchKept(session.run, decided.batch, decided.commit))
    if intent.rollback is not None:
        back = intent.rollback
        _move(session, old=back.from_commit, new=back.to_commit, reason=f"workbench: roll back {back.target}")
        if undone(session) is None:  # else the protected suites are asked first
            certify(session, back)


def _stay(session: Session) -> None:
    head = session.ledger.load_run(session.run).head
    if session.tip != head:
        raise _moved(session, f"not at {head[:12]}", f"`git branch -f {session.branch} {head[:12]}` puts it back")


def _move(session: Session, *, old: str, new: str, reason: str) -> None:
    if session.tip == old:
        compare_and_swap(session.ws.repo, session.ref, new=new, old=old, reason=reason)
    elif session.tip != new:
        raise _moved(session, f"neither at {old[:12]} nor at {new[:12]}", "put it back to one of the two")
    session.tip = new


def _moved(session: Session, where: str, mend: str) -> Conflict:
    return Conflict(
        f"the run branch {session.branch} is at {session.tip[:12]}, {where}",
        hint=f"somebody moved it; {mend}, then `workbench resume`; nothing was touched",
    )

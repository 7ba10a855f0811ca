"""Says what a trigger has decided and nobody has carried out: after a kill, that comes before anything else."""

from __future__ import annotations

from workbench.engine.session import Session
from workbench.model.event import Event, RunFinished, TriggerDecided, TriggerFired


def undone(session: Session) -> TriggerDecided | None:
    """Return the decision of a trigger that waits; what ended the run before ended it too."""
    found: TriggerDecided | None = None
    for one in session.ledger.events(session.run, TriggerDecided, TriggerFired, RunFinished):
        event = one.event
        if isinstance(event, TriggerDecided):
            found = event
        elif isinstance(event, TriggerFired | RunFinished):
            found = None
    return found


def is_over(session: Session) -> bool:
    """Say whether a trigger was carried out that ended the run, and only the end of that is not written down."""
    ends = session.ledger.events(session.run, TriggerFired, RunFinished)
    return bool(ends) and isinstance(ends[-1].event, TriggerFired)


def facts(session: Session) -> tuple[Event, ...]:
    """Return every event of the run, oldest first."""
    return tuple(one.event for one in session.ledger.events(session.run))

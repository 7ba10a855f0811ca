"""Says what a trigger has decided and nobody has carried out: after a kill, that comes before anything else."""

from __future__ import annotations

from workbench.engine.session import Session
from workbench.model.event import Event, RunFinished, TriggerDecided, TriggerFired


def undone(session: Session) -> TriggerDecided | None:
    """Return the decision of a trigger that waits; what ended the run before ended it too."""
    found: TriggerDecided | None = None
    for event in facts(session):
        if isinstance(event, TriggerDecided):
            found = event
        elif isinstance(event, TriggerFired | RunFinished):
            found = None
    return found


def facts(session: Session) -> tuple[Event, ...]:
    """Return every event of the run, oldest first."""
    return tuple(one.event for one in session.ledger.events(session.run))

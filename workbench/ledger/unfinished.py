"""Says what a process that died had begun and not ended, of whichever run: nothing else begins before that ends."""

from __future__ import annotations

from workbench.ledger.ledger import Ledger
from workbench.model.run import Unfinished

_BOTH = "`workbench resume` finishes it, `workbench abort` undoes it"


def unfinished(ledger: Ledger) -> Unfinished | None:
    """Return what waits to be finished, None where nothing does."""
    run = ledger.unfinished_run()
    if run is not None:
        return Unfinished("run", run, f"the run {run} stopped before its end", _BOTH)
    rolled_back = ledger.unfinished_rollback()
    if rolled_back is not None:
        told = f"the rollback of {rolled_back} stopped before its end"
        return Unfinished("rollback", rolled_back, told, "`workbench resume` finishes it")
    landing = ledger.landing()
    if landing is not None:
        told = f"the landing of {landing.run} on {landing.branch} stopped before its end"
        return Unfinished("landing", landing.run, told, _BOTH)
    return None

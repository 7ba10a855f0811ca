"""The gate at a phase's door: what an earlier phase set aside keeps the next one from beginning."""

from __future__ import annotations

from workbench.model.batch import BatchState
from workbench.model.run import RunRecord
from workbench.model.violation import Priority, SiteState

_TODO = (BatchState.PLANNED, BatchState.ROLLED_BACK)


def barred(record: RunRecord, phase: Priority) -> bool:
    """Say whether `phase` has work to do and a place of an earlier phase is quarantined."""
    todo = any(one.priority == phase and one.state in _TODO for one in record.batches)
    return todo and any(one.state is SiteState.QUARANTINED and one.priority < phase for one in record.violations)


def next_is_barred(record: RunRecord) -> bool:
    """Say whether the first phase that has work to do may not begin."""
    todo = [one.priority for one in record.batches if one.state in _TODO]
    return bool(todo) and barred(record, min(todo))

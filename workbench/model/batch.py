"""The states of a batch, in one table, with one door that refuses an illegal step."""

from __future__ import annotations

from enum import StrEnum

from workbench.model.errors import WorkbenchError


class BatchState(StrEnum):
    PLANNED = "planned"
    STARTED = "started"
    COMMITTED = "committed"
    JUDGING = "judging"
    KEEPING = "keeping"
    KEPT = "kept"
    ROLLED_BACK = "rolled_back"
    QUARANTINED = "quarantined"
    SPLIT = "split"
    EMPTY = "empty"


S = BatchState

# KEEPING is the journalled decision between the verdict and the moved ref (safety protocol, step 12).
# SPLIT: some files were kept and some quarantined. A crash sends an unfinished batch back to STARTED.
_NEXT: dict[BatchState, frozenset[BatchState]] = {
    S.PLANNED: frozenset({S.STARTED}),
    S.STARTED: frozenset({S.STARTED, S.COMMITTED, S.EMPTY, S.ROLLED_BACK}),
    S.COMMITTED: frozenset({S.STARTED, S.JUDGING}),
    S.JUDGING: frozenset({S.STARTED, S.JUDGING, S.KEEPING, S.ROLLED_BACK, S.QUARANTINED}),
    S.KEEPING: frozenset({S.KEPT, S.SPLIT}),
    S.KEPT: frozenset({S.ROLLED_BACK, S.STARTED}),
    S.SPLIT: frozenset({S.ROLLED_BACK, S.STARTED}),
    S.ROLLED_BACK: frozenset({S.STARTED}),
    S.QUARANTINED: frozenset({S.STARTED}),
    S.EMPTY: frozenset({S.STARTED}),
}

DONE = frozenset({S.KEPT, S.SPLIT, S.ROLLED_BACK, S.QUARANTINED, S.EMPTY})
ON_BRANCH = frozenset({S.KEPT, S.SPLIT})


def advance(now: BatchState, then: BatchState) -> BatchState:
    """Return `then` if the step from `now` is legal, else raise."""
    if then not in _NEXT[now]:
        raise WorkbenchError(f"a batch cannot go from {now} to {then}")
    return then

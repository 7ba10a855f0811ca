"""The flip ledger: which tests each kept commit gained, lost, or showed to be flaky."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.model.batch import ON_BRANCH
from workbench.model.run import BatchRecord, GateRecord, RunRecord


@dataclass(frozen=True, slots=True)
class Flip:
    """What one commit did to the tests of one gate.

    `gained`: red at the base and green first here; `lost`: green at the base, and first missing here; `flaky`: red in
    some runs on this very tree.
    """

    batch: str
    commit: str
    gate: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    flaky: tuple[str, ...]


def flips(record: RunRecord) -> tuple[Flip, ...]:
    """Return what the commits on the branch did to tests, oldest first; a commit that did nothing is left out.

    Gates are held against the base, so each test is credited to the first commit that shows it.
    """
    kept = sorted((one for one in record.batches if one.state in ON_BRANCH and one.commit), key=lambda one: one.seq)
    return tuple(_walk(kept))


def _walk(kept: list[BatchRecord]) -> Iterator[Flip]:
    known: defaultdict[str, set[str]] = defaultdict(set)
    for batch in kept:
        for gate in _last(batch).values():
            gained = tuple(test for test in gate.gained if test not in known[gate.id])
            lost = tuple(test for test in gate.lost if test not in known[gate.id])
            known[gate.id] |= {*gate.gained, *gate.lost}
            if gained or lost or gate.flaky:
                yield Flip(batch.id, batch.commit or "", gate.id, gained, lost, gate.flaky)


def _last(batch: BatchRecord) -> dict[str, GateRecord]:
    """Return what each gate said last of a batch: of the candidate that was kept."""
    return {one.id: one for one in batch.gates}

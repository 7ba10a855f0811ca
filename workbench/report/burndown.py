"""What was left after each batch, by priority: the one chart of a report, drawn by hand as SVG.

Hand-drawn because it is a tenth of the size of any library's, needs no script, takes its colours from
the page it stands in (light or dark), and says in words what it shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.model.batch import ON_BRANCH
from workbench.model.run import BatchRecord, RunRecord
from workbench.model.violation import Priority, SiteState, Violation


@dataclass(frozen=True, slots=True)
class Step:
    """Sites not fixed yet, after a batch; the first step, labelled "base", stands before all of them."""

    label: str
    left: Mapping[Priority, int]

    @property
    def total(self) -> int:
        return sum(self.left.values())


def steps(record: RunRecord) -> tuple[Step, ...]:
    """Return the base and then each batch on the branch, in the order they were kept.

    The last step is what stands on the branch now: found minus fixed, exactly.
    """
    kept = sorted((one for one in record.batches if one.state in ON_BRANCH), key=lambda one: one.seq)
    fixed = _fixed_by_batch(record, kept)
    left = Counter(one.priority for one in record.violations)
    told = [Step("base", _snapshot(left))]
    for batch in kept:
        left = left - fixed.get(batch.id, Counter())
        told.append(Step(batch.id, _snapshot(left)))
    return tuple(told)


def _snapshot(left: Mapping[Priority, int]) -> dict[Priority, int]:
    return {one: left.get(one, 0) for one in Priority}


def _fixed_by_batch(record: RunRecord, kept: list[BatchRecord]) -> dict[str, Counter[Priority]]:
    """Credit each fixed site to the batch that set out to fix it; a stray one to the last batch, never to none."""
    credit: dict[str, Counter[Priority]] = {}
    for site in record.violations:
        if site.state is SiteState.FIXED and kept:
            batch = next((one for one in kept if _meant(one, site)), kept[-1])
            credit.setdefault(batch.id, Counter())[site.priority] += 1
    return credit


def _meant(batch: BatchRecord, site: Violation) -> bool:
    return batch.priority is site.priority and site.rule in batch.rules and site.path in batch.files

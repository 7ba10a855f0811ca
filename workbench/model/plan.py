"""The frozen result of planning: phases of batches over one base, with its digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.model.violation import Priority, SiteState, Violation


@dataclass(frozen=True, slots=True)
class Batch:
    """The unit of atomicity: one commit, one judging, one rollback.

    `units` are groups of files that land together or not at all (usually one file each); their
    union, sorted, is `files`. `fingerprints` are the open sites the batch sets out to fix.
    """

    id: str
    priority: Priority
    rules: tuple[str, ...]
    package: str
    units: tuple[tuple[str, ...], ...]
    fingerprints: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(sorted(path for unit in self.units for path in unit))


@dataclass(frozen=True, slots=True)
class Phase:
    priority: Priority
    batches: tuple[Batch, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, bound to a base commit and to the plan file it was made from.

    `base_rev` is what the base was called when the plan was frozen; once it names another tree, the plan is stale.
    `source_digest` is the hash of the plan file's bytes, `digest` that of this plan's content.
    `violations` holds every site found, each with its priority and state (open, blocked, excluded).
    """

    name: str
    title: str
    issue: str
    path: str
    source_digest: str
    digest: str
    base_commit: str
    base_tree: str
    rules: tuple[str, ...]
    phases: tuple[Phase, ...]
    violations: tuple[Violation, ...]
    base_rev: str = "HEAD"

    def batches(self) -> Iterator[Batch]:
        for phase in self.phases:
            yield from phase.batches

    def in_state(self, state: SiteState) -> tuple[Violation, ...]:
        return tuple(one for one in self.violations if one.state is state)

"""Says how a run's branch and the branch it is to land on have parted, and which batches a merge would stop at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.model.batch import ON_BRANCH
from workbench.model.run import BatchRecord, Parting, RunRecord
from workbench.repo.encoding import shown
from workbench.repo.forecast import merge_forecast
from workbench.repo.history import changed_paths
from workbench.repo.refs import branch_ref, read_ref
from workbench.repo.repository import Repository


def parting(repo: Repository, record: RunRecord, branch: str) -> Parting | None:
    """Return how `branch` and the run's branch have parted; None where one of them holds the other."""
    tip = read_ref(repo, branch_ref(branch))
    if tip is None or tip in (record.base, record.head) or record.head == record.base:
        return None
    if repo.is_ancestor(tip, record.head) or repo.is_ancestor(record.head, tip):
        return None
    found = merge_forecast(repo, tip, record.head)
    blamed = [(one.id, frozenset(_changed(repo, one))) for one in record.batches if one.state in ON_BRANCH]
    return Parting(branch, tip, found.tried, tuple((shown(path), tuple(_of(path, blamed))) for path in found.paths))


def _changed(repo: Repository, one: BatchRecord) -> Sequence[str]:
    return changed_paths(repo, one.parent, one.commit) if one.parent and one.commit else one.files


def _of(path: str, blamed: Sequence[tuple[str, frozenset[str]]]) -> Iterator[str]:
    return (name for name, paths in blamed if path in paths)

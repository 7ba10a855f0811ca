"""What git alone still knows of runs: the commits that say which run made them, and the base each began on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from workbench.model.errors import Conflict
from workbench.repo.refs import OURS, list_refs
from workbench.repo.repository import Repository
from workbench.repo.trailers import ChainCommit, chain

_BRANCHES = "refs/heads/"


@dataclass(frozen=True, slots=True)
class Trace:
    """One run: its commits on `branch` after `base`, oldest first. No commits: only its base is pinned still."""

    run: str
    branch: str
    base: str
    commits: tuple[ChainCommit, ...] = ()

    @property
    def plan(self) -> str:
        return self.commits[-1].trailers["Workbench-Plan"]

    @property
    def digest(self) -> str:
        return self.commits[-1].trailers["Workbench-Digest"]

    @property
    def head(self) -> str:
        return self.commits[-1].commit


def traces(repo: Repository) -> tuple[Trace, ...]:
    """Return the runs that branches and side refs tell of, oldest first.

    A run's commits count where they stand together, by first parents, at the tip of a branch; further down they have
    landed, and the branch has gone on.
    """
    bases = {
        ref.removeprefix(OURS).partition("/")[0]: commit
        for ref, commit in list_refs(repo, OURS.rstrip("/")).items()
        if ref.endswith("/base")
    }
    found: dict[str, Trace] = {}
    for ref, tip in sorted(list_refs(repo, _BRANCHES.rstrip("/")).items(), key=lambda one: "workbench/" not in one[0]):
        for one in _on(repo, ref.removeprefix(_BRANCHES), tip, bases):
            known = found.get(one.run)
            if known is None or len(one.commits) > len(known.commits):
                found[one.run] = one
    for run, base in bases.items():
        found.setdefault(run, Trace(run, "", base))
    return tuple(found[run] for run in sorted(found))


def _on(repo: Repository, branch: str, tip: str, bases: dict[str, str]) -> Iterator[Trace]:
    """Yield the runs on one branch, as whole as they stand there."""
    start = _start(repo, tip, bases)
    if start is None:
        return
    try:
        commits = chain(repo, base=start, head=tip)
    except Conflict:
        return
    runs: dict[str, list[ChainCommit]] = {}
    for commit in commits:
        run = commit.trailers.get("Workbench-Run")
        if run is not None and {"Workbench-Plan", "Workbench-Digest"} <= commit.trailers.keys():
            runs.setdefault(run, []).append(commit)
    for run, mine in runs.items():
        if all(one.parent == before.commit for before, one in pairwise(mine)):
            yield Trace(run, branch, mine[0].parent, tuple(mine))


def _start(repo: Repository, tip: str, bases: dict[str, str]) -> str | None:
    """Return the oldest commit from which a chain to `tip` need be read: the parent of the first commit of a run."""
    told = repo.git.ask("rev-list", "--first-parent", "--grep=^Workbench-Run: ", tip).line
    listed = told.split("\n") if told else []
    if not listed:
        return None
    parent = repo.git.ask("rev-list", "--first-parent", "--max-count=1", "--skip=1", listed[-1]).line
    return parent or bases.get(tip)

"""Where a command works: the repository, the plan file in it, and the rules that file declares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.codemod.roots import ModuleMap
from workbench.codemod.rule import Rule
from workbench.engine.means import Means
from workbench.model.errors import WorkbenchError
from workbench.planning.order import rules_of
from workbench.planning.planfile import find_plan, load
from workbench.planning.spec import PlanSpec
from workbench.repo.repository import Repository, open_repository
from workbench.repo.sources import CommitSources


@dataclass(frozen=True, slots=True)
class Workspace:
    """A repository with a plan. `rules` are in the order in which they apply."""

    repo: Repository
    spec: PlanSpec
    rules: tuple[Rule[Any], ...]
    means: Means

    @property
    def roots(self) -> ModuleMap:
        return ModuleMap(self.spec.scope.source_roots)

    def rules_named(self, ids: tuple[str, ...]) -> tuple[Rule[Any], ...]:
        """Return the rules of those ids, in the order in which they apply."""
        return tuple(rule for rule in self.rules if rule.id in ids)


@contextmanager
def open_workspace(directory: Path, plan: str | None, means: Means) -> Iterator[Workspace]:
    """Open the repository around `directory` and read its plan.

    `plan` is a path, a name, or None for the only plan there is.
    """
    with open_repository(directory) as repo:
        yield read_workspace(repo, find_plan(plan, repo.root or directory), means)


def read_workspace(repo: Repository, path: Path, means: Means) -> Workspace:
    """Read the plan file at `path`; raises PlanFileError with everything wrong in it."""
    spec = load(path)
    home = repo.root or path.parent
    return Workspace(repo, spec, tuple(_compared(rule.prepared(home), repo) for rule in rules_of(spec)), means)


def _compared(rule: Rule[Any], repo: Repository) -> Rule[Any]:
    """Give a rule the files it wants to see as they were; of commits that are not here there are none."""
    texts: dict[tuple[str, str], bytes] = {}
    for commit, paths in rule.earlier().items():
        with suppress(WorkbenchError):
            sources = CommitSources(repo, repo.resolve(commit))
            texts |= {(commit, path): text for path, text in sources.read(sorted(paths))}
    return rule.compared(texts) if texts else rule


def refuse_bad_plan(directory: Path, plan: str | None, means: Means) -> None:
    """Raise what is wrong with a plan file before anything is locked, opened or written."""
    with open_workspace(directory, plan, means):
        pass

"""One run at work: what it holds open, where it stands, and the one way it writes facts down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workbench.codemod.project import ModuleFacts, Project
from workbench.engine.refresh import NONE_READ, refreshed
from workbench.engine.sandboxes import Sandboxes
from workbench.engine.stage import Stage
from workbench.engine.transform import Transformer
from workbench.engine.workspace import Workspace
from workbench.gates.bench import Bench
from workbench.ledger.ledger import Ledger
from workbench.model.event import Event
from workbench.model.plan import Plan
from workbench.model.violation import Violation
from workbench.repo.candidate import Identity
from workbench.repo.sources import CommitSources
from workbench.scan.scanner import survey

Listener = Callable[[Event, datetime], None]
Past = Iterable[tuple[Event, datetime]]
"""What happened in a run before now, oldest first; read only if somebody wants it."""
Watch = Callable[[Plan, Past], Listener]
"""Asked once, with the plan and the run so far, whom to tell what happens."""


def unwatched(plan: Plan, past: Past) -> Listener:  # noqa: ARG001  a Watch
    """Tell nobody."""
    return lambda _event, _at: None


@dataclass(slots=True)
class Session:
    """`tip` is the commit the run branch points to; `started` the UTC second the run began."""

    ws: Workspace
    ledger: Ledger
    plan: Plan
    run: str
    branch: str
    tip: str
    started: int
    transformer: Transformer
    listen: Listener
    identity: Identity
    inherit: tuple[int, ...]
    sandboxes: Sandboxes | None = None
    _project: Project | None = None
    _ahead: tuple[Mapping[str, bytes], Project] | None = None
    _sites: Mapping[str, Violation] = field(init=False)

    def __post_init__(self) -> None:
        self._sites = {one.fingerprint: one for one in self.plan.violations}

    @property
    def project(self) -> Project:
        """The facts of the tree at `tip`: read once, then kept true batch by batch."""
        if self._project is None:
            self._project = survey(self.sources(self.tip), self.ws.spec, self.ws.rules)
        return self._project

    @project.setter
    def project(self, facts: Project) -> None:
        self._project, self._ahead = facts, None

    def ahead(self, changed: Mapping[str, bytes], read: Mapping[str, ModuleFacts] = NONE_READ) -> Project:
        """The facts of the tree at `tip` with these files in it: read once for all who ask about one change.

        `read` are the facts of those that were read already, by path.
        """
        if self._ahead is None or self._ahead[0] is not changed:
            self._ahead = changed, refreshed(self.project, self.ws.roots, changed, read)
        return self._ahead[1]

    @property
    def ref(self) -> str:
        """The run branch: the only commit point of the run."""
        return f"refs/heads/{self.branch}"

    def side_ref(self, name: str) -> str:
        """Return a ref of our own that keeps a commit of this run alive."""
        return f"refs/workbench/{self.run}/{name}"

    def record(self, *events: Event) -> None:
        """Append facts to the ledger in one transaction, then tell whoever watches."""
        self.ledger.record(*events)
        now = self.ws.means.clock()
        for event in events:
            self.listen(event, now)

    def site(self, fingerprint: str) -> Violation:
        return self._sites[fingerprint]

    @property
    def stage(self) -> Stage:
        """Where this thread may check a commit out; the session must be at work."""
        assert self.sandboxes is not None
        return self.sandboxes.own

    def bench(self, commit: str) -> Bench:
        """Return a bench with `commit` checked out; the session must be at work."""
        return self.stage.at(commit)

    def sources(self, commit: str) -> CommitSources:
        return CommitSources(self.ws.repo, commit)

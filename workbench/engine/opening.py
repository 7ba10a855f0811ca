"""Opens what every writing command needs: the lock first, then git with the lock in hand, then the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.engine.means import Means
from workbench.engine.place import ledger_path
from workbench.engine.transform import Transformer
from workbench.ledger.ledger import Ledger
from workbench.ledger.lock import RunLock
from workbench.repo.repository import Repository, open_repository


@dataclass(frozen=True, slots=True)
class Opened:
    """A repository that no second workbench process works on, and its ledger.

    `inherit` holds the lock's descriptor: every child gets it, so that the lock is free only when the
    last of them is dead.
    """

    directory: Path
    repo: Repository
    ledger: Ledger
    transformer: Transformer
    means: Means
    inherit: tuple[int, ...]


@contextmanager
def open_run(directory: Path, means: Means, *, owner: str = "workbench run", jobs: int = 2) -> Iterator[Opened]:
    """Open `directory` for writing; raises LockHeld while another process works on the repository."""
    with ExitStack() as stack:
        looked_at = stack.enter_context(open_repository(directory))
        lock = stack.enter_context(RunLock.acquire(looked_at.state_dir, owner=owner))
        inherit = (lock.fd,)
        repo = looked_at.giving(inherit)
        ledger = stack.enter_context(Ledger.open(ledger_path(repo), clock=means.clock, environment=means.environ))
        transformer = stack.enter_context(Transformer(jobs))
        yield Opened(directory, repo, ledger, transformer, means, inherit)

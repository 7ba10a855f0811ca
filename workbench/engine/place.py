"""Where the memory of a repository lies. Apart from all that reads plans, for `status` has no plan to read."""

from __future__ import annotations

from pathlib import Path

from workbench.repo.repository import Repository


def ledger_path(repo: Repository) -> Path:
    """Return where the repository's ledger lives, whether or not it exists yet."""
    return repo.state_dir / "ledger.db"

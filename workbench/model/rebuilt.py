"""What a rebuilding of the ledger came to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RebuiltRun:
    """What became of one run. `trouble` says why it is not in the new ledger.

    `batches` and `fixed` count what stands on its branch; `left` the open sites that git says nothing more of.
    """

    run: str
    plan: str
    branch: str
    batches: int = 0
    fixed: int = 0
    left: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The new ledger at `path`; the old file, if there was one, lies at `aside` now."""

    path: Path
    aside: Path | None
    runs: tuple[RebuiltRun, ...]

    @property
    def is_whole(self) -> bool:
        return all(not one.trouble and not one.left for one in self.runs)

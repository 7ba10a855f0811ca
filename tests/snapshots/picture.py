"""Makes the approved pictures of a plan: carries it out on `snapshots/<plan>/before/` with a fixed clock and ids."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workbench.engine.begin import RunOptions
from workbench.engine.freeze import freeze_and_store
from workbench.engine.means import Means
from workbench.engine.run import run_plan
from workbench.model.run import RunRecord
from workbench.repo.create import create_repository
from workbench.repo.history import diff
from workbench.repo.repository import open_repository
from workbench.report.documents.plan import plan_document
from workbench.report.markdown import markdown_report
from workbench.report.objects import dump

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOTS = ROOT / "snapshots"
PLANS = ROOT / "plans"
_WHEN = 1_736_812_800


def picture(name: str, directory: Path) -> Mapping[str, str]:
    """Return the pictures of plan `name` by file name; works in `directory`, which must not exist."""
    shutil.copytree(SNAPSHOTS / name / "before", directory)
    (directory / "plans").mkdir(exist_ok=True)
    shutil.copy(PLANS / f"{name}.toml", directory / "plans")
    create_repository(directory, message="before", when=_WHEN)
    means = fixed_means()
    frozen = freeze_and_store(directory, name, "HEAD", means)
    pictures = {"plan.json": dump(plan_document(frozen.plan))}
    tip = frozen.plan.base_commit
    for phase in ("P0", "P1", "P2"):
        record = run_plan(directory, name, RunOptions(phase=phase), means=means)
        with open_repository(directory) as repo:
            pictures[f"after-{phase.lower()}.diff"] = diff(repo, tip, record.head)
        tip = record.head
    return pictures | {"report.md": _timeless(record)}


def _timeless(record: RunRecord) -> str:
    """Return the report without what differs from run to run: times, and where objects lay in memory."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z to .*", "TIMES", markdown_report(record))
    return re.sub(r"\b0x[0-9a-f]+\b", "0xADDRESS", text)


def fixed_means() -> Means:
    """Return a clock that ticks once a second from one date on, counted ids, and this interpreter's environment."""
    ticks, ids = itertools.count(), itertools.count(1)
    start = datetime.fromtimestamp(_WHEN, UTC)
    return Means(
        lambda: start + timedelta(seconds=next(ticks)),
        lambda: f"picture-{next(ids)}",
        {**os.environ, "VIRTUAL_ENV": sys.prefix},
    )

"""Killed at any moment, a writer loses nothing it was told is written, and the chain holds."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from ledger_stories import RUN, make_plan, opened, started, ticking

from workbench.ledger.ledger import Ledger
from workbench.model.event import RunInterrupted

# Writes event after event, and says the number of each after it was acknowledged.
WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from workbench.ledger.ledger import Ledger
from workbench.model.event import RunInterrupted
with Ledger.open(Path(sys.argv[1]), clock=lambda: datetime.now(UTC)) as ledger:
    for n in range(10**9):
        ledger.record(RunInterrupted(sys.argv[2], f"{n} " + "x" * (n * 37 % 9000)))
        print(n, flush=True)
"""
KILLS = 20


def test_every_acknowledged_event_survives_kills_at_random_moments(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        plan = make_plan()
        ledger.begin_run(started(plan), plan)
        path = ledger.path
    moments = random.Random(2026)
    written = 0
    for _ in range(KILLS):
        acknowledged = _killed(path, moments.uniform(0, 0.03))
        with Ledger.open(path, clock=ticking()) as ledger:
            events = [one.event for one in ledger.events(RUN)[1 + written :]]
            reasons = [one.reason.split()[0] for one in events if isinstance(one, RunInterrupted)]
            assert reasons in ([*acknowledged], [*acknowledged, str(len(acknowledged))])
            written += len(events)
    with Ledger.open(path, clock=ticking()) as ledger:
        assert ledger.verify() == ()


def _killed(path: Path, seconds: float) -> list[str]:
    """Run the writer, kill it some time after its first event, and return what it was acknowledged."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, path, RUN], stdout=subprocess.PIPE, text=True)
    with writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(seconds)
        writer.kill()
        return [line.strip() for line in (first, *writer.stdout)]

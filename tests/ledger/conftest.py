"""A ledger with a run begun, held against itself when the test is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_stories import PLAN, RUN, counted, opened, started

from workbench.ledger.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with opened(tmp_path) as ledger:
        ledger.begin_run(started(PLAN), PLAN)
        yield ledger
        record = ledger.load_run(RUN)
        assert ledger.totals(RUN) == counted(record)
        assert ledger.totals(RUN).all.found == len(PLAN.violations)
        assert ledger.verify() == ()

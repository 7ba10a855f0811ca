"""The hand-sized tree of `snapshots/` is the same product, small, and starts as red as it should."""

from __future__ import annotations

from pathlib import Path

import pytest

BEFORE = Path(__file__).resolve().parents[2] / "snapshots" / "websocket-ssot" / "before"
SHARED = ("netra_backend/app/websocket_core", "netra_backend/app/services/user_execution_context.py", "pytest.ini")


def test_what_both_trees_have_is_the_same(sample: Path):
    shared = [
        path for one in SHARED for path in ([BEFORE / one] if (BEFORE / one).is_file() else (BEFORE / one).glob("*.py"))
    ]

    assert len(shared) == 7
    for path in shared:
        assert path.read_bytes() == (sample / path.relative_to(BEFORE)).read_bytes(), path


@pytest.mark.parametrize(
    ("gate", "passed", "ran"),
    [("unit", 3, 4), ("integration", 2, 4), ("mission-critical", 9, 18)],
)
def test_its_baseline_is_the_promised_one(judge, gate: str, passed: int, ran: int):
    results = judge(BEFORE, gate)

    assert (sum(not reason for reason in results.values()), len(results)) == (passed, ran)

"""A large repository and loud gates cost workbench little memory, and its ledger little room; every number adds up."""

from __future__ import annotations

import json
from pathlib import Path

from tests.reliability.load import Size, ledger_bytes, loaded, watched

MEMORY, LEDGER = 1 << 30, 200_000_000


def test_ten_thousand_violations_and_a_hundred_mebibytes_of_output(tmp_path: Path) -> None:
    place = loaded(tmp_path, Size(violations=10_000, files=2_000, batches=50, output=2 << 20))
    seen = watched(place, "run", "small")
    assert seen.code == 0, seen.out
    status = json.loads(watched(place, "--json", "status").out)
    assert (status["totals"]["found"], status["totals"]["fixed"]) == (10_000, 10_000)
    assert place.git("rev-list", "--count", "main..workbench/small") == "50"
    print(f"{seen.peak >> 20} MiB, ledger {ledger_bytes(place) / 1e6:.1f} MB")
    assert seen.peak <= MEMORY
    assert ledger_bytes(place) <= LEDGER

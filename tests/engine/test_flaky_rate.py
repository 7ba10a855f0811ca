"""A suite of which every twentieth run is red by chance takes an innocent file from at most one batch in 200."""

from __future__ import annotations

import os

import pytest

from tests.engine.flaky_suites import blamed

SEED = int(os.environ.get("WORKBENCH_SEED", "1"))
ONE = {"flaky": 0.05}
FORTY = {f"flaky {number}": 1 - 0.95 ** (1 / 40) for number in range(40)}


def test_an_innocent_file_beside_three_guilty_ones_is_blamed_once_in_200_batches_at_most() -> None:
    assert blamed(600, seed=1, chances=ONE, guilty=3, reports=True) <= 3


@pytest.mark.nightly
@pytest.mark.parametrize("reports", [True, False], ids=["a report", "an exit code"])
@pytest.mark.parametrize("guilty", [0, 1, 3])
@pytest.mark.parametrize("chances", [ONE, FORTY], ids=["one flaky test", "forty of them"])
def test_in_10000_batches(chances: dict[str, float], guilty: int, reports: bool) -> None:
    wrong = blamed(10_000, seed=SEED, chances=chances, guilty=guilty, reports=reports)
    print(f"seed {SEED}: {wrong} of 10,000 batches")  # noqa: T201  the figure, for `docs/reliability.md`
    assert wrong <= 50

"""What the tests that strike and kill share: the process that forks, and what the undisturbed run comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.reliability.quick import Forker, QuickPlace, Strike, quickly
from tests.reliability.story import FILES


@dataclass(frozen=True)
class Undisturbed:
    """The commit the run ends at when nobody disturbs it, and the number of acts it takes."""

    head: str
    acts: int


@pytest.fixture(scope="session")
def forker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forker]:
    made = Forker(tmp_path_factory.mktemp("shelf"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def calm(forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    place = quickly(tmp_path_factory.mktemp("calm"), forker)
    assert place.workbench("run", "small", strike=Strike(0)).code == 1
    return Undisturbed(place.git("rev-parse", "workbench/small"), place.acts())


@pytest.fixture(scope="session")
def finished(forker: Forker, tmp_path_factory: pytest.TempPathFactory) -> QuickPlace:
    """A place with a finished run of three batches, the second of them quarantined, to make copies of."""
    place = quickly(tmp_path_factory.mktemp("finished"), forker, FILES)
    assert place.workbench("run", "small").code == 1
    return place

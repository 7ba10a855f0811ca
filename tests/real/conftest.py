"""Where released projects are kept, and the two that are migrated here, each as its sdist left it.

The fixtures live as long as a module, for a run takes minutes: the tests of a module look at one run from many sides.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from tests.real.released import Release, environment, unpacked
from tests.real.workshop import Workshop

HOMEASSISTANT = Release("homeassistant", "2025.1.0", "c5a1c3f7772bcf8c26dc2c17e5dfd4c5eb8e43bebd1be667036ea213bcbb854e")
PYRAMID = Release("pyramid", "2.0.2", "372138a738e4216535cc76dcce6eddd5a1aaca95130f2354fb834264c06f18de")

# pyramid itself is installed on purpose: gates that import it, instead of the sandbox's, must be found out.
_PYRAMID_ENVIRONMENT = (
    "pyramid==2.0.2",
    "pytest==9.2.0",
    "setuptools==79.0.1",
    "webtest==3.0.7",
    "zope.component==7.1",
)

MakeWorkshop = Callable[[Release], Workshop]


@pytest.fixture(scope="session")
def store() -> Iterator[Path]:
    """The directory that outlives the tests; one process at a time fills it."""
    place = user_cache_path("workbench") / "released"
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place


@pytest.fixture(scope="module")
def make_workshop(store: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeWorkshop:
    """`make_workshop(release)` unpacks a release; `begin` makes a repository of it."""

    def make(release: Release) -> Workshop:
        return Workshop(unpacked(release, store, tmp_path_factory.mktemp("real")), tmp_path_factory.mktemp("user"))

    return make


@pytest.fixture(scope="module")
def homeassistant(make_workshop: MakeWorkshop) -> Workshop:
    return make_workshop(HOMEASSISTANT)


@pytest.fixture(scope="module")
def pyramid(make_workshop: MakeWorkshop) -> Workshop:
    return make_workshop(PYRAMID)


@pytest.fixture(scope="session")
def pyramid_python(store: Path) -> Path:
    """An interpreter that pyramid's own tests pass with."""
    return environment(_PYRAMID_ENVIRONMENT, store)

"""The resolver and the rewriting on every Python file of the standard library and of two large projects.

Two judges that know nothing of workbench: LibCST's qualified names, and the compiler's own scoping.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import libcst
import pytest
from qualified import Comparison, compare, plain_sources
from round_trip import Tally, python_files, travel

from tests.real.conftest import HOMEASSISTANT
from tests.real.released import Release, unpacked

pytestmark = pytest.mark.real
T = TypeVar("T")
_AT_ONCE = 32

DJANGO = Release("Django", "5.1.4", "de450c09e91879fa5a307f696e57c851955c910a438a35e6b4c895e86bedc82a")


@pytest.fixture(scope="module", params=["standard library", DJANGO.archive, HOMEASSISTANT.archive])
def library(request: pytest.FixtureRequest, store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    releases = {one.archive: one for one in (DJANGO, HOMEASSISTANT)}
    if request.param not in releases:
        return Path(sysconfig.get_paths()["stdlib"])
    return unpacked(releases[request.param], store, tmp_path_factory.mktemp("library"))


def test_symbols_go_there_and_back(library: Path) -> None:
    seen = Tally()
    for tally in _on_every_core(_travelled, library):
        seen.outcomes.update(tally.outcomes)
        seen.damaged += tally.damaged
    sys.stdout.write(f"{library.name}\n{seen.told()}\n")  # the figures for docs/real-runs.md
    assert seen.damaged == []
    assert seen.outcomes["renamed: exact"] > seen.outcomes["files"] / 4


def test_names_mean_what_libcst_says(library: Path) -> None:
    seen, unread = Comparison(), 0
    for compared, left in _on_every_core(_compared, library):
        seen.equal += compared.equal
        seen.imported += compared.imported
        seen.explained.update(compared.explained)
        seen.open += compared.open
        unread += left
    told = f"{seen.equal} equal, {seen.imported} of them imported, {dict(seen.explained)}, {unread} files unread"
    sys.stdout.write(f"{library.name}: {told}\n")
    assert seen.open == []
    assert seen.imported > 10_000


def _on_every_core(work: Callable[[Path, list[Path]], T], library: Path) -> Iterator[T]:
    """Yield what `work` makes of the library's files, a few dozen at a time."""
    paths = python_files(library)
    with ProcessPoolExecutor() as pool:
        yield from pool.map(
            partial(work, library), (paths[at : at + _AT_ONCE] for at in range(0, len(paths), _AT_ONCE))
        )


def _travelled(library: Path, paths: list[Path]) -> Tally:
    seen = Tally()
    travel(library, paths, seen)
    return seen


def _compared(_library: Path, paths: list[Path]) -> tuple[Comparison, int]:
    seen, unread = Comparison(), 0
    for path in plain_sources(paths):
        try:
            compare(path.read_text(), seen)
        except (libcst.ParserSyntaxError, ValueError, RecursionError):  # one of the two cannot read it
            unread += 1
    return seen, unread

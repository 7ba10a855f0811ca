"""The resolver and the rewriting on every Python file of the standard library and of two large projects.

Two judges that know nothing of workbench: LibCST's qualified names, and the compiler's own scoping.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import libcst
import pytest
from qualified import Comparison, compare, plain_sources
from round_trip import Tally, python_files, travel

from tests.real.conftest import HOMEASSISTANT
from tests.real.released import Release, unpacked

pytestmark = pytest.mark.real

DJANGO = Release("Django", "5.1.4", "de450c09e91879fa5a307f696e57c851955c910a438a35e6b4c895e86bedc82a")


@pytest.fixture(scope="module", params=["standard library", DJANGO.archive, HOMEASSISTANT.archive])
def library(request: pytest.FixtureRequest, store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    releases = {one.archive: one for one in (DJANGO, HOMEASSISTANT)}
    if request.param not in releases:
        return Path(sysconfig.get_paths()["stdlib"])
    return unpacked(releases[request.param], store, tmp_path_factory.mktemp("library"))


def test_symbols_go_there_and_back(library: Path) -> None:
    seen = Tally()
    travel(library, python_files(library), seen)
    sys.stdout.write(f"{library.name}\n{seen.told()}\n")  # the figures for docs/real-runs.md
    assert seen.damaged == []
    assert seen.outcomes["renamed: exact"] > seen.outcomes["files"] / 4


def test_names_mean_what_libcst_says(library: Path) -> None:
    seen, unread = Comparison(), 0
    for path in plain_sources(python_files(library)):
        try:
            compare(path.read_text(), seen)
        except (libcst.ParserSyntaxError, ValueError, RecursionError):  # one of the two cannot read it
            unread += 1
    told = f"{seen.equal} equal, {seen.imported} of them imported, {dict(seen.explained)}, {unread} files unread"
    sys.stdout.write(f"{library.name}: {told}\n")
    assert seen.open == []
    assert seen.imported > 10_000

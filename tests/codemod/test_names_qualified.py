"""What names mean, as LibCST has it: on generated programs, and on a sample of the standard library."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from qualified import Comparison, compare, plain_sources
from round_trip import python_files
from test_names_oracles import PROGRAMS

LIBRARY = Path(sysconfig.get_paths()["stdlib"])


def test_names_of_the_standard_library_as_libcst_has_them() -> None:
    seen = Comparison()
    for path in random.Random(3).sample(plain_sources(python_files(LIBRARY), 20_000), 60):
        compare(path.read_text(), seen)
    assert seen.open == []
    assert seen.imported > 1_000
    assert sum(seen.explained.values()) < seen.equal / 50


@given(source=PROGRAMS)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=80, deadline=None)
def test_names_of_generated_programs_as_libcst_has_them(source: str) -> None:
    seen = Comparison()
    compare(source, seen)
    assert seen.open == []

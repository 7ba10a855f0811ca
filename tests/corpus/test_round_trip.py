"""Imported symbols of the standard library, there and back: nothing is damaged, what is renamed comes back exactly."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path

from round_trip import Tally, python_files, travel

LIBRARY = Path(sysconfig.get_paths()["stdlib"])


def test_symbols_of_the_standard_library_go_there_and_back() -> None:
    small = [one for one in python_files(LIBRARY) if one.stat().st_size <= 20_000]
    seen = Tally()
    travel(LIBRARY, random.Random(5).sample(small, 200), seen)
    assert seen.damaged == []
    assert seen.outcomes["renamed: exact"] > 60
    assert seen.outcomes["moved: exact"] > 50

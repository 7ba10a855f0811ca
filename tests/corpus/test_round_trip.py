"""Imported symbols of the standard library, there and back: nothing is damaged, what is renamed comes back exactly."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path

from round_trip import Tally, python_files, travel

LIBRARY = Path(sysconfig.get_paths()["stdlib"])


def test_symbols_of_the_standard_library_go_there_and_back() -> None:
    dice, seen = random.Random(5), Tally()
    for count, most in ((150, 6_000), (50, 20_000)):
        travel(LIBRARY, dice.sample([one for one in python_files(LIBRARY) if one.stat().st_size <= most], count), seen)
    assert seen.damaged == []
    assert seen.outcomes["renamed: exact"] > 60
    assert seen.outcomes["moved: exact"] > 50

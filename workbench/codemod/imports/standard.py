"""What the standard library of this interpreter calls a module, told from its files: nothing is imported."""

from __future__ import annotations

import sys
import sysconfig
from functools import cache
from pathlib import Path

_WITHOUT_FILE = frozenset({"os.path"})


def standard_module(dotted: str) -> str:
    """Return the longest module of the standard library that starts a dotted name, or is it; "" if none does."""
    parts = dotted.split(".")
    if parts[0] not in sys.stdlib_module_names:
        return ""
    count = 1
    while count < len(parts) and _is_module(".".join(parts[: count + 1])):
        count += 1
    return ".".join(parts[:count])


@cache
def _is_module(dotted: str) -> bool:
    home = Path(sysconfig.get_path("stdlib"), *dotted.split("."))
    return dotted in _WITHOUT_FILE or home.is_dir() or home.with_suffix(".py").is_file()

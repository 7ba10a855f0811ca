"""What ruff says of a tree: files that are no Python, names that nothing defines."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path

REQUIREMENTS = ("ruff==0.17.5",)

Complaint = tuple[str, str, str]
"""Path, code and message."""


def complaints(python: Path, directory: Path, paths: set[str]) -> Counter[Complaint]:
    """Count what is wrong with files in the newest grammar: their syntax, F821 and F822. Lines do not count."""
    words = ("check", "--isolated", "--no-cache", "--exit-zero", "--target-version", "py313", "--select", "F821,F822")
    command = [str(python), "-m", "ruff", *words, "--output-format", "json", *sorted(paths)]
    ended = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    root = directory.resolve()
    return Counter(
        (Path(one["filename"]).relative_to(root).as_posix(), str(one["code"]), one["message"]) for one in found
    )

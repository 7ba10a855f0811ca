"""Makes the pictures of a plan anew: `python -m tests.snapshots.update NAME`. Read their diff before you commit it."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.snapshots.picture import SNAPSHOTS, picture


def main() -> None:
    os.environ |= {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as directory:
            for file, content in picture(name, Path(directory, "work")).items():
                (SNAPSHOTS / name / file).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()

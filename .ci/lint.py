"""Runs every linter and says which failed; the exit code is 1 if any did."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
LINTERS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
)


def main() -> int:
    failed = []
    for name, *arguments in LINTERS:
        print(f"== {name} {' '.join(arguments)}", flush=True)
        if subprocess.call([str(BIN / name), *arguments]) != 0:
            failed.append(name)
    print("failed: " + ", ".join(failed) if failed else "all linters passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Large repositories, and what a run of one costs: the peak memory of workbench itself, and the size of its ledger.

`python -m tests.reliability.load 100000 20000 500 2` prints it for 100,000 violations in 20,000 files and 500 batches,
each judged by a gate that prints 2 MiB.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.reliability.story import Place, settled

PATIENCE_SECONDS = 3600
PER_PACKAGE = 100
PLAN = """
name = "small"

[[rules]]
id = "old-make"
kind = "move-symbol"
from = "app.old.make"
to = "app.new.build"

[batches]
by = ["rule"]
max_files = {max_files}

[run]
python = {python}

[[gates]]
id = "unit"
level = "tests"
when = {when}
run = ["{{python}}", "-c", {gate}]
report = "exit-code"
timeout = 600
"""


@dataclass(frozen=True)
class Size:
    """A repository of so many files and violations, a run of so many batches, and what a gate prints each time."""

    violations: int
    files: int
    batches: int
    output: int
    when: str = "batch"


@dataclass(frozen=True)
class Seen:
    """What a command came to: its exit code, its peak of resident memory, and the seconds it took."""

    code: int
    peak: int
    seconds: float
    out: str


def loaded(where: Path, size: Size) -> Place:
    """Make a repository of that size."""
    return settled(where, dict(_files(size)))


def _files(size: Size) -> Iterator[tuple[str, str]]:
    gate = f"import sys\nfor _ in range({size.output >> 16}): sys.stdout.write(('x' * 63 + '\\n') * 1024)"
    words = {"python": sys.executable, "when": size.when, "gate": gate}
    plan = PLAN.format(
        max_files=-(-size.files // size.batches), **{name: json.dumps(text) for name, text in words.items()}
    )
    yield "plans/small.toml", plan
    yield ".gitignore", "__pycache__/\n"
    yield "app/__init__.py", ""
    yield "app/old.py", "def make(value):\n    return value\n"
    yield "app/new.py", "def build(value):\n    return value\n"
    # The import is a violation too.
    calls = size.violations // size.files - 1
    body = "".join(f"    total += make({number})\n" for number in range(calls))
    for number in range(size.files):
        package = f"app/p{number // PER_PACKAGE:03}"
        if number % PER_PACKAGE == 0:
            yield f"{package}/__init__.py", ""
        yield f"{package}/m{number:05}.py", f"from app.old import make\n\n\ndef run(total):\n{body}    return total\n"


def watched(place: Place, *words: str, environ: Mapping[str, str] | None = None) -> Seen:
    """Run a command, and look at its own memory, none of its children's, until it ends."""
    command = [sys.executable, "-m", "workbench", "-C", str(place.root), *words]
    began, peak = time.monotonic(), 0
    with (place.home / "out").open("w+b") as out:
        running = subprocess.Popen(command, env=place.environ(**(environ or {})), stdout=out, stderr=subprocess.STDOUT)
        while running.poll() is None:
            assert time.monotonic() < began + PATIENCE_SECONDS
            peak = max(peak, _peak_of(running.pid))
            time.sleep(0.05)
        out.seek(0)
        return Seen(running.returncode, peak, time.monotonic() - began, out.read().decode())


def _peak_of(pid: int) -> int:
    """Return the bytes a process held at most so far; 0 of one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")), 0)


def ledger_bytes(place: Place) -> int:
    return (place.root / ".git/workbench/ledger.db").stat().st_size


def main(words: Sequence[str]) -> None:
    """Print what a run, and what is asked of it afterwards, cost: `VIOLATIONS FILES BATCHES MIB_OF_OUTPUT_EACH`."""
    violations, files, batches, mib = map(int, words)
    with tempfile.TemporaryDirectory() as where:
        place = loaded(Path(where), Size(violations, files, batches, mib << 20))
        for command in (("run", "small"), ("status",), ("verify",), ("rollback", "all")):
            seen = watched(place, *command)
            told = f"{seen.peak >> 20} MiB, ledger {ledger_bytes(place) / 1e6:.1f} MB, {seen.seconds:.0f} s"
            print(f"{' '.join(command)}: exit code {seen.code}, {told}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

"""How long a real isolation takes with one sandbox and with several: a real repository, a gate that mostly sleeps.

The gate's sleep stands for a suite; it is most of the time, so that the ratio holds on a busy machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbench.engine.begin import RunOptions
from workbench.engine.means import Means
from workbench.engine.run import run_plan
from workbench.model.event import Event, GateJudged, KeepDecided
from workbench.model.run import RunRecord

SECONDS = 3.0
FILES, GUILTY = 50, (7, 23, 41)
JOBS = (1, 2, 3, 4)

_GATE = f"""\
import pathlib, time
time.sleep({SECONDS})
for path in sorted(pathlib.Path('app').glob('u*.py')):
    text = path.read_text()
    print(path.stem, 'FAILED' if 'build' in text and 'guilty' in text else 'ok')
"""
_PLAN = f"""
name = "many"
[[rules]]
id = "old-make"
kind = "move-symbol"
from = "app.old.make"
to = "app.new.build"
[batches]
by = ["rule"]
max_files = {FILES}
[run]
python = {json.dumps(sys.executable)}
[[gates]]
id = "unit"
level = "tests"
run = ["{{python}}", "-c", {json.dumps(_GATE)}]
report = {{ lines = "^(?P<test>\\\\w+) (?P<outcome>ok|FAILED)$" }}
"""


@dataclass(frozen=True)
class Took:
    """`seconds` of an isolation: from the first red to the decision."""

    seconds: float
    record: RunRecord


def isolation(where: Path, jobs: int) -> Took:
    """Carry the plan out in a new repository at `where`."""
    _settle(where / "repo")
    marks: dict[str, float] = {}

    def listen(event: Event, _at: datetime) -> None:
        if isinstance(event, GateJudged) and event.judgement.convicting:
            marks.setdefault("red", time.monotonic())
        if isinstance(event, KeepDecided):
            marks["decided"] = time.monotonic()

    once = datetime(2026, 1, 1, tzinfo=UTC)
    means = Means(lambda: once, lambda: "measured", dict(os.environ))
    options = RunOptions(jobs=jobs)
    record = run_plan(where / "repo", "many", options, means=means, watch=lambda _plan, _past: listen)
    return Took(marks["decided"] - marks["red"], record)


def _settle(root: Path) -> None:
    files = {"app/__init__.py": "", "app/old.py": "def make(n):\n    return n\n", "app/new.py": "def build(n): ...\n"}
    files |= {f"app/u{n:02}.py": _user("guilty" if n in GUILTY else "good") for n in range(FILES)}
    for name, text in (files | {"plans/many.toml": _PLAN}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": "1700000000 +0000"}
    who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "base")):
        subprocess.run(["git", *words], cwd=root, env={**os.environ, **who}, check=True)


def _user(word: str) -> str:
    return f"from app.old import make\n\n\ndef run():\n    return make(1)  # {word}\n"


def rows() -> Iterator[str]:
    """Yield the table of wall times as Markdown; the outcomes must be the same."""
    took: Mapping[int, Took] = {jobs: _measured(jobs) for jobs in JOBS}
    yield "| sandboxes | seconds | of those with one | gate runs | of them in vain |"
    yield "|---|---|---|---|---|"
    alone = took[1]
    for jobs, one in took.items():
        assert (one.record.head, one.record.quarantined) == (alone.record.head, alone.record.quarantined)
        ratio = one.seconds / alone.seconds
        counted = f"{one.record.gate_runs} | {one.record.gate_runs_unneeded}"
        yield f"| {jobs} | {one.seconds:.0f} | {ratio:.2f} | {counted} |"


def _measured(jobs: int) -> Took:
    with tempfile.TemporaryDirectory() as where:
        return isolation(Path(where), jobs)

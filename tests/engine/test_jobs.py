"""Several sandboxes at once: everything comes out as with one, and no gate has company that did not ask for it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.engine.conftest import BASE, PLAN, Case
from workbench.engine.means import Means
from workbench.model.event import GateUnneeded, RunStarted
from workbench.model.run import RunRecord

# Two files are guilty by themselves, two only together. Each gate says in which sandbox it is, and who is there too.
GATE = """\
import os, pathlib, sys, time
place = pathlib.Path(sys.argv[1])
here = place / 'in' / str(os.getpid())
here.write_text(os.getcwd())
alive = lambda: {one.read_text() for one in (place / 'in').iterdir() if pathlib.Path('/proc', one.name).exists()}
files = {path.stem: path.read_text() for path in sorted(pathlib.Path('app').glob('u*.py'))}
changed = {name for name, text in files.items() if 'build' in text}
until = time.monotonic() + float((place / 'patience').read_text())
isolating = 0 < len(changed) < len(files)
while isolating and not (place / 'met').exists() and time.monotonic() < until:
    if len(alive() - {''}) > 1:
        (place / 'met').write_text('\\n'.join(sorted(alive())))
    time.sleep(0.01)
if len(alive()) > 1:
    (place / 'crowded').touch()
for name in files:
    print(name, 'FAILED' if name in changed & {'u2', 'u5'} else 'ok')
print('pair', 'FAILED' if {'u1', 'u7'} <= changed else 'ok', 'in', os.getcwd())
here.unlink()
"""
ONCE = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = 9


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """The sources of a batch of nine files and its plan; the gate meets others in `tmp_path`."""
    (tmp_path / "in").mkdir()
    (tmp_path / "patience").write_text("0")
    users = {f"app/u{n}.py": f"from app.old import make\n\n\ndef run():\n    return make({n})\n" for n in range(COUNT)}
    head, _, _ = PLAN.partition("[[gates]]")
    gate = '[[gates]]\nid = "unit"\nlevel = "tests"\ntimeout = 100\nrun = ["{{python}}", "-c", {0}, {1}]\n'
    report = 'report = {{ lines = "^(?P<test>\\\\w+) (?P<outcome>ok|FAILED)" }}\n'
    gate = (gate + report).format(json.dumps(GATE), json.dumps(str(tmp_path)))
    return {**BASE, **users, "plans/small.toml": head.format(max_files=25, python=sys.executable) + gate}


@pytest.fixture
def run(make_repo, files, monkeypatch, tmp_path):
    """Carry the plan out with so many jobs, in the repository as it was, at the same place; the clock stands still."""
    fresh, place = cache(lambda: make_repo(files)), tmp_path / "repo"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def carry_out(jobs: int | None) -> tuple[Case, RunRecord]:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(fresh(), place)
        case = Case(place, Means(lambda: ONCE, lambda: "run-1", {"PATH": "/usr/bin:/bin"}))
        return case, case.run(jobs=jobs)

    return carry_out


def without_times(value: object) -> object:
    """Return a value with all durations 0: they alone may differ."""
    if isinstance(value, tuple):
        return tuple(map(without_times, value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    same = {one.name: without_times(getattr(value, one.name)) for one in fields(value) if one.init}
    return replace(value, **same | ({"seconds": 0.0} if "seconds" in same else {}))


def decisive(case: Case) -> Iterator[object]:
    """Yield what happened in a run but for what was begun ahead in vain."""
    for event in case.events:
        if not isinstance(event, GateUnneeded):
            yield replace(event, options="") if isinstance(event, RunStarted) else without_times(event)


def test_whatever_the_number_of_jobs_the_same_happens_in_the_same_order(run, tmp_path):
    alone, expected = run(1)
    assert not (tmp_path / "crowded").exists()
    guilty = [one.path for one in expected.quarantined]
    assert sorted(guilty) == ["app/u1.py", "app/u2.py", "app/u5.py", "app/u7.py"]
    assert expected.gate_runs_unneeded == 0
    for jobs in (2, 3):
        case, record = run(jobs)
        assert record.head == expected.head, "the same commit id"
        assert record.quarantined == expected.quarantined, "the same evidence"
        assert [*decisive(case)] == [*decisive(alone)], jobs
        in_vain = sum(isinstance(one, GateUnneeded) for one in case.events)
        assert record.gate_runs_unneeded == in_vain
        assert record.gate_runs == expected.gate_runs + in_vain, "every run is counted, and those in vain are named"
        assert in_vain > 0


def test_two_sandboxes_are_at_work_at_once(run, tmp_path):
    (tmp_path / "patience").write_text("60")
    run(2)
    places = (tmp_path / "met").read_text().split("\n")
    assert [Path(one).parts[-3:] for one in places] == [("1", "sandbox", "tree"), ("2", "sandbox", "tree")]


def test_where_nobody_asks_for_more_there_is_one_sandbox(run, tmp_path):
    (tmp_path / "patience").write_text("0.1")
    run(None)
    assert not (tmp_path / "crowded").exists()
    assert not (tmp_path / "met").exists()


BESIDE = """\
import os, pathlib, sys
with (pathlib.Path(sys.argv[1]) / 'log').open('a') as log:
    log.write(f"{sys.argv[2]} {pathlib.Path.cwd().parts[-3]} {'build' in pathlib.Path('app/u2.py').read_text()}\\n")
"""


def test_gates_of_one_level_run_side_by_side_and_no_level_before_its_turn(run, files, tmp_path):
    (tmp_path / "patience").write_text("0")
    gate = '\n[[gates]]\nid = "{0}"\nlevel = "{1}"\nrun = ["{{python}}", "-c", {2}, {3}, "{0}"]\n'
    words = json.dumps(BESIDE), json.dumps(str(tmp_path))
    more = (("one", "static"), ("two", "static"), ("late", "protected"))
    files["plans/small.toml"] += "".join(gate.format(name, level, *words) for name, level in more)
    _, record = run(2)
    assert record.gate_runs_unneeded > 0, "the search for the guilty guessed"
    ran = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert {tuple(one[:2]) for one in ran[:2]} == {("one", "1"), ("two", "2")}, "the base"
    assert len([one for one in ran if one[0] == "one"]) == len([one for one in ran if one[0] == "two"]) == 3
    assert [one[2] for one in ran if one[0] == "late"] == ["False", "False"], "the base, and what passed the others"

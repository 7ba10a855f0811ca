"""Every nasty suite gets its verdict, and nothing of it lives on."""

from __future__ import annotations

from dataclasses import replace

import psutil
import pytest
from making import gate
from nasty_suites import SUITES, Nasty

from workbench.gates.bench import Bench
from workbench.gates.command import run_command
from workbench.model.gate import Verdict

SECRET = "s3cret-of-the-environment"


def marks(nasty: Nasty) -> tuple[pytest.MarkDecorator, ...]:
    return (pytest.mark.nightly,) if nasty.slow else ()


def alive(mark: str) -> list[int]:
    """Return the processes that were started with `mark` in their environment, whoever their parent is now."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("NASTY") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


@pytest.mark.parametrize("nasty", [pytest.param(one, id=one.name, marks=marks(one)) for one in SUITES])
def test_a_nasty_suite_gets_its_verdict_and_leaves_nobody(bench: Bench, nasty: Nasty) -> None:
    (bench.scratch / "suite.py").write_text(nasty.script)
    report_to = ("{junit}",) if nasty.junit else ()
    spec = gate("{python}", str(bench.scratch / "suite.py"), *report_to, **{"timeout": 60.0, **nasty.keys})
    mark = str(bench.scratch)
    report = run_command(spec, bench=replace(bench, env={**bench.env, "NASTY": mark}), files=())
    assert (report.verdict, alive(mark)) == (nasty.verdict, []), report.reason
    assert report.reason or report.verdict is Verdict.PASS
    assert len(report.output) <= 16_000


def test_a_process_that_was_left_would_be_seen(bench: Bench) -> None:
    mark = str(bench.scratch)
    with psutil.Popen(["sleep", "60"], env={"NASTY": mark, "PATH": bench.env["PATH"]}) as process:
        assert alive(mark) == [process.pid]
        process.kill()


def test_a_command_that_is_not_there_did_not_finish(bench: Bench) -> None:
    report = run_command(gate("no-such-program"), bench=bench, files=())
    assert report.verdict is Verdict.ERROR
    assert "cannot start no-such-program" in report.reason


def test_a_secret_is_not_repeated(bench: Bench) -> None:
    told = replace(bench, env={**bench.env, "TOKEN": SECRET}, environ={"TOKEN": SECRET})
    script = "import os; print('it is', os.environ['TOKEN']); raise SystemExit(1)"
    report = run_command(gate("{python}", "-c", script), bench=told, files=())
    assert report.verdict is Verdict.FAIL
    assert "it is" in report.output
    assert SECRET not in report.output

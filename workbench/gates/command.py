"""Runs one command gate on the bench and brings back what it said, test by test, with secrets taken out."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from workbench.gates.bench import Bench
from workbench.gates.process import Ended, run_process
from workbench.gates.recorded import read_record, recording
from workbench.gates.reports import TestReport, Unreadable, read_junit
from workbench.gates.streams import read_lines, read_subunit, read_tap
from workbench.gates.verdict import conclude, runs_pytest
from workbench.gates.witnessed import strangers, witnessing
from workbench.model.errors import ProvenanceFailed
from workbench.model.gate import GateReport, Verdict
from workbench.model.redact import redactor
from workbench.planning.spec import GateSpec, LinesReport

_TAIL = 16_000
_WINDOW = 256_000
"""Read this much to keep `_TAIL` of it: a secret cut in two at the window's edge is never kept."""

_PLACEHOLDER = re.compile(r"\{(python|junit|sandbox|files)\}")


def names_files(gate: GateSpec) -> bool:
    """Say whether a gate's command is given the changed files, so that it judges those alone."""
    return any("{files}" in word for word in gate.run)


def run_command(gate: GateSpec, *, bench: Bench, files: tuple[str, ...]) -> GateReport:
    """Run a command gate once and report its raw verdict with the evidence.

    `files` are the changed files, POSIX from the sandbox; those that are gone are left out, and a gate
    that names files but has none is skipped. Whatever goes wrong is in the report, but for a gate that tested
    other code: ProvenanceFailed, naming a module and both its places.
    """
    present = tuple(path for path in files if (bench.sandbox / path).is_file())
    if names_files(gate) and not present:
        return GateReport(gate.id, gate.level, Verdict.SKIP, 0.0, reason="no changed file to judge")
    with tempfile.TemporaryDirectory(prefix=f"{gate.id}-", dir=bench.scratch) as directory:
        output, junit, record = (Path(directory, name) for name in ("output", "junit.xml", "record"))
        env, witness, began = _environment(gate, bench), Path(directory, "witness"), time.time()
        if bench.wanted:
            env = witnessing(env, witness, bench.wanted)
        ended = run_process(
            _argv(gate, bench, junit=junit, files=_as_arguments(present, gate.cwd)),
            cwd=bench.sandbox / gate.cwd,
            env=recording(env, record) if gate.report == "pytest" else env,
            timeout=gate.timeout,
            output=output,
            inherit=bench.inherit,
            leash=bench.leash,
        )
        _refuse_strangers(gate, bench, witness, began)
        found = _evidence(gate, ended, output=output, junit=junit, record=record)
        return _report(gate, ended, found, tail=_tail(output), secrets={**bench.environ, **dict(gate.env)})


def _refuse_strangers(gate: GateSpec, bench: Bench, witness: Path, began: float) -> None:
    for one in strangers(witness, bench.wanted, sandbox=bench.sandbox.resolve(), before=began):
        raise ProvenanceFailed(
            f"the gate `{gate.id}` does not test the sandbox: "
            f"{one.module} came from {one.found}, not from {one.wanted}",
            hint="see what puts that place before PYTHONPATH: a conftest, a setting of pytest, the gate's own `env`",
        )


def _argv(gate: GateSpec, bench: Bench, *, junit: Path, files: tuple[str, ...]) -> list[str]:
    values = {"python": str(bench.python), "junit": str(junit), "sandbox": str(bench.sandbox)}
    if gate.shell:
        quoted = {name: shlex.quote(value) for name, value in values.items()}
        quoted["files"] = shlex.join(files)
        return ["/bin/sh", "-c", _fill(" ".join(gate.run), quoted)]
    return [word for part in gate.run for word in _expand(part, values, files)]


def _expand(part: str, values: Mapping[str, str], files: tuple[str, ...]) -> Iterator[str]:
    """Yield a word of the command; one with {files} in it once for each file."""
    for file in files if "{files}" in part else ("",):
        yield _fill(part, {**values, "files": file})


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _as_arguments(files: tuple[str, ...], cwd: str) -> tuple[str, ...]:
    """Return paths as seen from `cwd`, none of which a program could take for an option."""
    paths = (os.path.relpath(path, cwd) for path in files)
    return tuple(f"./{path}" if path.startswith("-") else path for path in paths)


def _environment(gate: GateSpec, bench: Bench) -> dict[str, str]:
    """Lay the gate's own variables over the bench's; its PYTHONPATH goes before the sandbox's, never instead."""
    own = dict(gate.env)
    if "PYTHONPATH" in own and "PYTHONPATH" in bench.env:
        own["PYTHONPATH"] += os.pathsep + bench.env["PYTHONPATH"]
    return {**bench.env, **own}


def _evidence(
    gate: GateSpec, ended: Ended, *, output: Path, junit: Path, record: Path
) -> TestReport | Unreadable | None:
    if gate.report == "exit-code":
        return None
    if gate.report == "junit":
        return read_junit(junit, counted=not runs_pytest(gate.run))
    if gate.report == "pytest":
        return read_record(record)
    if ended.left_out:
        return Unreadable(f"{ended.left_out} bytes of the output it should be read from were too many to keep")
    return _printed(gate.report, output)


def _printed(report: Literal["tap", "subunit"] | LinesReport, output: Path) -> TestReport | Unreadable:
    if isinstance(report, LinesReport):
        return read_lines(output, report.lines)
    return read_tap(output) if report == "tap" else read_subunit(output)


def _report(
    gate: GateSpec,
    ended: Ended,
    found: TestReport | Unreadable | None,
    *,
    tail: str,
    secrets: Mapping[str, str],
) -> GateReport:
    verdict, reason = conclude(ended, found, pytest=runs_pytest(gate.run), codes=gate.fail_codes)
    clean = redactor(secrets)
    evidence = found if isinstance(found, TestReport) else None
    return GateReport(
        gate=gate.id,
        level=gate.level,
        verdict=verdict,
        seconds=ended.seconds,
        exit_code=ended.exit_code,
        tests=None if evidence is None else evidence.tests,
        output=clean(tail)[-_TAIL:],
        failures={} if evidence is None else {test: clean(said) for test, said in evidence.failures.items()},
        reason=clean(reason),
    )


def _tail(output: Path) -> str:
    with output.open("rb") as file:
        file.seek(max(0, output.stat().st_size - _WINDOW))
        return file.read().decode("utf-8", "backslashreplace")

"""A gate that never began is told from one that is red, by what pytest and Python themselves say."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from making import PYTEST, gate

from workbench.gates.beginning import never_began
from workbench.gates.bench import Bench
from workbench.gates.command import run_command
from workbench.model.gate import GateReport, Level, Outcome, Verdict


def red(code: int, output: str = "", tests: Mapping[str, Outcome] | None = None) -> GateReport:
    return GateReport("unit", Level.TESTS, Verdict.FAIL, 1.0, exit_code=code, tests=tests, output=output, reason="red")


@pytest.mark.parametrize(
    ("words", "files", "why"),
    [
        pytest.param(("--no-such",), {}, "error: unrecognized arguments: --no-such", id="usage"),
        pytest.param(
            (), {"conftest.py": "import nowhere\n"}, "ModuleNotFoundError: No module named 'nowhere'", id="conftest"
        ),
        pytest.param(("gone",), {}, "ERROR: file or directory not found: gone", id="folder"),
    ],
)
def test_what_pytest_cannot_begin_it_says(bench: Bench, fill, words, files, why) -> None:
    fill({"test_a.py": "def test_a(): pass\n", **files})
    spec = gate(*PYTEST, *words)
    assert never_began(run_command(spec, bench=bench, files=()), spec) == why


@pytest.mark.parametrize(
    ("report", "run", "why"),
    [
        pytest.param(red(4), ("pytest",), "red", id="nothing said"),
        pytest.param(red(4, "error: x", {"a": Outcome.FAILED}), ("pytest",), "", id="a test was red"),
        pytest.param(red(2, "error: x", {}), ("pytest",), "", id="not its code"),
        pytest.param(red(4, "error: x"), ("make",), "", id="not pytest"),
        pytest.param(red(1, "/bin/python3: No module named mypy\n"), ("x",), "No module named mypy", id="no module"),
        pytest.param(red(1, "E\n/bin/python3: No module named mypy\n"), ("x",), "", id="said by a test"),
        pytest.param(GateReport("unit", Level.TESTS, Verdict.PASS, 1.0, exit_code=4), ("pytest",), "", id="green"),
    ],
)
def test_only_what_is_certain_never_began(report: GateReport, run: tuple[str, ...], why: str) -> None:
    assert never_began(report, gate(*run)) == why

"""Where the changed modules came from, as the gate's own Python tells it: only an original is told of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from making import gate

from workbench.gates.bench import Bench
from workbench.gates.command import run_command
from workbench.gates.provenance import is_deaf
from workbench.model.errors import ProvenanceFailed
from workbench.model.gate import GateReport, Verdict

Fill = Callable[..., None]


@pytest.fixture
def bench(bench: Bench, fill: Fill, tmp_path: Path) -> Bench:
    """A bench with a module to be watched, of which the user's checkout has another one."""
    (tmp_path / "checkout/app").mkdir(parents=True)
    (tmp_path / "checkout/app/a.py").write_text("")
    fill({"app/a.py": ""})
    return replace(bench, wanted={"app.a": frozenset(["app/a.py"])})


def python(bench: Bench, script: str, *words: str) -> GateReport:
    (bench.scratch / "script.py").write_text(script)
    return run_command(gate("{python}", *words, str(bench.scratch / "script.py")), bench=bench, files=())


def original(tmp_path: Path) -> str:
    return f"import sys\nsys.path.insert(0, {str(tmp_path / 'checkout')!r})\nimport app.a\n"


def test_an_original_is_told_of_with_both_places(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(ProvenanceFailed) as raised:
        python(bench, original(tmp_path))
    found, wanted = tmp_path / "checkout/app/a.py", bench.sandbox / "app/a.py"
    assert raised.value.message.endswith(f"app.a came from {found}, not from {wanted}")
    assert raised.value.exit_code == 5


@pytest.mark.parametrize("tail", ["raise SystemExit(1)", "1 / 0", "import os; os.chdir('/')", "del sys.modules['app']"])
def test_however_the_gate_ends(bench: Bench, tmp_path: Path, tail: str) -> None:
    with pytest.raises(ProvenanceFailed):
        python(bench, original(tmp_path) + tail)


def test_a_child_is_asked_too(bench: Bench, tmp_path: Path) -> None:
    script = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', {!r}], check=True)\n"
    with pytest.raises(ProvenanceFailed):
        python(bench, script.format(original(tmp_path)))


def test_workers_of_xdist_are_asked_too(bench: Bench, fill: Fill, tmp_path: Path) -> None:
    pytest.importorskip("xdist")
    fill({"test_a.py": f"def test_a():\n    {'; '.join(original(tmp_path).splitlines())}\n"})
    with pytest.raises(ProvenanceFailed):
        run_command(gate("{python}", "-m", "pytest", "-p", "xdist", "-n", "1"), bench=bench, files=())


@pytest.mark.parametrize(
    "script",
    [
        "import app.a",
        # A copy that the gate makes itself, as of a wheel that it builds and tries, is no original.
        "import sys, shutil\nshutil.copytree('app', '../made/app'); sys.path.insert(0, '../made'); import app.a",
        # Another module of that name in the same tree belongs to it.
        "import sys\nsys.path.insert(0, 'examples'); import app.a",
        # A module that is none of those that the plan changes may come from anywhere.
        "import json",
    ],
    ids=["sandbox", "a copy made by the gate", "a namesake in the tree", "another"],
)
def test_all_else_is_as_it_should_be(bench: Bench, fill: Fill, script: str) -> None:
    fill({"examples/app/a.py": ""})
    assert python(bench, script).verdict is Verdict.PASS


def test_a_gate_is_not_disturbed(bench: Bench, fill: Fill) -> None:
    """Its path is as without us, and the `sitecustomize` of its own environment runs, an error in it included."""
    fill({"sitecustomize.py": "print('here I am')\n"})
    script = "import sys, sitecustomize; print(sys.path[1:]); assert sitecustomize"
    watched, alone = python(bench, script), python(replace(bench, wanted={}), script)
    assert watched.output.splitlines() == alone.output.splitlines()
    assert watched.output.startswith("here I am")
    fill({"sitecustomize.py": "raise SystemExit('broken environment')\n"})
    assert "broken environment" in python(bench, "").output


def test_a_compiled_module_in_the_place_of_the_changed_file_is_told_of(bench: Bench, fill: Fill) -> None:
    fill({"app/a.compiled": ""})
    assert python(bench, "import app.a; app.a.__file__ = 'app/other.compiled'").verdict is Verdict.PASS
    with pytest.raises(ProvenanceFailed, match=r"app\.a came from \S+/app/a\.compiled, not from"):
        python(bench, "import app.a; app.a.__file__ = 'app/a.compiled'")


def test_a_gate_that_takes_the_answers_away_says_nothing(bench: Bench) -> None:
    script = "import os, shutil; shutil.rmtree(os.environ['WORKBENCH_WITNESS'])"
    assert python(bench, script).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("command", "deaf"),
    [
        ("{python} -m pytest", False),
        ("{python} -I -m pytest", True),
        ("{python} -P -sE check.py", True),
        ("{python} -W error -X dev -S check.py", True),
        ("{python} -m pytest -E linux", False),
        ("{python} check.py -I", False),
        ("pytest -I", False),
    ],
)
def test_options_that_make_python_deaf(command: str, *, deaf: bool) -> None:
    assert is_deaf(command.split()) is deaf


def test_the_folder_of_the_witness_holds_nothing_else() -> None:
    """Whatever lies there would come before every module of that name in every gate."""
    from workbench.gates import witnessed

    folder = Path(witnessed.__file__).with_name("witness")
    assert {path.name for path in folder.iterdir()} - {"__pycache__"} == {"sitecustomize.py"}

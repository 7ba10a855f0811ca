"""What `doctor` asks of the machine that gates will need."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from making import gate, plan

from workbench.gates.checkup import commands, interpreter
from workbench.model.diagnosis import Health


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Make an interpreter that starts and cannot import pytest."""
    place = tmp_path / "python"
    place.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    place.chmod(0o755)
    return place


@pytest.mark.parametrize(
    ("run", "health", "mend"),
    [(("{python}", "-m", "pytest"), Health.MEND, "-m pip install pytest"), (("true",), Health.NOTE, "will need it")],
)
def test_without_pytest_it_depends_on_the_gates(bare: Path, run: tuple[str, ...], health: Health, mend: str) -> None:
    spec = plan(python=str(bare)).model_copy(update={"gates": (gate(*run),)})
    started, pytest_ = interpreter(spec, None, {"PATH": os.defpath}, lambda _: False)
    assert (started.check, started.health) == ("interpreter", Health.OK)
    assert (pytest_.check, pytest_.health) == ("pytest", health)
    assert f"cannot be imported by {bare}: ModuleNotFoundError" in pytest_.told
    assert mend in pytest_.mend


def test_a_program_is_looked_for_where_its_first_word_says(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/there").write_text("#!/bin/sh\n")
    (tmp_path / "bin/there").chmod(0o755)
    (tmp_path / "plain").write_text("")
    asked: list[str] = []
    spec = plan().model_copy(
        update={
            "gates": tuple(
                gate(word, id=f"g{number}", cwd="sub", level="tests")
                for number, word in enumerate(
                    ("there", "nowhere", str(tmp_path / "bin/there"), str(tmp_path / "plain"), "../run.sh", "{python}")
                )
            )
        }
    )
    found = commands(
        spec, tmp_path / "bin/python", {"PATH": "/nonexistent"}, lambda path: asked.append(path) or path == "run.sh"
    )
    assert asked == ["run.sh"]
    assert (found.health, found.told) == (Health.MEND, f"nowhere (g1), {tmp_path}/plain (g3): not found")

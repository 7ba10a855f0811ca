"""What gates see: an allow-list, the plan's names, the sandbox first, and no bytecode of another tree."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from making import gate, plan

from workbench.gates.bench import Bench
from workbench.gates.command import run_command
from workbench.gates.environment import gate_environment

USER = {
    "PATH": "/usr/bin",
    "HOME": "/home/me",
    "LC_TIME": "C",
    "GIT_DIR": "/repo/.git",
    "WORKBENCH_FAULT": "keep:1:kill",
    "API_TOKEN": "not yours",
    "DATABASE_URL": "db",
    "PYTHONPATH": "/behind",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}


def made(tmp_path: Path, **run: object) -> dict[str, str]:
    return gate_environment(
        plan(**run), sandbox=tmp_path, python=Path("/env/bin/python"), environ=USER, pycache=Path("/cache")
    )


def test_only_the_base_and_the_plans_names_pass(tmp_path: Path) -> None:
    assert made(tmp_path, env=["DATABASE_URL", "NOT_SET"]) == {
        "DATABASE_URL": "db",
        "HOME": "/home/me",
        "LC_TIME": "C",
        "PATH": "/env/bin:/usr/bin",
        "PYTHONPATH": str(tmp_path),
        "PYTHONPYCACHEPREFIX": "/cache",
        "TERM": "dumb",
    }


def test_nothing_of_gits_or_ours_passes_even_when_asked_for(tmp_path: Path) -> None:
    assert made(tmp_path, env=["GIT_DIR", "WORKBENCH_FAULT"]) == made(tmp_path)


def test_the_plans_pythonpath_lies_in_the_sandbox_and_comes_first(tmp_path: Path) -> None:
    found = made(tmp_path, pythonpath=["src", "."], env=["PYTHONPATH"])
    assert found["PYTHONPATH"] == os.pathsep.join([f"{tmp_path}/src", str(tmp_path), "/behind"])


def test_source_roots_stand_in_for_pythonpath(tmp_path: Path) -> None:
    spec = plan(source_roots=("lib",))
    found = gate_environment(spec, sandbox=tmp_path, python=Path("/p"), environ={}, pycache=tmp_path)
    assert found["PYTHONPATH"] == f"{tmp_path}/lib"


def test_a_virtual_environment_is_known_by_its_own_mark(tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").touch()
    found = gate_environment(
        plan(), sandbox=tmp_path, python=tmp_path / "bin" / "python", environ=USER, pycache=tmp_path
    )
    assert found["VIRTUAL_ENV"] == str(tmp_path)
    assert "VIRTUAL_ENV" not in made(tmp_path)


def test_bytecode_of_another_tree_is_not_believed(bench: Bench, tmp_path: Path) -> None:
    def said(value: int, cache: str) -> str:
        module = bench.sandbox / "stale.py"
        module.write_text(f"VALUE = {value}\n")
        os.utime(module, (1_000_000_000, 1_000_000_000))
        env = gate_environment(
            plan(), sandbox=bench.sandbox, python=Path(sys.executable), environ=USER, pycache=tmp_path / cache
        )
        asked = gate("{python}", "-c", "import stale; print(stale.VALUE)")
        return run_command(asked, bench=replace(bench, env=env), files=()).output.strip()

    assert said(1, "first") == "1"
    assert said(2, "first") == "1", "the trap is real: same size, same second"
    assert said(2, "second") == "2"
    assert not list(bench.sandbox.rglob("__pycache__"))

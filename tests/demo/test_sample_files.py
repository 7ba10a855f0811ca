"""The sample is the same everywhere, is Python, and is varied."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from workbench.demo import generate
from workbench.demo.writing import plan_file

ROOT = Path(__file__).resolve().parents[2]

_GENERATE = "import sys; from pathlib import Path; from workbench.demo import generate; generate(Path(sys.argv[1]))"


def tree(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.mark.parametrize("seed", ["0", "1", "20"])
def test_another_process_writes_the_same_bytes(sample: Path, tmp_path: Path, seed: str):
    env = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", _GENERATE, tmp_path / "again"], check=True, env=env, cwd=ROOT)

    assert tree(tmp_path / "again") == tree(sample)


def test_writing_over_an_older_sample_restores_it(sample: Path, tmp_path: Path):
    generate(tmp_path)
    (tmp_path / "tests" / "support.py").write_text("spoiled", encoding="utf-8")
    generate(tmp_path)

    assert tree(tmp_path) == tree(sample)


def test_every_file_compiles_and_no_mark_is_left(sample: Path):
    for path in sorted(sample.rglob("*.py")):
        source = path.read_bytes()
        compile(source, path.name, "exec")
        assert "⟦" not in source.decode("utf-8"), path
        assert "$" not in source.decode("utf-8"), path


def test_the_sample_holds_what_real_trees_hold(sample: Path):
    sources = {path.name: path.read_bytes() for path in sample.rglob("*.py")}

    assert {name for name, source in sources.items() if b"\r\n" in source} == {
        "import_job.py",
        "test_receipt_contract.py",
    }
    assert {name for name, source in sources.items() if source.startswith(b"\xef\xbb\xbf")} == {"digest_job.py"}
    assert {name for name, source in sources.items() if source and not source.endswith(b"\n")} == {"glossary_agent.py"}


def test_no_two_files_say_the_same(sample: Path):
    bodies = [path.read_bytes() for path in sample.rglob("*.py") if path.name != "__init__.py"]

    assert len(set(bodies)) == len(bodies) > 150


def test_the_plan_is_that_of_the_clone_and_a_wheel_takes_it_along(sample: Path):
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packed = metadata["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert packed == {"plans": "workbench/demo/data/plans"}
    assert plan_file() == (ROOT / "plans" / "websocket-ssot.toml").read_bytes()
    assert (sample / "plans" / "websocket-ssot.toml").read_bytes() == plan_file()

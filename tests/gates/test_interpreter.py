"""Which interpreter the gates use, and what is said when there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.gates.interpreter import find_python
from workbench.model.errors import EnvironmentFailed
from workbench.planning.spec import RunSpec


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def everywhere(tmp_path: Path) -> dict[str, str]:
    """An environment with an active virtual environment, a repository's own, and a python3 on PATH."""
    for place in ("active/bin/python", "repo/.venv/bin/python", "path/python3", "repo/tools/python"):
        program(tmp_path / place)
    return {"VIRTUAL_ENV": str(tmp_path / "active"), "PATH": str(tmp_path / "path")}


def test_the_plan_comes_first_and_is_read_from_the_repository(tmp_path: Path, everywhere: dict[str, str]) -> None:
    run = RunSpec(python="tools/python")
    assert find_python(run, tmp_path / "repo", everywhere) == tmp_path / "repo/tools/python"


def test_a_bare_name_is_looked_up_on_path(tmp_path: Path, everywhere: dict[str, str]) -> None:
    assert find_python(RunSpec(python="python3"), tmp_path / "repo", everywhere) == tmp_path / "path/python3"


def test_then_the_active_environment_the_repositorys_and_path(tmp_path: Path, everywhere: dict[str, str]) -> None:
    repo = tmp_path / "repo"
    assert find_python(RunSpec(), repo, everywhere) == tmp_path / "active/bin/python"
    del everywhere["VIRTUAL_ENV"]
    assert find_python(RunSpec(), repo, everywhere) == repo / ".venv/bin/python"
    assert find_python(RunSpec(), None, everywhere) == tmp_path / "path/python3"


def test_the_link_of_a_virtual_environment_is_not_followed(tmp_path: Path) -> None:
    link = tmp_path / "repo/.venv/bin/python"
    link.parent.mkdir(parents=True)
    link.symlink_to(program(tmp_path / "python3.11"))
    assert find_python(RunSpec(), tmp_path / "repo", {"PATH": ""}) == link


def test_a_given_one_that_is_missing_is_never_replaced(tmp_path: Path, everywhere: dict[str, str]) -> None:
    with pytest.raises(EnvironmentFailed, match=r"tried .*repo/venv/bin/python$") as raised:
        find_python(RunSpec(python="venv/bin/python"), tmp_path / "repo", everywhere)
    assert raised.value.exit_code == 5
    assert raised.value.hint


def test_everything_that_was_tried_is_named(tmp_path: Path) -> None:
    environ = {"VIRTUAL_ENV": str(tmp_path / "gone"), "PATH": str(tmp_path)}
    with pytest.raises(EnvironmentFailed) as raised:
        find_python(RunSpec(), tmp_path, environ)
    for tried in ("gone/bin/python ($VIRTUAL_ENV)", ".venv/bin/python", "python3 on PATH", "python on PATH"):
        assert tried in raised.value.message


def test_what_cannot_be_executed_is_no_interpreter(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("")
    with pytest.raises(EnvironmentFailed):
        find_python(RunSpec(python="python"), tmp_path, {"PATH": os.devnull})

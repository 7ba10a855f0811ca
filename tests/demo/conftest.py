"""The sample on disk once per worker, and its suites run as the plan's gates run them."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from workbench.demo import generate

Results = Mapping[str, str]
"""Test id → why it failed, "" if it passed."""
Judge = Callable[..., Results]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sample")
    generate(directory)
    return directory


@pytest.fixture(scope="session")
def plan(sample: Path) -> Mapping[str, Any]:
    return tomllib.loads((sample / "plans" / "websocket-ssot.toml").read_text(encoding="utf-8"))


@pytest.fixture
def judge(plan: Mapping[str, Any], tmp_path: Path) -> Judge:
    """`judge(tree, gate)` runs a gate's command in a tree, or only one file of it."""

    def run(tree: Path, gate: str, only: str = "") -> Results:
        spec = next(one for one in plan["gates"] if one["id"] == gate)
        report = tmp_path / f"{gate}.xml"
        values = {"{python}": sys.executable, "--junitxml={junit}": f"--junitxml={report}"}
        command = [values.get(word, word) for word in spec["run"]]
        command = [f"{word}/{only}" if only and word.startswith("tests/") else word for word in command]
        env = {**os.environ, **spec["env"], "PYTHONDONTWRITEBYTECODE": "1"}
        ended = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)
        assert ended.returncode in (0, 1), ended.stdout + ended.stderr
        return {
            f"{case.get('classname')}::{case.get('name')}": _reason(case) for case in ET.parse(report).iter("testcase")
        }

    return run


def _reason(case: ET.Element) -> str:
    return next((one.get("message", "") for one in case if one.tag in ("failure", "error")), "")

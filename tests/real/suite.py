"""Pyramid's own tests, run without workbench: the judge of what workbench's gates said."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

TESTS = 2635
"""How many tests the release has; all of them pass in the environment made for it."""

GATE = f"""
[run]
python = "{{python}}"
pythonpath = {{pythonpath}}

[[gates]]
id = "suite"
level = "tests"
run = ["{{{{python}}}}", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", "--junitxml={{{{junit}}}}"]
min_tests = {TESTS}
timeout = 300
"""
"""The end of a plan file, to be formatted with `python` and `pythonpath`."""


@dataclass(frozen=True)
class Suite:
    """Runs tests of a tree with one interpreter; `reports` is a directory for what they write."""

    python: Path
    reports: Path

    def run(self, tree: Path, *paths: str) -> dict[str, str]:
        """Return "" for each test that passed, and the message of each that did not."""
        report = self.reports / "junit.xml"
        report.unlink(missing_ok=True)
        words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *(paths or ("tests",)))
        environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": "src:.", "PYTHONDONTWRITEBYTECODE": "1"}
        ended = subprocess.run(
            [self.python, *words], cwd=tree, env=environ, capture_output=True, text=True, check=False
        )
        assert ended.returncode in (0, 1), ended.stdout + ended.stderr
        return {
            f"{case.get('classname')}::{case.get('name')}": _message(case) for case in ET.parse(report).iter("testcase")
        }

    def red(self, tree: Path, *paths: str) -> set[str]:
        """Return the tests that do not pass."""
        return {test for test, message in self.run(tree, *paths).items() if message}


def _message(case: ET.Element) -> str:
    return next((one.get("message") or one.tag for one in case if one.tag in ("failure", "error")), "")

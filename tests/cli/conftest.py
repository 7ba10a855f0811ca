"""Runs the command line in this process, with verbs made for the test beside the real ones."""

import sys
from types import ModuleType

import pytest

from tests.command_line import answered
from workbench.cli.verbs import VERBS


@pytest.fixture
def verb(monkeypatch):
    """Add a verb for one test: `verb(function)` registers it under the function's name."""

    def add(function):
        module = ModuleType(f"workbench.cli.{function.__name__}")
        setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(VERBS, function.__name__, "A verb made for a test.")

    return add


class Ran:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def call(monkeypatch, tmp_path):
    """Answer a command line; gives code, out and err. Bugs are logged under `tmp_path`/state."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments, encoding="utf-8"):
        ran = answered(*arguments, encoding=encoding)
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    return run

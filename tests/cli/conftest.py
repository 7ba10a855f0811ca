"""Runs the command line in this process, with verbs made for the test beside the real ones."""

import io
import sys
from types import ModuleType

import pytest

from workbench.cli.boundary import answer
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
        streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True) for _ in range(2)]
        monkeypatch.setattr(sys, "stdout", streams[0])
        monkeypatch.setattr(sys, "stderr", streams[1])
        code = answer(list(arguments))
        return Ran(code, *(one.buffer.getvalue().decode("utf-8") for one in streams))

    return run

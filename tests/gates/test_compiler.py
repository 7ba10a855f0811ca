"""The helper in the target's interpreter: what it refuses, and that it comes back from anything."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from workbench.gates.compiler import Compiler, Refusal
from workbench.model.errors import EnvironmentFailed


@pytest.fixture
def compiler() -> Iterator[Compiler]:
    with Compiler(Path(sys.executable)) as compiler:
        yield compiler


def interpreter(tmp_path: Path, body: str) -> Path:
    """Make a program that is started like an interpreter and runs `body` in place of the helper."""
    path = tmp_path / "python"
    path.write_text(f"#!{sys.executable}\n{body}")
    path.chmod(0o755)
    return path


def helpers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if one.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"x = 1\n",
        b"\xef\xbb\xbfx = 1\r\n",
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"def f():\n    return await_\n",
        b"assert (1, 'always true')\n",
        b"x = '\\d'\n",
        b"raise SystemExit(1)\n",
    ],
)
def test_what_compiles_is_accepted_and_not_run(compiler: Compiler, source: bytes) -> None:
    assert compiler.compile("a.py", source) is None


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        (b"x = 1\nx = (\n", 2, "was never closed"),
        (b"return 1\n", 1, "outside function"),
        (b"from __future__ import annotations, nothing\n", 1, "nothing"),
        (b"x = 1\nfrom __future__ import annotations\n", 2, "must occur at the beginning"),
        (b"x = '\xff'\n", None, ""),
        (b"# coding: no-such\n", None, ""),
        (b"x = 1\0\n", None, "null bytes"),
        (b"-" * 200_000 + b"1", None, ""),
    ],
)
def test_what_does_not_compile_is_refused_with_its_line(
    compiler: Compiler, source: bytes, line: int | None, message: str
) -> None:
    refusal = compiler.compile("a.py", source)
    assert refusal is not None
    assert message in refusal.message
    assert line is None or refusal.line == line


def test_refusals_read_well() -> None:
    assert str(Refusal(3, "invalid syntax")) == "line 3: invalid syntax"
    assert str(Refusal(None, "null bytes")) == "null bytes"


def test_one_helper_serves_many_sources_and_goes_at_the_end(compiler: Compiler) -> None:
    before = set(helpers())
    for number in range(50):
        assert compiler.compile(f"{number}.py", b"x = %d\n" % number) is None
    assert len(set(helpers()) - before) == 1
    compiler.__exit__(None, None, None)
    assert not set(helpers()) - before


def test_a_helper_that_was_killed_is_replaced(compiler: Compiler) -> None:
    before = set(helpers())
    compiler.compile("a.py", b"")
    (helper,) = set(helpers()) - before
    helper.kill()
    helper.wait()
    assert compiler.compile("b.py", b"") is None


CRASH = "print('ready', flush=True)\nimport os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"
HANG = "print('ready', flush=True)\nimport time\ntime.sleep(60)\n"


def test_a_source_on_which_it_dies_twice_is_refused(tmp_path: Path) -> None:
    with Compiler(interpreter(tmp_path, CRASH)) as compiler:
        assert compiler.compile("a.py", b"#" * 1_000_000) == Refusal(None, "the compiler crashed (-11)")


def test_a_source_on_which_it_hangs_twice_is_refused(tmp_path: Path) -> None:
    with Compiler(interpreter(tmp_path, HANG), seconds=0.3) as compiler:
        assert compiler.compile("a.py", b"") == Refusal(None, "compiling took longer than 0.3 s")


@pytest.mark.parametrize("body", ["raise SystemExit(1)\n", "import time\ntime.sleep(60)\n"])
def test_an_interpreter_that_does_not_start_is_no_verdict_on_a_file(tmp_path: Path, body: str) -> None:
    with Compiler(interpreter(tmp_path, body), seconds=0.3) as compiler, pytest.raises(EnvironmentFailed):
        compiler.compile("a.py", b"")


def test_a_missing_interpreter_is_named(tmp_path: Path) -> None:
    with Compiler(tmp_path / "gone") as compiler, pytest.raises(EnvironmentFailed, match="gone does not start"):
        compiler.compile("a.py", b"")

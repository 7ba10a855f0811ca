"""Every guard of the safety protocol, taken out, turns a test red.

A test that nobody has seen red proves nothing. `guards.toml` names each guard, the few words that take it out, and
the test that must notice. Every push holds the list against the sources; `-m nightly` changes a copy of the project,
guard by guard, and runs that test there.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
GUARDS: list[Mapping[str, str]] = tomllib.loads(Path(__file__).with_name("guards.toml").read_text())["guard"]
PAGE = ROOT / "docs/reliability.md"
COPIED = ("workbench", "tests", "plans", "pyproject.toml", "README.md", "docs")
SECONDS = 300
each_guard = pytest.mark.parametrize("guard", GUARDS, ids=[re.sub(r"\W+", "-", one["what"]) for one in GUARDS])

# Bytecode is believed where a file kept its size and second, so each change gets a second of its own.
_times = count(1_000_000_000)


def rows() -> list[str]:
    """Return the table of the guards as `docs/reliability.md` has it."""
    return [f"| {one['what']} | `workbench/{one['file']}` | `tests/{one['test']}` |" for one in GUARDS]


def without(guard: Mapping[str, str]) -> str:
    """Return the file of a guard with the guard taken out."""
    return (ROOT / "workbench" / guard["file"]).read_text().replace(guard["out"], guard["put"])


@each_guard
def test_it_stands_where_it_is_said_to(guard: Mapping[str, str]) -> None:
    assert (ROOT / "workbench" / guard["file"]).read_text().count(guard["out"]) == 1
    ast.parse(without(guard))
    file, _, name = guard["test"].partition("::")
    assert f"def {name}(" in (ROOT / "tests" / file).read_text()


def test_the_page_lists_them_all() -> None:
    assert "\n".join(rows()) in PAGE.read_text()


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project to take guards out of."""
    where = tmp_path_factory.mktemp("copy")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, where / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, where / name)
    return where


@pytest.mark.nightly
def test_with_all_of_them_the_tests_are_green(copy: Path) -> None:
    ended = run_there(copy, *dict.fromkeys(one["test"] for one in GUARDS))
    assert ended.returncode == 0, ended.stdout


@pytest.mark.nightly
@each_guard
def test_without_it_a_test_is_red(guard: Mapping[str, str], copy: Path) -> None:
    with changed(copy / "workbench" / guard["file"], without(guard)):
        ended = run_there(copy, guard["test"])
    assert (ended.returncode, " failed" in ended.stdout) == (1, True), ended.stdout


@contextmanager
def changed(path: Path, text: str) -> Iterator[None]:
    kept = path.read_text()
    _write(path, text)
    try:
        yield
    finally:
        _write(path, kept)


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    now = next(_times)
    os.utime(path, (now, now))


def run_there(copy: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy on the package of the copy; nothing they started lives on."""
    beside = copy.with_name(f"{copy.name}-tmp")  # not inside: what a test starts there would find our own settings
    options = ("-x", "-n", "0", "-p", "no:randomly", "-p", "no:cacheprovider", f"--basetemp={beside}")
    command = [sys.executable, "-m", "pytest", *options, *(f"tests/{one}" for one in tests)]
    environ = {**os.environ, "PYTHONPATH": str(copy)}
    try:
        return subprocess.run(
            command, cwd=copy, env=environ, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    finally:
        _end_what_is_left(copy)


def _end_what_is_left(copy: Path) -> None:
    """End what a test started and, for want of a guard, nobody ended."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(copy) in " ".join((process.cwd(), *process.cmdline())):
                process.kill()

"""Runs a program on a copy of one file, in a directory that holds nothing else, and reads what it made of it."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workbench.codemod.foreign.editor import ProgramFailedError

_TOLD = 400
"""How many characters of a failed program's output are told."""
_SET_DEATH_SIGNAL = 1


@dataclass(frozen=True, slots=True)
class Program:
    """`argv` with `{file}` for the file's path; `beside` are (path, content) that lie in the directory too.

    It is run up to `rounds` times, until it changes nothing any more. `leaves` are files it may leave behind.
    """

    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    beside: tuple[tuple[str, bytes], ...]
    success_codes: frozenset[int]
    rounds: int
    seconds: float
    leaves: frozenset[str]

    @property
    def name(self) -> str:
        return Path(self.argv[0]).name


@lru_cache(maxsize=128)
def edited(program: Program, path: str, source: bytes) -> bytes:
    """Return what a program makes of a file; raises ProgramFailedError. Every step of a rewrite asks for it."""
    with tempfile.TemporaryDirectory(prefix="workbench-program-") as scratch:
        directory, home = Path(scratch, "tree"), Path(scratch, "home")
        home.mkdir()
        given = {**dict(program.beside), path: source}
        for name, content in given.items():
            place = directory / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        text = source
        for _ in range(program.rounds):
            _run(program, path, directory, environment(home, dict(program.env)))
            text, before = _read(program, directory, given, path), text
            if text == before:
                return text
        if program.rounds > 1:
            raise ProgramFailedError(f"{program.name} still changes the file after {program.rounds} rounds")
        return text


def environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a program: where programs are found, a home that goes with it, and what is given."""
    here = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LANG": "C.UTF-8"}
    return {**here, "XDG_CACHE_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", **more}


def end_with_caller() -> None:
    """In a child that is about to be a program: have it killed when the process that started it is gone."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)


def end_group(leader: int) -> None:
    """Kill a program and all it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _run(program: Program, path: str, directory: Path, env: Mapping[str, str]) -> None:
    argv = [word.replace("{files}", path).replace("{file}", path) for word in program.argv]
    if argv == list(program.argv):
        argv.append(path)
    found = shutil.which(argv[0], path=env["PATH"])
    if found is None:
        raise ProgramFailedError(f"there is no program {argv[0]}")
    with tempfile.TemporaryFile() as output:
        running = subprocess.Popen(
            [found, *argv[1:]],
            cwd=directory,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_caller,  # noqa: PLW1509 - workers have no other threads that hold a lock
        )
        try:
            code = running.wait(program.seconds)
        except subprocess.TimeoutExpired:
            raise ProgramFailedError(f"{program.name} took longer than {program.seconds:g} s") from None
        finally:
            end_group(running.pid)
            running.wait()
        if code not in program.success_codes:
            output.seek(0)
            told = output.read(1 << 20).decode("utf-8", "replace").strip()[-_TOLD:]
            raise ProgramFailedError(f"{program.name} ended with {code}" + (f": {told}" if told else ""))


def _read(program: Program, directory: Path, given: Mapping[str, bytes], path: str) -> bytes:
    """Return the file as it is now; raises if any other file is not what it was."""
    there = dict(_files(directory))
    for name in sorted(there.keys() | given.keys()):
        if name != path and there.get(name) != given.get(name) and name not in program.leaves:
            what = "took away" if name not in there else "changed" if name in given else "wrote"
            raise ProgramFailedError(f"{program.name} {what} {name}, which is not the file it was given")
    if path not in there:
        raise ProgramFailedError(f"{program.name} took the file away")
    return there[path]


def _files(directory: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files below a directory, without caches: `__pycache__`, and what is called `.some_cache`."""
    for folder, folders, names in os.walk(directory):
        folders[:] = [one for one in folders if not _is_cache(one)]
        for name in names:
            place = Path(folder, name)
            if place.is_file() and not place.is_symlink():
                yield place.relative_to(directory).as_posix(), place.read_bytes()


def _is_cache(folder: str) -> bool:
    return folder == "__pycache__" or (folder.startswith(".") and folder.endswith("_cache"))

"""A team's desk: a repository, and the command line in it, for a whole module of tests that only look."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import seal
from workbench.cli.boundary import answer

MakeDesk = Callable[[Mapping[str, str | bytes]], "Desk"]


@dataclass(frozen=True)
class Said:
    """What a command answered: its exit code and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """A repository at `root`; commands are given as on the command line, behind `workbench -C ROOT`."""

    root: Path

    def call(self, *words: str) -> Said:
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            code = answer(["-C", str(self.root), *words])
        return Said(code, *(one.buffer.getvalue().decode() for one in streams))

    def ask(self, *words: str, code: int = 0) -> Any:
        """Return the one JSON document of a command that must end with this exit code."""
        said = self.call("--json", *words)
        assert said.code == code, (words, said.code, said.out, said.err)
        return json.loads(said.out)

    def git(self, *words: str) -> str:
        ended = subprocess.run(["git", "-C", self.root, *words], capture_output=True, check=False)
        assert ended.returncode == 0, (words, ended.stderr.decode())
        return ended.stdout.decode("utf-8").removesuffix("\n")

    def write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")

    def commit(self, path: str, text: str) -> str:
        """Commit one changed file; return the commit's id."""
        self.write(path, text)
        self.git("add", "--force", path)
        self.git("commit", "--quiet", "--message", f"change {path}")
        return self.git("rev-parse", "HEAD")


@pytest.fixture(scope="module")
def make_desk(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path) -> Iterator[MakeDesk]:
    """`make_desk(files)` makes a repository with one commit on `main`; nothing of the machine reaches it."""
    with pytest.MonkeyPatch.context() as patch:
        seal(patch, tmp_path_factory.mktemp("home"))
        patch.setenv("XDG_CACHE_HOME", str(shared_cache))

        def make(files: Mapping[str, str | bytes]) -> Desk:
            desk = Desk(tmp_path_factory.mktemp("desk"))
            desk.git("init", "--quiet", "--template=", "--initial-branch=main")
            for name, content in files.items():
                place = desk.root / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content.encode() if isinstance(content, str) else content)
            desk.git("add", "--all", "--force")
            desk.git("commit", "--quiet", "--message", "base")
            return desk

        yield make

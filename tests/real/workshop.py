"""A project as a repository of one commit, the command run on it as a user runs it, and git asked what came of it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PASSED = ("LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")
_IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
_SECONDS = 3600

Tree = Mapping[str, tuple[str, str]]
"""Mode and blob id by path."""


@dataclass(frozen=True)
class Answer:
    """What the command said: its exit code, its one JSON document, and its progress."""

    code: int
    document: dict[str, Any]
    progress: str


@dataclass(frozen=True)
class Workshop:
    """A repository at `root`; `home` is all that the command sees of a user."""

    root: Path
    home: Path

    def begin(self, plan: str, text: str) -> None:
        """Commit the project with a plan file in it as the base."""
        place = self.root / "plans" / f"{plan}.toml"
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8")
        self.git("init", "--quiet", "--template=", "--initial-branch=main")
        self.git("-c", "core.autocrlf=false", "add", "--all", "--force")
        self.git(*_IDENTITY, "commit", "--quiet", "--message", "base")

    def workbench(self, *words: str) -> Answer:
        """Run the command with `--json`."""
        command = [sys.executable, "-m", "workbench", "-C", str(self.root), "--json", *words]
        ended = subprocess.run(
            command, cwd=self.home, env=self.environ(), capture_output=True, text=True, check=False, timeout=_SECONDS
        )
        assert ended.stdout, ended.stderr
        return Answer(ended.returncode, json.loads(ended.stdout), ended.stderr)

    def environ(self) -> dict[str, str]:
        """Return an environment in which nothing of the machine's configuration counts."""
        passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
        return {**passed, "HOME": str(self.home), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(self, *words: str) -> str:
        ended = subprocess.run(
            ["git", *words], cwd=self.root, env=self.environ(), capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, (words, ended.stderr)
        return ended.stdout

    def tree(self, rev: str) -> Tree:
        found = {}
        for entry in self.git("ls-tree", "-r", "-z", rev).split("\0")[:-1]:
            facts, path = entry.split("\t", 1)
            mode, _, blob = facts.split()
            found[path] = (mode, blob)
        return found

    def changed(self, old: str, new: str) -> set[str]:
        return set(self.git("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new).split("\0")[:-1])

    def read(self, rev: str, path: str) -> str:
        return self.git("show", f"{rev}:{path}")

    def checkout(self, rev: str, directory: Path) -> Path:
        """Write the tree of a commit below `directory`, with no tie to the repository."""
        archive = directory.with_suffix(".tar")
        self.git("archive", "--output", str(archive), rev)
        directory.mkdir()
        subprocess.run(["tar", "-xf", archive, "-C", directory], check=True)
        archive.unlink()
        return directory


def blob_id(content: bytes) -> str:
    """Return the name git gives these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

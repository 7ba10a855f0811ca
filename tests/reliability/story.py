"""The smallest repository in which everything happens: two good files, one that a gate convicts, each a batch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# By programs that start in a millisecond: a story has up to twenty gate runs, and each push hundreds of stories.
GATE = "grep -c 'build(1)  # bad' app/*.py | sed 's/:0$/ ok/; s/:1$/ FAILED/'"
PLAN = f"""
name = "small"

[[rules]]
id = "old-make"
kind = "move-symbol"
from = "app.old.make"
to = "app.new.build"

[batches]
by = ["file"]

[run]
python = {json.dumps(sys.executable)}

[[gates]]
id = "unit"
level = "tests"
run = ["sh", "-c", {json.dumps(GATE)}]
report = {{ lines = "^app/(?P<test>\\\\w+).py (?P<outcome>ok|FAILED)$" }}
timeout = 60
"""
USER = "from app.old import make\n\n\ndef run():\n    return make(1)  # {0}\n"
FILES = {
    ".gitignore": "__pycache__/\n",
    "app/__init__.py": "",
    "app/old.py": "def make(value):\n    return value\n",
    "app/new.py": "def build(value):\n    return value\n",
    "app/a.py": USER.format("a"),
    "app/bad.py": USER.format("bad"),
    "app/c.py": USER.format("c"),
    "plans/small.toml": PLAN,
}
# The suite asks for the whole run to go back, and another one is asked whether that is right.
GUARDS = """
[[gates]]
id = "guard"
level = "protected"
run = ["{python}", "-c", "import app.old"]
timeout = 60

[[triggers]]
gate = "unit"
do = "rollback-run"
"""
GUARDED = {name: content for name, content in FILES.items() if name != "app/c.py"} | {"plans/small.toml": PLAN + GUARDS}
WHEN = "1700000000 +0000"


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Place:
    """A repository at `root`, and the home everything of ours goes to."""

    root: Path
    home: Path

    def environ(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        git = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(self.home / "gitconfig")}
        return {**kept, "HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / "cache"), **git, **more}

    def workbench(self, *words: str, fault: str = "") -> Ended:
        command = [sys.executable, "-m", "workbench", "-C", str(self.root), *words]
        environ = self.environ(**({"WORKBENCH_FAULT": fault} if fault else {}))
        ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def git(self, *words: str) -> str:
        command = ["git", "-C", self.root, *words]
        ended = subprocess.run(command, env=self.environ(), capture_output=True, text=True, check=True)
        return ended.stdout.strip()


def settled(where: Path, files: Mapping[str, str] = FILES) -> Place:
    """Make the repository, with an edit, a staged file and an untracked one that nobody may touch."""
    place = Place(where / "repo", where / "home")
    place.home.mkdir(parents=True)
    (place.home / "gitconfig").write_text("[user]\nname = A\nemail = a@example.org\n[init]\ndefaultBranch = main\n")
    for name, content in files.items():
        path = place.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    place.git("init", "-q")
    place.git("add", ".")
    environ = place.environ(GIT_AUTHOR_DATE=WHEN, GIT_COMMITTER_DATE=WHEN)
    subprocess.run(["git", "-C", place.root, "commit", "-qm", "base"], env=environ, check=True)
    (place.root / "notes.txt").write_text("mine\n")
    (place.root / "staged.txt").write_text("mine too\n")
    place.git("add", "staged.txt")
    (place.root / "app/old.py").write_text(FILES["app/old.py"] + "# an edit\n")
    return place

"""Random repositories and plans: odd names, modes, line ends, links, and what a gate convicts, all by one seed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

from tests.reliability.quick import Forker, QuickPlace
from tests.reliability.story import WHEN, Place

PACKAGES = ("app", "app/täglich", "lib", "lib/deep/er", "with space", "日本")
KINDS = {
    "move": 'kind = "move-symbol"\nfrom = "app.old.make"\nto = "app.new.build"',
    "rename": 'kind = "change-arguments"\ncall = "app.old.load"\nrename = { where = "path" }',
    "swap": 'kind = "pattern"\nmatch = "$X.fetch_all()"\nrewrite = "$X.fetch().all()"',
}
LINES = {
    "move": ("from app.old import make", "    value = make({0})"),
    "rename": ("from app.old import load", "    load(where={0})"),
    "swap": ("import app", "    total = value{0}.fetch_all()"),
}
OLD = "def make(value):\n    return value\n\n\ndef load(where=1, path=1):\n    return where\n"
GATE = """\
find . -name '*.py' -print0 \\
    | LC_ALL=C xargs -0 grep -acHE '(build\\([0-9]+\\)|path=[0-9]+\\)|fetch\\(\\)\\.all\\(\\))  # bad' \\
    | sed 's/:0$/ ok/; s/:[0-9]*$/ FAILED/'
"""
PLAN = """
name = "small"
{rules}
[priorities]
default = "P2"

[batches]
by = {by}
max_files = {max_files}

[run]
python = {python}
on_red = {on_red}

[[gates]]
id = "unit"
level = "tests"
run = ["sh", "-c", {gate}]
report = {{ lines = "^(?P<test>.+) (?P<outcome>ok|FAILED)$" }}
timeout = 60
"""


def planted(where: Path, forker: Forker, dice: random.Random) -> QuickPlace:
    """Make a repository with a plan of one to three rules; a gate convicts some of its files once they are changed."""
    root, home = where / "repo", where / "home"
    home.mkdir(parents=True)
    (home / "gitconfig").write_text("[user]\nname = A\nemail = a@example.org\n[init]\ndefaultBranch = main\n")
    place = forker.serve(Place(root, home))
    chosen = sorted(dice.sample([*KINDS], dice.randint(1, 3)))
    _write(root, "app/__init__.py", b"")
    _write(root, "app/old.py", OLD.encode())
    _write(root, "app/new.py", b"def build(value):\n    return value\n")
    _write(root, "plans/small.toml", _plan(chosen, dice).encode())
    for number in range(dice.randint(2, 5)):
        _write(root, f"{dice.choice(PACKAGES)}/{dice.choice('aéж')}{number}.py", _source(number, chosen, dice), dice)
    _add_others(root, dice)
    place.git("init", "-q")
    place.git("-c", "core.autocrlf=false", "add", "--all", "--force")
    environ = place.environ(GIT_AUTHOR_DATE=WHEN, GIT_COMMITTER_DATE=WHEN)
    subprocess.run(["git", "-C", root, "commit", "-qm", "base"], env=environ, check=True)
    _write(root, "notes.txt", b"mine\r\n")
    return place


def _source(number: int, chosen: list[str], dice: random.Random) -> bytes:
    """Write a module that some rules have work in; perhaps with CRLF, a byte order mark, or no end of its last line."""
    used = dice.sample(chosen, dice.randint(1, len(chosen)))
    lines = ["# " + dice.choice(("plain", "ünï", "\t\f tabs")), *(LINES[one][0] for one in used), "", "", "def run():"]
    for one in used:
        lines += [LINES[one][1].format(at) for at in range(number, number + dice.randint(1, 3))]
    lines[-1] += "  # bad" if dice.random() < 0.2 else ""
    text = dice.choice(("\n", "\r\n")).join(lines) + dice.choice(("", "\n", "\r\n", "\n\n\n"))
    return dice.choice((b"", b"\xef\xbb\xbf")) + text.encode()


def _plan(chosen: list[str], dice: random.Random) -> str:
    rules = [f'id = "{one}"\n{KINDS[one]}\npriority = "{dice.choice(("P0", "P1", "P2"))}"' for one in chosen]
    return PLAN.format(
        rules="\n".join(f"[[rules]]\n{one}\n" for one in rules),
        by=json.dumps(dice.sample(["rule", "package", "file"], dice.randint(1, 2))),
        max_files=dice.randint(1, 4),
        on_red=json.dumps(dice.choice(["isolate", "isolate", "rollback"])),
        python=json.dumps(sys.executable),
        gate=json.dumps(GATE),
    )


def _add_others(root: Path, dice: random.Random) -> None:
    """Add what is no Python: links to a file, to a directory and to nothing, a program, bytes, an empty file."""
    (root / "app").mkdir(exist_ok=True)
    for name, target in (("app/linked.py", "old.py"), ("to there", "app"), ("lost", "no/where")):
        if dice.random() < 0.5:
            (root / name).symlink_to(target)
    _write(root, "bytes \n.bin", bytes(range(256)), dice)
    _write(root, "-empty", b"", dice)
    _write(root, "run.sh", b"#!/bin/sh\r\n", dice)


def _write(root: Path, name: str, content: bytes, dice: random.Random | None = None) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(dice.choice((0o644, 0o755)) if dice else 0o644)

"""A hostile repository, plan or test suite: looking runs nothing, and nothing it says commands or leaks anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata

import pytest

from tests.engine.conftest import BASE, PLAN
from workbench.model.redact import MARK

USE = "from app.old import make\n\nvalue = make(1)\n"
BARE_PLAN = PLAN[: PLAN.index("[[gates]]")]
NAMES = ("\x1b]0;owned\x07.py", "\x1b[2J.py", "a\u202egnp.py", "=1+1.py", "<img src=x onerror=alert(1)>.py", "`|a|`.py")
FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def plan_of(**changes):
    text = BARE_PLAN.format(max_files=25, python=sys.executable)
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


@pytest.fixture
def hostile(make_repo):
    """A repository whose file names are payloads, and so is what its plan says of itself."""
    plan = plan_of(**{"One way to build": "<script>alert(1)</script> |`*", "The old": "=cmd @all <img src=x> The old"})
    return make_repo({**BASE, **dict.fromkeys(NAMES, USE), "plans/small.toml": plan})


def printed_harmless(text):
    return not {unicodedata.category(one) for one in text.replace("\n", "")} & FORBIDDEN


def test_what_a_hostile_repository_says_commands_nothing(hostile, call):
    """Left out are diffs: into a pipe they go untouched, as patches, and on a terminal they are made safe."""
    at = ("-C", str(hostile))
    assert call(*at, "run", "small").code in (0, 1)
    verbs = (
        *(("scan", "small"), ("scan", "small", "--format", "csv"), ("plan", "small"), ("status",), ("log",)),
        *(("doctor", "small"), ("check", "small"), ("gates", "small"), ("report", "small", "--format", "md")),
        *(("report", "small", "--format", "html"), ("report", "small", "--format", "junit")),
        *(("report", "small", "--format", "pr"), ("scan", "nowhere\x1b[2J")),
    )
    for words in verbs:
        answer = call(*at, *words)
        assert printed_harmless(answer.out), words
        assert printed_harmless(answer.err), words
        assert answer.code != 70, words
    sheet = call(*at, "scan", "small", "--format", "csv").out
    assert "\n'=1+1.py," in sheet
    page = call(*at, "report", "small", "--format", "html").out
    assert "<img" not in page
    assert "<script" not in page


TOLD = """
import os, subprocess, sys
print(os.environ["API_TOKEN"], "{github}", flush=True)
print("\\x1b]0;owned\\x07", subprocess.run(["git", "--version"], capture_output=True).returncode)
sys.exit("build" in open("app/a.py").read())
"""
GITHUB = "ghp_" + "a1B2" * 9
TOKEN = "correct-horse-battery"


def test_secrets_are_nowhere_on_the_disk_and_the_ledger_is_for_its_owner_alone(make_repo, call, monkeypatch, tmp_path):
    gate = '[[gates]]\nid = "tell"\nlevel = "static"\nrun = ["{python}", "tell.py"]\n'
    plan = plan_of(**{"[run]\n": '[run]\nenv = ["API_TOKEN"]\n'}) + gate
    files = {**BASE, "app/a.py": USE, "tell.py": TOLD.replace("{github}", GITHUB), "plans/small.toml": plan}
    root = make_repo(files)
    monkeypatch.setenv("API_TOKEN", TOKEN)
    before = os.umask(0)
    try:
        answer = call("-C", str(root), "--json", "run", "small", "--events", str(tmp_path / "events"))
    finally:
        os.umask(before)
    assert answer.code == 1, answer.err
    assert [one["path"] for one in json.loads(answer.out)["quarantined"]] == ["app/a.py"]
    state = root / ".git" / "workbench"
    assert state.stat().st_mode & 0o777 == 0o700
    modes = {one.name: one.stat().st_mode & 0o777 for one in state.iterdir()}
    assert modes == dict.fromkeys(("ledger.db", "memo.db", "run.lock"), 0o600)
    stored = b"".join(one.read_bytes() for one in state.iterdir())
    told = [call("-C", str(root), *words).out for words in (["log"], ["report", "small", "--format", "md"])]
    everything = [stored, (tmp_path / "events").read_bytes(), *(one.encode() for one in (answer.out, *told))]
    for secret in (TOKEN, GITHUB):
        assert not any(secret.encode() in one for one in everything)
    assert any(MARK.encode() in one for one in everything)


TOUCHES = """
[run]
python = ".venv/bin/python"
format = [["./tool", "{files}"]]

[[gates]]
id = "static"
level = "static"
run = ["./tool"]

[[gates]]
id = "shell"
level = "static"
shell = true
run = ["./tool", ";", "./tool"]
"""


def test_looking_at_a_hostile_plan_runs_nothing_of_it(make_repo, call, tmp_path, git):
    spy = f"#!/bin/sh\ntouch {tmp_path}/RAN\nexit 1\n"
    plan = BARE_PLAN.split("[run]", maxsplit=1)[0].format(max_files=25) + TOUCHES
    files = {**BASE, "app/a.py": USE, "plans/small.toml": plan}
    for name in ("tool", ".venv/bin/python", "bin/git", "conftest.py", "sitecustomize.py"):
        files[name] = spy if not name.endswith(".py") else f"open({str(tmp_path / 'RAN')!r}, 'w')\n"
    root = make_repo(files, executable=("tool", ".venv/bin/python", "bin/git"))
    for words in (
        ["scan"],
        ["check"],
        ["doctor", "small"],
        ["gates"],
        ["plan"],
        ["plan", "--diff"],
        ["show", "small", "P2-001"],
    ):
        answer = call("-C", str(root), *words)
        assert answer.code in (0, 1), (words, answer.err)
        assert not (tmp_path / "RAN").exists(), words


def test_nothing_of_the_directory_one_stands_in_is_started_or_imported(make_repo, tmp_path):
    spy = f"#!/bin/sh\ntouch {tmp_path}/RAN\nexit 1\n"
    planted = f"open({str(tmp_path / 'RAN')!r}, 'w')\n"
    modules = dict.fromkeys(("git.py", "tomllib.py", "json.py", "sitecustomize.py", "workbench_rules.py"), planted)
    files = {**BASE, **modules, "app/a.py": USE, "plans/small.toml": plan_of(), "bin/git": spy, "git": spy}
    root = make_repo(files, executable=("bin/git", "git"))
    command = [sys.executable, "-c", "from workbench.cli import main; main()", "run", "small"]
    search = os.pathsep.join(["bin", ".", str(root / "bin"), os.environ["PATH"]])
    # -c puts the working directory first among imports, an installed `workbench` does not; so does -P undo it.
    ran = subprocess.run([command[0], "-P", *command[1:]], cwd=root, env={**os.environ, "PATH": search}, check=False)
    assert ran.returncode == 0
    assert not (tmp_path / "RAN").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "small"', 'name = "../../small"'),
        ('name = "small"', 'name = "-x"'),
        ("One way to build", r"\u001b[31mred"),
        ("One way to build", r"two\nlines"),
        ("[run]\n", '[run]\ncopy = ["../../.ssh/id_rsa"]\n'),
        ("[run]\n", '[run]\ncopy = ["/etc/passwd"]\n'),
        ("[run]\n", '[run]\nenv = ["A=B"]\n'),
        ('kind = "move-symbol"', 'kind = "os.system"'),
        ("[run]\n", '[scope]\nsource_roots = ["../.."]\n[run]\n'),
    ],
)
def test_a_plan_cannot_lead_out_of_the_repository(make_repo, call, old, new):
    root = make_repo({**BASE, "app/a.py": USE, "plans/small.toml": plan_of(**{old: new})})
    for verb in ("scan", "plan", "run"):
        answer = call("-C", str(root), verb)
        assert answer.code == 2, answer.err
        assert "line " in answer.err
    assert not (root / ".git" / "workbench").exists()


def test_a_plan_that_is_a_link_to_a_secret_does_not_quote_it(make_repo, call, tmp_path):
    (tmp_path / "secret").write_text("hunter2-hunter2 = = \n[[[\n")
    root = make_repo({**BASE, "plans/small.toml": ""})
    (root / "plans" / "small.toml").unlink()
    (root / "plans" / "small.toml").symlink_to(tmp_path / "secret")
    answer = call("-C", str(root), "scan")
    assert answer.code == 2
    assert "hunter2" not in answer.err + answer.out

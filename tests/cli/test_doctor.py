"""What gets in the way of a migration is named with its mend, and looking for it changes nothing."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engine.conftest import BASE, PLAN, PYTEST, user
from workbench.ledger.lock import RunLock
from workbench.repo.checkup.standing import permissions
from workbench.repo.git import Git
from workbench.repo.repository import Repository

REGULAR = {**BASE, **user("a"), "plans/small.toml": PLAN.format(max_files=25, python=sys.executable, gates="")}


@pytest.fixture
def root(make_repo):
    return make_repo(REGULAR)


@pytest.fixture
def ask(call):
    """`ask(directory, plan="")` gives the exit code and what was said of each check that is not in order."""

    def asked(directory, *words):
        answer = call("-C", str(directory), "--json", "doctor", *words)
        document = json.loads(answer.out)
        states = [one["state"] for one in document["checks"]]
        assert document["totals"] == {one: states.count(one) for one in ("ok", "note", "mend")}
        assert answer.code == (1 if "mend" in states else 0)
        return {
            one["check"]: (one["state"], " ".join([one["message"], one["mend"], *one["paths"]]))
            for one in document["checks"]
            if one["state"] != "ok"
        }

    return asked


def everything(root):
    """Return all that lies below `root`, git's directory and links too, with mode, time and content."""
    seen = {}
    for place in root.rglob("*"):
        about = place.lstat()
        content = place.read_bytes() if stat.S_ISREG(about.st_mode) else b""
        seen[place] = (about.st_mode, about.st_mtime_ns, about.st_ino, content)
    return seen


def write(place, text="", mode=0o644):
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    place.chmod(mode)


def conflicting_merge(root, git):
    git(root, "checkout", "--quiet", "-b", "side")
    write(root / "app" / "new.py", "side\n")
    git(root, "commit", "--quiet", "-am", "side")
    git(root, "checkout", "--quiet", "main")
    write(root / "app" / "new.py", "main\n")
    git(root, "commit", "--quiet", "-am", "main")
    with pytest.raises(AssertionError):
        git(root, "merge", "side")


def submodule(root, git):
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD')},vendored")
    git(root, "commit", "--quiet", "-m", "submodule")


def outward_link(root, git):
    (root / "app" / "out.py").symlink_to("../../elsewhere.py")
    (root / "app" / "in.py").symlink_to("../app/a.py")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "links")


def odd_names(root, git):
    blob = git(root, "hash-object", "-w", "--stdin", stdin=b"x = 1\n")
    names = (b"two\nlines.py", b"caf\xe9.py", b"Twin.py", b"twin.py")
    lines = b"".join(b"100644 %s\t%s\0" % (blob.encode(), name) for name in names)
    git(root, "update-index", "-z", "--index-info", stdin=lines)
    git(root, "commit", "--quiet", "-m", "names")


def committed(root, git, files):
    for name, text in files.items():
        write(root / name, text)
    git(root, "add", "--all", "--force")
    git(root, "commit", "--quiet", "-m", "more")


def lost_blob(root, git):
    name = git(root, "rev-parse", "HEAD:app/a.py")
    (root / ".git" / "objects" / name[:2] / name[2:]).unlink()


# What is done to a repository, and then: the check that tells of it, how, and words of what it tells.
IN_THE_WAY = {
    "detached": (lambda r, g: g(r, "checkout", "--quiet", "--detach"), "head", "note", "--into"),
    "lost commit": (lambda r, _g: write(r / ".git/refs/heads/main", "1" * 40), "head", "mend", "git fsck"),
    "linked trees": (lambda r, g: g(r, "worktree", "add", "-q", str(r) + "-2"), "working tree", "note", "one of 2"),
    "merge": (conflicting_merge, "operation", "mend", "git merge --abort"),
    "bisect": (lambda r, _g: write(r / ".git/BISECT_LOG"), "operation", "mend", "git bisect reset"),
    "edited": (lambda r, _g: write(r / "app/a.py", "x"), "local edits", "note", "app/a.py"),
    "branch clash": (lambda r, g: g(r, "branch", "workbench"), "run branches", "mend", "git branch -m workbench"),
    "state is a file": (lambda r, _g: write(r / ".git/workbench"), "privacy", "mend", "move it away"),
    "state is open": (lambda r, _g: write(r / ".git/workbench/x"), "privacy", "mend", "chmod 700"),
    "lost object": (lost_blob, "objects", "mend", "git fsck"),
    "replaced": (lambda r, g: g(r, "replace", "HEAD:app/a.py", "HEAD:app/new.py"), "replacements", "note", "--list"),
    "grafts": (lambda r, _g: write(r / ".git/info/grafts"), "replacements", "note", "--convert-graft-file"),
    "alternates": (
        lambda r, _g: write(r / ".git/objects/info/alternates", f"{r}/.git/objects\n"),
        "borrowed objects",
        "note",
        "git repack -a -d",
    ),
    "alternates gone": (
        lambda r, _g: write(r / ".git/objects/info/alternates", "/gone/objects\n"),
        "borrowed objects",
        "mend",
        "/gone/objects",
    ),
    "autocrlf": (lambda r, g: g(r, "config", "core.autocrlf", "input"), "settings", "note", "line ends"),
    "filemode": (lambda r, g: g(r, "config", "core.fileMode", "false"), "settings", "note", "modes"),
    "ignorecase": (lambda r, g: g(r, "config", "core.ignoreCase", "true"), "settings", "note", "case alone"),
    "hooks path": (lambda r, g: g(r, "config", "core.hooksPath", ".husky"), "settings", "note", ".husky"),
    "fsmonitor": (lambda r, g: g(r, "config", "core.fsmonitor", "true"), "settings", "note", "not asked"),
    "sparse": (lambda r, g: g(r, "config", "core.sparseCheckout", "true"), "settings", "note", "whole commit"),
    "signing": (lambda r, g: g(r, "config", "commit.gpgSign", "true"), "settings", "note", "not signed"),
    "hooks": (lambda r, _g: write(r / ".git/hooks/pre-commit", "", 0o755), "hooks", "note", "pre-commit"),
    "index.lock": (lambda r, _g: write(r / ".git/index.lock"), "git's locks", "mend", "index.lock"),
    "packed-refs.new": (lambda r, _g: write(r / ".git/packed-refs.new"), "git's locks", "mend", "packed-refs.new"),
    "ref lock": (lambda r, _g: write(r / ".git/refs/heads/main.lock"), "git's locks", "mend", "refs/heads/main.lock"),
    "our ref lock": (lambda r, _g: write(r / ".git/refs/workbench/r/base.lock"), "leftovers", "note", "base.lock"),
    "our index": (lambda r, _g: write(r / ".git/workbench/idx-1/index"), "leftovers", "note", "idx-1"),
    "our objects": (lambda r, _g: write(r / ".git/objects/tmp_objdir-workbench-1/x"), "leftovers", "note", "objdir"),
    "kept edits": (lambda r, _g: write(r / ".git/workbench/keep/1/app/a.py"), "kept edits", "note", "app/a.py"),
    "no ledger": (
        lambda r, _g: write(r / ".git/workbench/ledger.db", "no" * 999),
        "ledger",
        "mend",
        "workbench verify",
    ),
    "torn ledger": (
        lambda r, _g: [write(r / f".git/workbench/ledger.db{end}") for end in ("", "-journal")],
        "ledger",
        "note",
        "torn by a kill",
    ),
    "submodule": (submodule, "submodules", "note", "vendored"),
    "outward link": (outward_link, "links", "note", "1 lead out of the repository"),
    "odd names": (odd_names, "names", "note", r"caf\xe9.py two"),
    "twins": (odd_names, "twins", "note", "2 that differ"),
    "large": (lambda r, g: committed(r, g, {"big.py": "#" * (1 << 20) + "\n"}), "sizes", "note", "big.py"),
    "filtered": (
        lambda r, g: committed(r, g, {".gitattributes": "*.bin filter=lfs\n", "x.bin": "version"}),
        "filters",
        "note",
        "x.bin",
    ),
}


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_what_is_in_the_way_is_named_with_its_mend(name, root, git, ask):
    act, check, state, words = IN_THE_WAY[name]
    act(root, git)
    before = everything(root)
    found = ask(root)
    assert everything(root) == before
    assert found.get(check, (None, ""))[0] == state, found
    assert words in found.get(check, (None, ""))[1]


def test_nothing_in_the_way(root, ask):
    assert ask(root) == {}
    assert ask(root, "small") == {}
    assert not (root / ".git" / "workbench").exists()


def test_after_a_run_all_is_in_order_but_the_branch_is_known(root, ask, call):
    assert call("-C", str(root), "run", "small").code == 0
    assert ask(root) == {}
    assert ask(root, "small")["run branch"][0] == "note"


def test_a_repository_without_a_commit(tmp_path, git, ask):
    git(tmp_path, "init", "--quiet")
    assert ask(tmp_path)["head"][0] == "mend"


def test_a_bare_one(root, tmp_path, git, ask):
    git(root, "clone", "--quiet", "--bare", str(root), str(tmp_path / "bare.git"))
    assert "--commit" in ask(tmp_path / "bare.git")["working tree"][1]


def test_a_shallow_and_a_partial_clone(root, tmp_path, git, ask):
    git(root, "commit", "--quiet", "--allow-empty", "-m", "more")
    git(root, "clone", "--quiet", "--depth=1", root.as_uri(), str(tmp_path / "shallow"))
    assert "--unshallow" in ask(tmp_path / "shallow")["history"][1]
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root, "clone", "--quiet", "--filter=blob:none", "--no-checkout", root.as_uri(), str(tmp_path / "partial"))
    packs = sorted((tmp_path / "partial" / ".git" / "objects").rglob("*"))
    state, told = ask(tmp_path / "partial")["objects"]
    assert state == "mend"
    assert "work in a full clone" in told
    assert sorted((tmp_path / "partial" / ".git" / "objects").rglob("*")) == packs


def test_variables_that_redirect_git(root, ask, monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_SSL_CAINFO", "/x")
    state, told = ask(root)["environment"]
    assert state == "note"
    assert told.startswith("GIT_DIR: ")


def test_a_git_that_is_too_old_or_missing(root, ask, call, monkeypatch, tmp_path):
    write(tmp_path / "git", "#!/bin/sh\necho git version 2.20.1\n", 0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ask(root) == {"git": ("mend", "git version 2.20.1 is too old install git 2.31 or newer")}
    write(tmp_path / "git", "", 0o644)
    assert call("-C", str(root), "doctor").code == 5


def test_where_nothing_can_be_looked_at(tmp_path, call, root):
    assert call("-C", str(tmp_path), "doctor").code == 2
    assert call("-C", str(root), "doctor", "smal").code == 2
    assert "small" in call("-C", str(root), "doctor", "smal").err


def test_a_git_directory_that_cannot_be_written(root, ask):
    places = [root, *root.parents[:2]]
    modes = [one.stat().st_mode for one in places]
    refs = root / ".git" / "refs"
    refs.chmod(0o555)
    for one in places:
        one.chmod(0o755)
    user_id = os.geteuid()
    with suppress(PermissionError):
        os.seteuid(65534)
    try:
        repo = Repository(Git(root, "git", (), {}), root, root / ".git", root / ".git")
        found = next(iter(permissions(repo)))
    finally:
        os.seteuid(user_id)
        for one, mode in zip(places, modes, strict=True):
            one.chmod(mode)
        refs.chmod(0o755)
    assert found.mend == "make it writable for you"
    assert str(refs) in found.paths


def test_an_interpreter_that_came_with_the_repository_is_not_started(root, git, ask, monkeypatch):
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    committed(root, git, {".venv/bin/python": f"#!/bin/sh\ntouch {root}/started\n"})
    (root / ".venv/bin/python").chmod(0o755)
    state, told = ask(root)["interpreter"]
    assert state == "note"
    assert "not started" in told
    git(root, "rm", "--quiet", "-r", "--cached", ".venv")
    committed(root, git, {"evil/lib/site.py": ""})
    (root / ".venv" / "bin" / "python").unlink()
    (root / ".venv" / "bin").rmdir()
    (root / ".venv" / "bin").symlink_to("../evil")
    write(root / "evil" / "python", f"#!/bin/sh\ntouch {root}/started\n", 0o755)
    git(root, "add", ".venv/bin")
    assert ask(root)["interpreter"][0] == "note"
    assert not (root / "started").exists()


def test_a_run_at_work_and_one_that_died(root, ask, call):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom workbench.ledger.lock import RunLock\n"
        "lock = RunLock.acquire(Path(sys.argv[1]), owner='a test')\nprint('held', flush=True)\ntime.sleep(60)\n"
    )
    state = root / ".git" / "workbench"
    holder = subprocess.Popen([sys.executable, "-c", code, str(state)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        found = ask(root)["run lock"]
        assert found[0] == "mend"
        assert f"process {holder.pid} (a test)" in found[1]
    finally:
        holder.kill()
        holder.communicate()
    assert "run lock" not in ask(root)
    with RunLock.acquire(state, owner="a test"):
        pass


NEEDS = """
[run]
python = {python!r}
copy = [".env", "build/*.so"]
env = ["SURELY_UNSET_NAME"]
format = [["no-such-formatter", "{{files}}"]]
"""
GATES = """
[[gates]]
id = "here"
level = "static"
run = ["scripts/check.sh"]
[[gates]]
id = "gone"
level = "static"
run = ["scripts/gone.sh"]
"""


def test_what_a_plan_needs(root, git, ask, call):
    plan = PYTEST.replace("[run]\npython = {python!r}\n", NEEDS)
    plan = plan.format(max_files=25, python=sys.executable, gates=GATES)
    committed(root, git, {"plans/small.toml": plan, "scripts/check.sh": "", "app/broken.py": "app.old.make(\n"})
    write(root / ".env")
    found = ask(root, "small")
    assert {name: state for name, (state, _) in found.items()} == {
        "copies": "mend",
        "variables": "note",
        "commands": "mend",
        "files": "note",
    }
    assert found["copies"][1].startswith("build/*.so: ")
    assert "SURELY_UNSET_NAME" in found["variables"][1]
    assert found["commands"][1].startswith("scripts/gone.sh (gone), no-such-formatter (format): ")
    assert "app/broken.py" in found["files"][1]
    shown = call("-C", str(root), "doctor", "small").out
    assert max(map(len, shown.splitlines())) <= 80
    assert "\nsmall · 2 to mend · 2 notes · " in shown


def test_a_run_branch_that_is_checked_out(root, git, ask):
    git(root, "checkout", "--quiet", "-b", "workbench/small")
    assert ask(root, "small")["run branch"][0] == "mend"


def test_an_interpreter_without_pytest(root, git, ask, tmp_path):
    write(tmp_path / "python", f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n', 0o755)
    plan = PYTEST.format(max_files=25, python=str(tmp_path / "python"), gates="")
    committed(root, git, {"plans/small.toml": plan})
    state, told = ask(root, "small")["pytest"]
    assert state == "mend"
    assert "-m pip install pytest" in told
    write(tmp_path / "python", "#!/bin/sh\nexit 3\n", 0o755)
    assert ask(root, "small")["interpreter"][0] == "mend"
    Path(tmp_path / "python").unlink()
    assert "tried" in ask(root, "small")["interpreter"][1]

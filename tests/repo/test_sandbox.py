"""The sandbox: exactly the commit's files every time, whatever a suite did, and no way back to the user."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import pytest

from workbench.model.errors import EnvironmentFailed, Refused, UsageError
from workbench.repo.candidate import build_candidate
from workbench.repo.repository import open_repository
from workbench.repo.sandbox import Sandbox


@pytest.fixture
def place(tmp_path):
    return tmp_path / "sandbox"


@pytest.fixture
def commits(repo):
    """The base and a commit on top of it."""
    base = repo.head().commit
    made = build_candidate(repo, parent=base, changes={"app/a.py": b"new\n"}, message="m", when=1)
    return base, made.commit


def files(directory):
    found = (file.relative_to(directory).as_posix() for file in directory.rglob("*") if not file.is_dir())
    return {name: (directory / name).read_bytes() for name in found if not name.startswith(".git/")}


def test_each_checkout_is_exactly_the_commit(repo, root, place, commits):
    with Sandbox.open(repo, place) as sandbox:
        assert sandbox.checkout(commits[0]) == sandbox.path
        assert files(sandbox.path) == files(root)
        assert os.access(sandbox.path / "app/run.sh", os.X_OK)
        assert files(sandbox.checkout(commits[1]))["app/a.py"] == b"new\n"
        assert files(sandbox.checkout(commits[0])) == files(root)
        assert place.stat().st_mode & 0o777 == 0o700
    assert not place.exists()


def wreck_files(path):
    (path / "app/a.py").write_text("changed")
    (path / "app/b.py").unlink()
    (path / "README").chmod(0o755)
    (path / "new").mkdir()
    (path / "new/file.py").write_text("")
    (path / "app/__pycache__").mkdir()
    (path / "app/__pycache__/a.pyc").write_text("")
    (path / ".gitignore").write_text("*\n")


def wreck_index(path):
    (path / ".git/index").write_text("garbage")
    (path / ".git/index.lock").write_text("")
    (path / ".git/HEAD.lock").write_text("")
    (path / ".git/refs/heads/main.lock").write_text("")


def wreck_settings(path):
    git_in(path, "config", "core.bare", "true")
    (path / ".git/config.worktree").write_text("[core]\n\tbare = true\n")
    (path / ".git/info").mkdir(exist_ok=True)
    (path / ".git/info/attributes").write_text("* text eol=crlf\n")
    (path / ".git/info/exclude").write_text("*\n")
    (path / ".git/objects/info/alternates").write_text("/nowhere\n")
    (path / "left.py").write_text("")


def wreck_history(path):
    git_in(path, "checkout", "--quiet", "-B", "other")
    git_in(path, "rm", "--quiet", "-r", "app")
    git_in(path, "commit", "--quiet", "-m", "gone")
    git_in(path, "init", "--quiet", "nested")
    git_in(path / "nested", "commit", "--quiet", "--allow-empty", "-m", "x")


def wreck_git_dir(path):
    subprocess.run(["rm", "-rf", path / ".git"], check=True)


def wreck_head(path):
    (path / ".git/HEAD").write_text("garbage")


def wreck_all(path):
    subprocess.run(["rm", "-rf", path], check=True)


def wreck_permissions(path):
    (path / "app").chmod(0o500)
    (path / "locked").mkdir()
    (path / "locked/file").write_text("")
    (path / "locked").chmod(0o000)


def git_in(path, *arguments):
    subprocess.run(["git", "-C", path, *arguments], check=True)


@pytest.mark.parametrize(
    "wreck",
    [wreck_files, wreck_index, wreck_settings, wreck_history, wreck_git_dir, wreck_head, wreck_all, wreck_permissions],
)
def test_whatever_a_suite_leaves_the_next_checkout_is_exact(repo, root, place, commits, wreck, snapshot):
    before = snapshot(root)
    with Sandbox.open(repo, place) as sandbox:
        for commit in commits:
            wreck(sandbox.checkout(commit))
        sandbox.checkout(commits[0])
        assert files(sandbox.path) == files(root)
        assert git_says(sandbox.path, "status", "--porcelain", "--ignored") == ""
    assert snapshot(root) == before


def git_says(path, *arguments):
    return subprocess.run(["git", "-C", path, *arguments], check=True, capture_output=True, text=True).stdout


def test_a_suite_that_writes_into_git_does_not_reach_the_users_repository(repo, root, place, commits, snapshot, git):
    before, refs = snapshot(root), git(root, "for-each-ref")
    with Sandbox.open(repo, place) as sandbox:
        path = sandbox.checkout(commits[0])
        for command in ("config core.bare true", "tag t", "branch b", "gc -q --prune=now", "config user.name Eve"):
            git_in(path, "-c", "core.bare=false", *command.split())
    assert snapshot(root) == before
    assert git(root, "for-each-ref") == refs
    assert git(root, "fsck", "--strict", "--no-dangling") == ""


def test_a_lost_git_directory_never_makes_us_act_on_a_repository_above(repo, root, git, commits, snapshot, tmp_path):
    above = tmp_path / "above"
    git(tmp_path, "clone", "--quiet", str(root), "above")
    git(above, "fetch", "--quiet", str(root), commits[1])
    (above / "README").write_text("edited\n")
    before = snapshot(above, ("sandbox/",))
    with Sandbox.open(repo, above / "sandbox") as sandbox:
        wreck_git_dir(sandbox.checkout(commits[0]))
        (sandbox.checkout(commits[1]) / ".git/HEAD").unlink()
        sandbox.checkout(commits[0])
        (sandbox.path / ".git").rename(sandbox.path / ".moved")
        (sandbox.path / ".git").symlink_to(above / ".git")
        sandbox.checkout(commits[0])
    assert snapshot(above) == before


def test_locks_of_dead_children_do_not_cost_a_new_sandbox(repo, place, commits):
    with Sandbox.open(repo, place) as sandbox:
        (sandbox.checkout(commits[0]) / ".git/marker").write_text("")
        for name in ("index.lock", "HEAD.lock", "refs/heads/main.lock"):
            (sandbox.path / ".git" / name).write_text("")
        assert (sandbox.checkout(commits[1]) / ".git/marker").exists()


def test_a_sandbox_is_taken_up_again_after_a_crash(repo, place, commits):
    wreck_index(Sandbox.open(repo, place).checkout(commits[0]))
    (place / "tree/.git/marker").write_text("")
    with Sandbox.open(repo, place) as sandbox:
        assert files(sandbox.checkout(commits[1]))["app/a.py"] == b"new\n"


def test_only_a_directory_of_our_own_is_used_and_deleted(repo, root, tmp_path):
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(Refused, match="not a sandbox of ours"):
        Sandbox.open(repo, tmp_path)
    with pytest.raises(Refused, match="in the working tree"):
        Sandbox.open(repo, root / "app/sandbox")
    assert not (root / "app/sandbox").exists()
    with Sandbox.open(repo, root / ".git/workbench/sandbox") as sandbox:
        sandbox.checkout(repo.head().commit)


def test_a_commit_that_is_gone_is_an_error_and_keeps_the_sandbox(repo, place, commits):
    with Sandbox.open(repo, place) as sandbox:
        sandbox.checkout(commits[0])
        with pytest.raises(EnvironmentFailed, match="not in the repository any more"):
            sandbox.checkout("1" * 40)
        assert (sandbox.path / "README").exists()


def test_what_it_cannot_make_exact_it_does_not_hand_out(repo, place, commits, tmp_path, sealed, monkeypatch):
    (sealed / "config").write_text('[filter "broken"]\n\trequired = true\n\tsmudge = false\n\tclean = cat\n')
    (sealed / "attributes").write_text("*.py filter=broken\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(sealed / "config"))
    subprocess.run(["git", "config", "--global", "core.attributesFile", sealed / "attributes"], check=True)
    with Sandbox.open(repo, place) as sandbox, pytest.raises(EnvironmentFailed, match="smudge filter"):
        sandbox.checkout(commits[0])


def test_a_tree_that_is_not_the_commits_is_not_handed_out(repo, place, commits, tmp_path):
    lazy = tmp_path / "git"
    lazy.write_text(f'#!/bin/sh\ncase "$*" in *" reset "*) exit 0;; esac\nexec {repo.git.executable} "$@"\n')
    lazy.chmod(0o755)
    lazily = replace(repo, git=replace(repo.git, executable=str(lazy)))
    with Sandbox.open(lazily, place) as sandbox, pytest.raises(EnvironmentFailed, match="does not hold"):
        sandbox.checkout(commits[0])


@pytest.fixture
def as_nobody():
    """A directory, and this process, of a user for whom permissions count; the superuser needs none."""
    before, nobody = os.geteuid(), 65534
    place = Path(mkdtemp())
    if before == 0:
        os.chown(place, nobody, nobody)
        os.seteuid(nobody)
    yield place
    os.seteuid(before)
    shutil.rmtree(place)


def test_permissions_a_suite_took_away_do_not_keep_the_sandbox(repo, as_nobody):
    sandbox = Sandbox.open(repo, as_nobody / "sandbox")
    (sandbox.path / "locked/deep").mkdir(parents=True)
    (sandbox.path / "locked/deep/file").write_text("")
    (sandbox.path / "link").symlink_to(as_nobody)
    as_nobody.chmod(0o755)
    for directory in (sandbox.path / "locked/deep", sandbox.path / "locked"):
        directory.chmod(0o000)
    sandbox.close()
    assert list(as_nobody.iterdir()) == []
    assert as_nobody.stat().st_mode & 0o777 == 0o755


def test_line_ends_follow_the_attributes_and_the_tree_is_still_the_commits(make_repo, place):
    repo = open_repository(make_repo({"a.py": "x\n", ".gitattributes": "*.py text eol=crlf\n"}))
    with Sandbox.open(repo, place) as sandbox:
        assert files(sandbox.checkout(repo.head().commit))["a.py"] == b"x\r\n"


def test_odd_places_and_sha256_work(git, tmp_path, make_repo):
    odd = tmp_path / 'a:b "c" #é'
    odd.mkdir()
    subprocess.run(["cp", "-a", f"{make_repo({'x.py': '1'}, object_format='sha256')}/.", odd], check=True)
    repo = open_repository(odd)
    with Sandbox.open(repo, tmp_path / 'sand "box"\n') as sandbox:
        assert files(sandbox.checkout(repo.head().commit)) == {"x.py": b"1"}


def test_ignored_things_are_copied_and_never_linked(repo, root, place, commits, tmp_path):
    (root / ".env").write_text("SECRET=1\n")
    (root / "build/deep").mkdir(parents=True)
    (root / "build/fast.so").write_text("binary")
    (root / "build/deep/more.so").write_text("binary")
    (tmp_path / "outside.so").write_text("outside")
    (root / "build/linked.so").symlink_to(tmp_path / "outside.so")
    (root / "build/dangling.so").symlink_to(tmp_path / "gone")
    with Sandbox.open(repo, place) as sandbox:
        sandbox.checkout(commits[1])
        copied = sandbox.copy_in(root, [".env", "build", "build/*.so", "*.nothing", "app/a.py"])
        assert copied == (".env", "build/deep/more.so", "build/fast.so", "build/linked.so")
        for name in copied:
            assert not (sandbox.path / name).is_symlink()
            (sandbox.path / name).write_text("a suite wrote this")
        assert (sandbox.path / "app/a.py").read_text() == "new\n"
    assert (root / "build/fast.so").read_text() == "binary"
    assert (tmp_path / "outside.so").read_text() == "outside"


@pytest.mark.parametrize("pattern", ["/etc/passwd", "../secret", "build/../../x"])
def test_a_pattern_that_leads_out_is_refused(repo, root, place, pattern):
    with Sandbox.open(repo, place) as sandbox, pytest.raises(UsageError, match="leads out"):
        sandbox.copy_in(root, [pattern])


def test_a_link_in_the_commit_does_not_lead_a_copy_out(make_repo, git, tmp_path, place):
    root = make_repo({"a.py": ""})
    (tmp_path / "precious").mkdir()
    (root / "build").symlink_to(tmp_path / "precious")
    git(root, "add", "build")
    git(root, "commit", "--quiet", "-m", "link")
    (root / "build").unlink()
    (root / "build").mkdir()
    (root / "build/fast.so").write_text("binary")
    repo = open_repository(root)
    with Sandbox.open(repo, place) as sandbox:
        sandbox.checkout(repo.head().commit)
        assert sandbox.copy_in(root, ["build/*.so", ".git/config", ".git"]) == ()
    assert list((tmp_path / "precious").iterdir()) == []


def test_what_it_holds_is_what_lies_there_not_what_the_index_remembers(repo, place, commits):
    base, made = commits
    sandbox = Sandbox.open(repo, place)
    lies = sandbox.checkout(made)
    assert sandbox.held() == repo.tree(made)
    (lies / "untracked.py").write_text("")
    assert sandbox.held() == repo.tree(made)
    (lies / "app/a.py").write_text("print('a')\n")
    assert sandbox.held() == repo.tree(base)

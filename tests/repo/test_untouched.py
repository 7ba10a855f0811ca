"""The first promise: whatever this room does, no byte, mode, mtime or inode of the user's changes."""

import pytest

from workbench.repo.candidate import build_candidate, commit_tree, identity_of
from workbench.repo.history import Clash, diff, merge_tree_revert
from workbench.repo.refs import compare_and_swap, create_ref, put_ref
from workbench.repo.repository import open_repository
from workbench.repo.sandbox import Sandbox
from workbench.repo.sources import CommitSources

HOOKS = (
    "applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-applypatch", "post-checkout", "post-commit",
    "post-index-change", "post-merge", "post-rewrite", "pre-applypatch", "pre-auto-gc", "pre-commit",
    "pre-merge-commit", "prepare-commit-msg", "reference-transaction",
)  # fmt: skip
OURS = (".git/refs/heads/workbench/", ".git/logs/refs/heads/workbench/")


@pytest.fixture
def busy(root, git):
    """A repository in the middle of somebody's work, with every hook set to tell and to fail."""
    (root / ".git/hooks").mkdir()
    for name in HOOKS:
        hook = root / ".git/hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {root}/.git/HOOK-{name}\nexit 1\n")
        hook.chmod(0o755)
    git(root, "config", "core.fsmonitor", f"touch {root}/.git/HOOK-fsmonitor; false")
    (root / "app/a.py").write_text("print('staged')\n")
    git(root, "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=", "add", "app/a.py")
    (root / "app/a.py").write_text("print('edited after staging')\n")
    (root / "README").unlink()
    (root / "untracked.py").write_text("mine\n")
    (root / ".git/HOOK-ran").unlink(missing_ok=True)
    return root


def work(repo, directory):
    """Do all this room can do to a repository, the way a run does it."""
    head = repo.head()
    sources = CommitSources(repo, head.commit)
    sources.refused_attributes([entry.path for entry in sources.entries()])
    repo.dirty(), repo.operation_in_progress(), identity_of(repo)
    first = build_candidate(repo, parent=head.commit, changes={"app/a.py": b"new\n"}, message="m", when=1)
    second = build_candidate(repo, parent=first.commit, changes={"README": b"new\n"}, message="m", when=2)
    put_ref(repo, "refs/workbench/r/cand", second.commit)
    create_ref(repo, "refs/heads/workbench/plan", head.commit)
    with Sandbox.open(repo, directory) as sandbox:
        for commit in (first.commit, second.commit, head.commit):
            sandbox.checkout(commit)
            (sandbox.path / "app/a.py").write_text("a suite wrote this\n")
            sandbox.copy_in(repo.root, ["untracked.py"])
    compare_and_swap(repo, "refs/heads/workbench/plan", new=second.commit, old=head.commit, reason="keep")
    undone = merge_tree_revert(repo, tip=second.commit, commit=first.commit)
    assert not isinstance(undone, Clash)
    commit_tree(repo, tree=undone, parent=second.commit, message="revert", when=3)
    diff(repo, head.commit, second.commit)


def test_a_whole_runs_work_leaves_the_users_files_index_head_config_and_hooks_as_they_were(busy, snapshot, tmp_path):
    repo = open_repository(busy)
    before = snapshot(busy, OURS)
    assert ".git/index" in before
    work(repo, tmp_path / "sandbox")
    assert snapshot(busy, OURS) == before
    assert list((busy / ".git").glob("HOOK-*")) == []
    assert list((busy / ".git/workbench").iterdir()) == []
    assert not (tmp_path / "sandbox").exists()


def test_the_oracle_sees_a_touch_a_rewrite_and_a_new_file(root, snapshot):
    before = snapshot(root)
    (root / "README").write_bytes((root / "README").read_bytes())
    assert snapshot(root) != before
    before = snapshot(root)
    (root / ".git/new").write_text("")
    assert snapshot(root) != before


def test_variables_a_hook_exports_do_not_redirect_the_work(busy, snapshot, tmp_path, make_repo, monkeypatch):
    other = make_repo({"other.py": ""})
    before = snapshot(other), snapshot(busy, OURS)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    repo = open_repository(busy)
    assert repo.root == busy
    work(repo, tmp_path / "sandbox")
    assert (snapshot(other), snapshot(busy, OURS)) == before

"""Opening a repository, in the states repositories are found in."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.model.errors import EnvironmentFailed, Refused, UsageError
from workbench.repo.repository import Head, open_repository


def test_it_is_found_from_below_and_knows_where_it_lies(root, git):
    with open_repository(root / "app") as repo:
        assert (repo.root, repo.git_dir, repo.common_dir) == (root, root / ".git", root / ".git")
        commit, tree = git(root, "rev-parse", "HEAD"), git(root, "rev-parse", "HEAD^{tree}")
        assert repo.head() == Head(commit, tree, "main")
        assert repo.tree(commit) == tree


def test_a_detached_head_is_on_no_branch(root, git):
    git(root, "checkout", "--quiet", "--detach")
    assert open_repository(root).head().branch is None


def test_a_branch_called_head_beside_head_is_not_it(root, git):
    git(root, "update-ref", "refs/heads/HEAD", "HEAD")
    assert open_repository(root).head().branch == "main"
    git(root, "checkout", "--quiet", "--detach")
    assert open_repository(root).head().branch is None


def test_the_state_directory_is_private_and_made_on_demand(root, repo):
    assert not (root / ".git/workbench").exists()
    assert repo.state_dir == root / ".git/workbench"
    assert repo.state_dir.stat().st_mode & 0o777 == 0o700


def test_a_state_directory_that_cannot_be_made_is_the_environments_fault(root, repo):
    (root / ".git/workbench").write_text("")
    with pytest.raises(EnvironmentFailed, match="could not be made"):
        _ = repo.state_dir


def test_a_linked_worktree_shares_the_common_directory(root, git, tmp_path):
    git(root, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "linked"))
    repo = open_repository(tmp_path / "linked" / "app")
    assert repo.root == tmp_path / "linked"
    assert repo.git_dir == root / ".git/worktrees/linked"
    assert repo.common_dir == root / ".git"
    assert repo.head().branch == "side"


def test_a_bare_repository_has_no_root_and_no_edits(root, git, tmp_path):
    git(root, "clone", "--quiet", "--bare", str(root), str(tmp_path / "bare.git"))
    repo = open_repository(tmp_path / "bare.git")
    assert repo.root is None
    assert repo.common_dir == tmp_path / "bare.git"
    assert repo.head() == open_repository(root).head()
    assert repo.dirty() == ()


def test_inside_the_git_directory_there_is_no_root_either(root):
    assert open_repository(root / ".git").root is None


def test_no_repository_no_commit_no_directory(tmp_path, git):
    with pytest.raises(UsageError, match="not in a git repository") as none:
        open_repository(tmp_path)
    assert none.value.exit_code == 2
    assert "git init" in none.value.hint
    git(tmp_path, "init", "--quiet")
    with pytest.raises(Refused, match="no commit yet") as unborn:
        open_repository(tmp_path)
    assert unborn.value.exit_code == 3
    with pytest.raises(UsageError, match="is not a directory"):
        open_repository(tmp_path / "gone")


def test_a_head_that_cannot_be_read_is_not_called_unborn(root):
    (root / ".git/refs/heads/main").write_text("1" * 40 + "\n")
    with pytest.raises(EnvironmentFailed, match="cannot be read"):
        open_repository(root)


def test_git_missing_and_gits_own_refusals_come_through(root, tmp_path, monkeypatch):
    (root / ".git/config").write_text("[core\n")
    with pytest.raises(EnvironmentFailed, match="bad config"):
        open_repository(root)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentFailed, match="git was not found"):
        open_repository(root)


def test_a_repository_of_somebody_else_is_reported_in_gits_words(root, tmp_path, monkeypatch):
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    other = tmp_path / "git"
    # git's own switch for its tests makes it doubt every owner; our environment would scrub it.
    other.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {real} "$@"\n')
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentFailed, match="dubious ownership") as refused:
        open_repository(root)
    assert "\n" not in refused.value.message
    assert f"`git config --global --add safe.directory {root}`" in refused.value.hint


def test_a_line_break_in_the_path_is_refused_not_misread(git, tmp_path):
    odd = tmp_path / "two\nlines"
    odd.mkdir()
    git(odd, "init", "--quiet")
    git(odd, "commit", "--quiet", "--allow-empty", "-m", "x")
    with pytest.raises(EnvironmentFailed, match="line break"):
        open_repository(odd)


def test_odd_paths_of_the_repository_are_fine(git, tmp_path):
    odd = tmp_path / "$HOME ~ 'quoted\" é"
    odd.mkdir()
    git(odd, "init", "--quiet")
    git(odd, "commit", "--quiet", "--allow-empty", "-m", "x")
    repo = open_repository(odd)
    assert repo.root == odd
    assert repo.git.act("rev-parse", "--show-toplevel").line == str(odd)


def test_a_revision_resolves_or_is_refused_with_near_names(root, repo, git):
    git(root, "branch", "feature/login")
    git(root, "tag", "v1", "-m", "annotated")
    head = repo.head().commit
    assert {repo.resolve(rev) for rev in ("HEAD", "main", "v1", "feature/login", head, head[:8])} == {head}
    with pytest.raises(UsageError, match="'feature/lgin' names no commit") as unknown:
        repo.resolve("feature/lgin")
    assert unknown.value.hint == "did you mean feature/login"
    for rev in ("", "-h", "--all", "HEAD:README", "1" * 40, "main..v1"):
        with pytest.raises(UsageError, match="names no commit"):
            repo.resolve(rev)


def test_what_is_there_and_what_contains_what(root, repo, git):
    first = repo.head().commit
    git(root, "commit", "--quiet", "--allow-empty", "-m", "second")
    second = repo.head().commit
    assert repo.exists(first)
    assert not repo.exists("1" * 40)
    assert repo.is_ancestor(first, second)
    assert repo.is_ancestor(first, first)
    assert not repo.is_ancestor(second, first)
    with pytest.raises(EnvironmentFailed, match="`git merge-base`"):
        repo.is_ancestor("1" * 40, first)
    with pytest.raises(EnvironmentFailed, match="not in the repository any more"):
        repo.tree("1" * 40)


MARKERS = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
    "rebase-merge/done": "rebase",
    "rebase-apply/rebasing": "rebase",
    "rebase-apply/applying": "am",
}


@pytest.mark.parametrize(("marker", "operation"), MARKERS.items())
def test_each_operation_git_waits_for_is_named(root, repo, marker, operation):
    assert repo.operation_in_progress() is None
    place = root / ".git" / marker
    place.parent.mkdir(exist_ok=True)
    place.write_text("")
    assert repo.operation_in_progress() == operation


def test_an_operation_belongs_to_its_working_tree(root, git, tmp_path):
    git(root, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    (root / ".git/worktrees/linked/MERGE_HEAD").write_text("")
    assert open_repository(root).operation_in_progress() is None
    assert open_repository(tmp_path / "linked").operation_in_progress() == "merge"


def test_a_real_merge_conflict_is_seen(root, repo, git):
    git(root, "checkout", "--quiet", "-b", "side")
    (root / "README").write_text("side\n")
    git(root, "commit", "--quiet", "-am", "side")
    git(root, "checkout", "--quiet", "main")
    (root / "README").write_text("main\n")
    git(root, "commit", "--quiet", "-am", "main")
    with pytest.raises(AssertionError, match="merge"):
        git(root, "merge", "side")
    assert repo.operation_in_progress() == "merge"


def test_local_edits_are_listed_staged_or_not_but_not_untracked(root, repo, git):
    assert repo.dirty() == ()
    (root / "README").write_text("edited\n")
    (root / "app/a.py").write_text("staged\n")
    git(root, "add", "app/a.py")
    (root / "new.py").write_text("")
    assert repo.dirty() == ("README", "app/a.py")


def test_replaced_objects_are_not_believed(root, repo, git):
    old = repo.head()
    git(root, "commit", "--quiet", "--allow-empty", "-m", "other")
    git(root, "rm", "--quiet", "README")
    git(root, "commit", "--quiet", "-m", "without")
    new = git(root, "rev-parse", "HEAD")
    git(root, "replace", old.commit, new)
    assert repo.tree(old.commit) == old.tree


def test_a_sha256_repository_opens(make_repo):
    repo = open_repository(make_repo({"a.py": ""}, object_format="sha256"))
    assert len(repo.head().commit) == 64
    assert not repo.exists("1" * 64)


def test_a_moved_runner_keeps_everything_else(repo):
    assert replace(repo.git, directory=Path("/")) == repo.git.moved(Path("/"))

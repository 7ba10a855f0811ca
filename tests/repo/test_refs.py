"""Moving one ref: a stale expectation loses, a name clash is seen, and a failure says truly where the ref is."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.model.errors import EnvironmentFailed, RefMoved, Refused, UsageError
from workbench.repo import leftovers
from workbench.repo.leftovers import break_own_lock, locks_of_git, sweep
from workbench.repo.refs import (
    branch_ref,
    checked_out_branches,
    compare_and_swap,
    create_ref,
    list_refs,
    list_refs_with,
    put_ref,
    read_ref,
)

RUN = "refs/heads/workbench/plan"


@pytest.fixture
def commits(root, git):
    """Three commits in a row, oldest first; HEAD is on the first."""
    for number in (1, 2):
        git(root, "commit", "--quiet", "--allow-empty", "-m", str(number))
    listed = tuple(reversed(git(root, "rev-list", "HEAD").split("\n")))
    git(root, "reset", "--quiet", "--hard", listed[0])
    return listed


def test_a_ref_is_read_by_its_full_name_only(root, repo, commits, git):
    git(root, "branch", "refs/heads/main2", commits[1])
    git(root, "branch", "a/b", commits[1])
    assert read_ref(repo, "refs/heads/main") == commits[0]
    assert read_ref(repo, "refs/heads/main2") is None
    assert read_ref(repo, "refs/heads/a") is None
    assert read_ref(repo, "main") is None


def test_creating_and_swapping(root, repo, commits):
    create_ref(repo, RUN, commits[0])
    create_ref(repo, RUN, commits[0])
    compare_and_swap(repo, RUN, new=commits[1], old=commits[0], reason="keep P0-001")
    assert read_ref(repo, RUN) == commits[1]
    assert "keep P0-001" in (root / ".git/logs" / RUN).read_text()


def test_a_stale_expectation_moves_nothing(repo, commits):
    create_ref(repo, RUN, commits[1])
    with pytest.raises(RefMoved, match=f"is at {commits[1][:12]}, expected {commits[0][:12]}"):
        compare_and_swap(repo, RUN, new=commits[2], old=commits[0], reason="r")
    with pytest.raises(RefMoved, match="expected nothing"):
        create_ref(repo, RUN, commits[2])
    with pytest.raises(RefMoved, match="is at nothing"):
        compare_and_swap(repo, "refs/heads/gone", new=commits[1], old=commits[0], reason="r")
    assert read_ref(repo, RUN) == commits[1]


def test_doing_it_twice_is_doing_it_once(repo, commits):
    create_ref(repo, RUN, commits[0])
    for _ in range(2):
        compare_and_swap(repo, RUN, new=commits[1], old=commits[0], reason="r")
    assert read_ref(repo, RUN) == commits[1]


def test_a_missing_object_cannot_become_a_ref(repo, commits):
    create_ref(repo, RUN, commits[0])
    with pytest.raises(EnvironmentFailed, match="could not be moved"):
        compare_and_swap(repo, RUN, new="1" * 40, old=commits[0], reason="r")
    assert read_ref(repo, RUN) == commits[0]


@pytest.mark.parametrize("after", [False, True])
def test_a_killed_swap_is_told_apart_by_where_the_ref_is(repo, commits, tmp_path, after):
    create_ref(repo, RUN, commits[0])
    deadly = tmp_path / "git"
    act = f'{repo.git.executable} "$@"' if after else ":"
    deadly.write_text(
        f'#!/bin/sh\ncase "$*" in *update-ref*) {act}; kill -9 $$;; esac\nexec {repo.git.executable} "$@"\n'
    )
    deadly.chmod(0o755)
    killed = replace(repo, git=replace(repo.git, executable=str(deadly)))
    if after:
        compare_and_swap(killed, RUN, new=commits[1], old=commits[0], reason="r")
    else:
        with pytest.raises(EnvironmentFailed, match="signal 9"):
            compare_and_swap(killed, RUN, new=commits[1], old=commits[0], reason="r")
    assert read_ref(repo, RUN) == commits[after]


def test_a_lock_left_by_a_kill_blocks_until_it_is_broken_and_only_ours_is(root, repo, commits):
    create_ref(repo, RUN, commits[0])
    lock = root / ".git" / f"{RUN}.lock"
    lock.write_text("")
    with pytest.raises(EnvironmentFailed, match="File exists"):
        compare_and_swap(repo, RUN, new=commits[1], old=commits[0], reason="r")
    with pytest.raises(ValueError, match="not ours"):
        break_own_lock(repo, RUN)
    assert break_own_lock(repo, RUN, run_branch=RUN)
    assert not break_own_lock(repo, RUN, run_branch=RUN)
    compare_and_swap(repo, RUN, new=commits[1], old=commits[0], reason="r")
    for ref in ("refs/heads/main", "HEAD", "index", "refs/workbench/../heads/main", "packed-refs"):
        with pytest.raises(ValueError, match="not ours"):
            break_own_lock(repo, ref, run_branch=RUN)


def again(lock):
    lock.unlink()
    lock.write_text("another")


@pytest.mark.parametrize("meanwhile", [lambda lock: lock.unlink(), again], ids=["gone", "another"])
def test_a_lock_that_a_git_holds_for_a_moment_is_not_broken(root, repo, commits, monkeypatch, meanwhile):
    """So does `git pack-refs` of the user's, with the refs of ours too."""
    create_ref(repo, RUN, commits[0])
    lock = root / ".git" / f"{RUN}.lock"
    lock.write_text("")
    monkeypatch.setattr(leftovers.time, "sleep", lambda _: meanwhile(lock))
    assert not break_own_lock(repo, RUN, run_branch=RUN)
    assert lock.exists() == (meanwhile is again)


def test_a_directory_of_refs_that_is_gone_when_it_is_looked_into_stops_nobody(root, repo, monkeypatch):
    """A git that packs refs takes directories away that are empty then."""
    look = os.scandir

    def too_late(place):
        if Path(place).name == "packed":
            Path(place).rmdir()
        return look(place)

    for place in ("refs/workbench/packed", "refs/heads/packed"):
        (root / ".git" / place).mkdir(parents=True)
    monkeypatch.setattr(os, "scandir", too_late)
    sweep(repo)
    assert locks_of_git(repo) == []
    assert not (root / ".git/refs/heads/packed").exists()
    assert not (root / ".git/refs/workbench/packed").exists()


def test_a_really_killed_update_ref_is_recovered(root, repo, commits):
    create_ref(repo, RUN, commits[0])
    waiting = subprocess.Popen(
        ["git", "-C", root, "update-ref", "--stdin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with waiting:
        waiting.stdin.write(f"start\nupdate {RUN} {commits[1]} {commits[0]}\nprepare\n")
        waiting.stdin.flush()
        assert [waiting.stdout.readline() for _ in range(2)] == ["start: ok\n", "prepare: ok\n"]
        os.kill(waiting.pid, signal.SIGKILL)
    assert (root / ".git" / f"{RUN}.lock").exists()
    sweep(repo, run_branch=RUN)
    compare_and_swap(repo, RUN, new=commits[1], old=commits[0], reason="r")


def test_sweeping_takes_what_is_ours_and_leaves_what_is_not(root, repo, commits):
    put_ref(repo, "refs/workbench/r1/cand", commits[0])
    ours = [".git/refs/workbench/r1/cand.lock", ".git/workbench/idx-1/index.lock"]
    theirs = [".git/index.lock", ".git/HEAD.lock", ".git/refs/heads/main.lock", ".git/workbench/ledger.db"]
    assert repo.state_dir.is_dir()
    for name in (*ours, *theirs):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    sweep(repo)
    sweep(repo, run_branch=RUN)
    assert [name for name in (*ours, *theirs) if (root / name).exists()] == theirs
    assert read_ref(repo, "refs/workbench/r1/cand") == commits[0]


def test_packed_refs_are_refs(root, repo, commits, git):
    create_ref(repo, RUN, commits[0])
    git(root, "pack-refs", "--all")
    assert not (root / ".git" / RUN).exists()
    compare_and_swap(repo, RUN, new=commits[1], old=commits[0], reason="r")
    git(root, "pack-refs", "--all")
    with pytest.raises(RefMoved):
        create_ref(repo, RUN, commits[2])
    assert list_refs(repo, "refs/heads/workbench") == {RUN: commits[1]}


def test_listing_covers_what_is_below_a_prefix_and_nothing_beside_it(repo, commits):
    for ref, commit in (("r1/base", 0), ("r1/cand", 1), ("r10/base", 2)):
        put_ref(repo, f"refs/workbench/{ref}", commits[commit])
    assert list_refs(repo, "refs/workbench/r1") == {
        "refs/workbench/r1/base": commits[0],
        "refs/workbench/r1/cand": commits[1],
    }


def test_our_side_refs_move_freely_and_no_other_does(root, repo, commits):
    put_ref(repo, "refs/workbench/r1/cand", commits[0])
    put_ref(repo, "refs/workbench/r1/cand", commits[1])
    assert read_ref(repo, "refs/workbench/r1/cand") == commits[1]
    with pytest.raises(ValueError, match="not ours"):
        put_ref(repo, "refs/heads/main", commits[1])


def test_a_branch_called_like_one_of_our_directories_is_refused_with_its_name(root, repo, commits, git):
    git(root, "branch", "workbench")
    with pytest.raises(Refused, match="refs/heads/workbench") as refused:
        create_ref(repo, RUN, commits[0])
    assert "--branch" in refused.value.hint
    git(root, "branch", "-m", "workbench", "workbench/plan/deeper")
    with pytest.raises(Refused, match="refs/heads/workbench/plan/deeper"):
        create_ref(repo, RUN, commits[0])


def test_a_broken_ref_is_not_an_absent_one(root, repo, commits):
    create_ref(repo, RUN, commits[0])
    (root / ".git" / RUN).write_text("")
    with pytest.raises(EnvironmentFailed, match="broken ref"):
        read_ref(repo, RUN)


def test_a_vetoing_hook_has_no_say_over_our_refs(root, repo, commits):
    hook = root / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    create_ref(repo, RUN, commits[0])
    compare_and_swap(repo, RUN, new=commits[1], old=commits[0], reason="r")


@pytest.mark.parametrize("name", ["workbench/plan", "feature", "a.b/c-d", "ünï", "@", "x@y", "heads/main"])
def test_branch_names_git_takes(name):
    assert subprocess.run(["git", "check-ref-format", f"refs/heads/{name}"], check=False).returncode == 0
    assert branch_ref(name) == f"refs/heads/{name}"


@pytest.mark.parametrize(
    "name", ["", "-x", "--force", "HEAD", "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "/a", "a/",
             "a//b", "a.lock", ".a", "a/.b", "a.", "@{-1}", "a@{b", "a\x7fb", "a\nb"]
)  # fmt: skip
def test_names_that_are_no_branch(name, tmp_path):
    asked = ["git", "check-ref-format", "--branch", name]  # `@{-1}` is one where a branch was left
    assert subprocess.run(asked, cwd=tmp_path, capture_output=True, check=False).returncode != 0
    with pytest.raises(UsageError, match="cannot be the name of a branch") as refused:
        branch_ref(name)
    assert refused.value.exit_code == 2


def test_checked_out_branches_are_known_across_working_trees(root, repo, git, tmp_path):
    git(root, "worktree", "add", "--quiet", "-b", "workbench/plan", str(tmp_path / "linked"))
    git(root, "worktree", "add", "--quiet", "--detach", str(tmp_path / "detached"))
    assert checked_out_branches(repo) == {"refs/heads/main": root, RUN: tmp_path / "linked"}


def test_a_symbolic_ref_is_not_followed_when_it_is_moved(root, repo, commits, git):
    git(root, "symbolic-ref", RUN, "refs/heads/main")
    compare_and_swap(repo, RUN, new=commits[1], old=commits[0], reason="r")
    assert read_ref(repo, "refs/heads/main") == commits[0]
    assert read_ref(repo, RUN) == commits[1]


def test_refs_are_found_by_what_their_history_holds(repo, commits):
    for name, commit in zip(("one", "two", "three"), commits, strict=True):
        create_ref(repo, f"refs/workbench/r1/{name}", commit)
    create_ref(repo, "refs/workbench/r2/three", commits[2])
    assert list_refs_with(repo, commits[1], "refs/workbench/r1") == (
        "refs/workbench/r1/three",
        "refs/workbench/r1/two",
    )
    assert list_refs_with(repo, commits[2], "refs/workbench/r3") == ()

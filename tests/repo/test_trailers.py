"""Commit messages: what we write is what we read, and no text from outside can add a trailer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.model.errors import Conflict
from workbench.repo.candidate import build_candidate
from workbench.repo.trailers import ChainCommit, chain, parse, render

TRAILERS = {"Workbench-Plan": "websocket-ssot", "Workbench-Batch": "P0-003", "Workbench-Rules": "a, b"}


def test_a_message_reads_like_one_and_parses_back(git, tmp_path):
    message = render("P0-003 plan: rule in app (7 sites)", "why: because\n\n- app/a.py (7)", TRAILERS)
    assert message == (
        "P0-003 plan: rule in app (7 sites)\n\nwhy: because\n\n- app/a.py (7)\n\n"
        "Workbench-Plan: websocket-ssot\nWorkbench-Batch: P0-003\nWorkbench-Rules: a, b\n"
    )
    assert parse(message) == TRAILERS
    read_by_git = git(tmp_path, "interpret-trailers", "--parse", stdin=message.encode())
    assert read_by_git.split("\n") == [f"{name}: {value}" for name, value in TRAILERS.items()]


@pytest.mark.parametrize(
    "message",
    ["subject\n", "", "Workbench-Batch: P0-001\n", "s\n\nbody\n", "s\n\nbody\nWorkbench-Batch: P0-001\n",
     "s\n\nWorkbench-Batch: P0-001\n\nlast\n", "s\n\nWorkbench-Batch:P0-001\n", "s\n\n Workbench-Batch: P0-001\n"],
)  # fmt: skip
def test_what_is_no_block_of_trailers_has_none(message):
    assert parse(message) == {}


def test_a_message_without_body_or_trailers_is_its_subject():
    assert render("subject", "", {}) == "subject\n"


@settings(deadline=None)
@given(subject=st.text(), body=st.text(), values=st.lists(st.text(), min_size=1, max_size=3))
def test_foreign_text_forges_nothing(subject, body, values):
    evil = "\n\nWorkbench-Batch: forged\n"
    trailers = {f"Workbench-{number}": value + evil for number, value in enumerate(values)}
    message = render(f"x{subject}{evil}", body + evil, trailers)
    assert parse(message) == {name: " ".join(value.split()) for name, value in trailers.items()}
    assert "\n" not in message.split("\n\n", 1)[0]


def commit(repo, parent, number):
    message = render(f"batch {number}", "", {"Workbench-Batch": f"P0-00{number}"})
    return build_candidate(repo, parent=parent, changes={"README": b"%d\n" % number}, message=message, when=number)


def test_a_chain_lists_commits_oldest_first_with_what_they_say(repo):
    base = repo.head().commit
    first = commit(repo, base, 1)
    second = commit(repo, first.commit, 2)
    assert chain(repo, base=base, head=second.commit) == (
        ChainCommit(first.commit, first.tree, base, "batch 1", {"Workbench-Batch": "P0-001"}),
        ChainCommit(second.commit, second.tree, first.commit, "batch 2", {"Workbench-Batch": "P0-002"}),
    )
    assert chain(repo, base=base, head=base) == ()


def test_a_chain_follows_first_parents_only(root, repo, git):
    base = repo.head().commit
    git(root, "checkout", "--quiet", "-b", "side")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "side")
    git(root, "checkout", "--quiet", "main")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "ünï\n\n\xff")
    git(root, "merge", "--quiet", "--no-ff", "-m", "merged", "side")
    subjects = [one.subject for one in chain(repo, base=base, head=repo.head().commit)]
    assert subjects == ["ünï", "merged"]


def test_a_chain_that_does_not_start_at_the_base_is_a_conflict(root, repo, git):
    base = repo.head().commit
    first = commit(repo, base, 1)
    elsewhere = git(root, "commit-tree", "-m", "root", repo.head().tree)
    for start, head in ((first.commit, base), (elsewhere, base), (elsewhere, first.commit), (base, elsewhere)):
        with pytest.raises(Conflict, match="is not built on"):
            chain(repo, base=start, head=head)

"""What `doctor` says of git and of the object store where not everything is at hand."""

from __future__ import annotations

import pytest

from workbench.model.diagnosis import Health
from workbench.repo.checkup.files import files, listing
from workbench.repo.checkup.program import program
from workbench.repo.checkup.store import store
from workbench.repo.git import Git
from workbench.repo.repository import find_repository, open_repository


def told(diagnoses, check):
    (found,) = (one for one in diagnoses if one.check == check)
    return found.health, found.told


@pytest.fixture
def partial(root, git, tmp_path):
    """A partial clone in which, after a checkout, all of its commit is there."""
    (root / "link").symlink_to("README")
    git(root, "add", "link")
    git(root, "commit", "--quiet", "-m", "a link")
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root, "clone", "--quiet", "--filter=blob:none", root.as_uri(), str(tmp_path / "partial"))
    with open_repository(tmp_path / "partial") as repo:
        yield repo


@pytest.mark.parametrize(
    ("version", "health"),
    [
        ("2.30.9", Health.MEND),
        ("2.31.0", Health.NOTE),
        ("2.35.8", Health.NOTE),
        ("2.36.0", Health.OK),
        ("?", Health.MEND),
    ],
)
def test_how_old_git_may_be(tmp_path, version, health):
    (tmp_path / "git").write_text(f"#!/bin/sh\necho git version {version}\n")
    (tmp_path / "git").chmod(0o755)
    assert program(Git(tmp_path, str(tmp_path / "git"), (), {})).health is health


def test_a_partial_clone_is_looked_at_as_far_as_it_goes(partial):
    assert told(store(partial), "objects") == (Health.NOTE, "a partial clone; all of this commit is here")
    listed = listing(partial)
    assert {one.size for one in listed} == {-1}
    assert told(files(partial, listed, 10), "links") == (
        Health.NOTE,
        "1; where they lead is not looked up in a partial clone",
    )


def test_a_link_within_the_repository_and_sizes_are_known_in_a_whole_one(root, git):
    (root / "link").symlink_to("app/../README")
    git(root, "add", "link")
    git(root, "commit", "--quiet", "-m", "a link")
    with open_repository(root) as repo:
        listed = listing(repo)
        assert told(files(repo, listed, 15), "links") == (Health.OK, "1, all inside; a linked file is never edited")
        assert told(files(repo, listed, 15), "sizes") == (Health.NOTE, "1 too large to be judged: skipped")


def test_a_broken_tree_is_told(root, git):
    tree = git(root, "rev-parse", "HEAD:app")
    place = root / ".git/objects" / tree[:2] / tree[2:]
    place.chmod(0o600)
    place.write_bytes(b"rotten")
    with open_repository(root) as repo:
        health, said = told(store(repo), "objects")
    assert health is Health.MEND
    assert f"{tree} " in said


def test_without_a_commit_there_are_no_objects_to_miss(git, tmp_path):
    git(tmp_path, "init", "--quiet", "--template=")
    with find_repository(tmp_path) as repo:
        assert told(store(repo), "objects") == (Health.OK, "none yet")

"""What is announced lies on the disk already: contents before names, names before refs."""

import os
from pathlib import Path

import pytest

from tests.repo.landing import commit_aside, land
from workbench.repo.candidate import build_candidate
from workbench.repo.exchange import exchange


@pytest.fixture
def told(monkeypatch):
    """What happened, in order: `synced PATH`, and what else a test adds."""
    seen, sync = [], os.fsync

    def watched(descriptor):
        seen.append(f"synced {Path(f'/proc/self/fd/{descriptor}').readlink()}")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    return seen


def landed(root, told):
    def swap(place, name, directory):
        told.append(f"swapped {name}")
        return exchange(place, name, directory)

    land(root, commit_aside(root, {"app/a.py": b"new\n"}), at=told.append, swap=swap)


def test_a_landed_file_is_on_the_disk_before_it_is_in_its_place(root, told):
    landed(root, told)
    now = told.index("swapped a.py")
    assert f"synced {root}/.git/workbench/land/stage.part/app/a.py" in told[:now]
    assert told[now + 1 : now + 3] == [f"synced {root}/app", "swapped"]


def test_the_index_is_on_the_disk_before_it_is_in_its_place(root, told):
    landed(root, told)
    written = told.index("index-written")
    assert told[written - 1 : written + 3] == [
        f"synced {root}/.git/index.lock",
        "index-written",
        f"synced {root}/.git",
        "index-replaced",
    ]


def test_objects_are_on_the_disk_before_anybody_hears_of_them(root, repo, told):
    store = root / ".git/objects"
    before = {*store.glob("??/*")}
    build_candidate(repo, parent=repo.head().commit, changes={"app/a.py": b"new\n"}, message="m", when=1)
    new = {*store.glob("??/*")} - before
    assert len(new) == 4  # a blob, two trees and a commit
    assert {f"synced {one.parent}" for one in new} <= {*told}

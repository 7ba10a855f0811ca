"""A repository made of a directory: the same commit on every machine."""

import pytest

from workbench.model.errors import EnvironmentFailed
from workbench.repo.create import create_repository
from workbench.repo.repository import open_repository
from workbench.repo.sources import CommitSources


def write(directory):
    directory.mkdir()
    (directory / "sub").mkdir()
    (directory / "sub/crlf.py").write_bytes(b"x = 1\r\n")
    (directory / "run.sh").write_bytes(b"#!/bin/sh\n")
    (directory / "run.sh").chmod(0o755)
    (directory / ".gitignore").write_text("*.log\n")
    (directory / "debug.log").write_text("")
    return directory


def test_the_commit_depends_on_the_files_alone(tmp_path, git, sealed, monkeypatch):
    first = create_repository(write(tmp_path / "one"), message="A small service", when=1_700_000_000)
    (sealed / "config").write_text(
        f"[core]\n\tautocrlf = true\n\texcludesFile = {sealed}/ignore\n\tattributesFile = {sealed}/attributes\n"
        "[init]\n\tdefaultBranch = trunk\n"
        "[user]\n\tname = Eve\n\temail = eve@example.org\n[commit]\n\tgpgSign = true\n"
    )
    (sealed / "ignore").write_text("run.sh\n")
    (sealed / "attributes").write_text("*.py text\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(sealed / "config"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert create_repository(write(tmp_path / "two"), message="A small service", when=1_700_000_000) == first
    assert not (tmp_path / "elsewhere").exists()


def test_it_is_a_clean_repository_on_main(tmp_path, git):
    place = write(tmp_path / "demo")
    commit = create_repository(place, message="A small service", when=1_700_000_000)
    repo = open_repository(place)
    assert (repo.head().commit, repo.head().branch) == (commit, "main")
    assert git(place, "status", "--porcelain") == ""
    sources = CommitSources(repo, commit)
    assert [entry.path for entry in sources.entries()] == [".gitignore", "run.sh", "sub/crlf.py"]
    assert dict(sources.read(["sub/crlf.py"])) == {"sub/crlf.py": b"x = 1\r\n"}
    assert git(place, "show", "-s", "--format=%an <%ae> %s") == "workbench <workbench@localhost> A small service"


def test_an_existing_history_is_not_replaced(root):
    with pytest.raises(EnvironmentFailed, match="update-ref"):
        create_repository(root, message="x", when=1)

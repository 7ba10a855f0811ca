"""Files on disk: what git would see, read without following links, with a blob id only where git vouches for it."""

import os
import resource
import socket

import pytest

from workbench.model.errors import EnvironmentFailed, UsageError
from workbench.repo.repository import open_repository
from workbench.repo.working_tree import WorkingTreeSources


def on_disk(root):
    return WorkingTreeSources(open_repository(root))


def entries(root):
    return {entry.path: entry for entry in on_disk(root).entries()}


def test_tracked_and_untracked_files_are_seen_ignored_and_deleted_ones_are_not(root, git):
    (root / ".gitignore").write_text("*.log\n")
    (root / "app/new.py").write_text("new\n")
    (root / "debug.log").write_text("")
    (root / "app/a.py").unlink()
    (root / "README").write_text("edited\n")
    seen = entries(root)
    assert list(seen) == [".gitignore", "README", "app/b.py", "app/new.py", "app/run.sh"]
    assert dict(on_disk(root).read(["README", "app/a.py", "app/new.py"])) == {
        "README": b"edited\n",
        "app/new.py": b"new\n",
    }


def test_a_blob_id_is_given_only_to_what_is_clean(root, git):
    (root / "README").write_text("edited\n")
    (root / "new.py").write_text("")
    seen = entries(root)
    assert seen["app/a.py"].blob == git(root, "rev-parse", ":app/a.py")
    assert seen["app/run.sh"].executable
    assert (seen["README"].blob, seen["new.py"].blob) == ("", "")
    (root / "app/a.py").write_text("staged\n")
    git(root, "add", "app/a.py")
    assert entries(root)["app/a.py"].blob == git(root, "rev-parse", ":app/a.py")


def test_an_edit_in_the_same_second_with_the_same_size_is_seen(root, git):
    git(root, "update-index", "--refresh")
    before = (root / "README").stat()
    (root / "README").write_text("READ ME\n")
    os.utime(root / "README", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert entries(root)["README"].blob == ""


def test_a_mode_on_disk_counts_for_what_is_not_clean(root):
    (root / "app/a.py").chmod(0o755)
    (root / "new.sh").write_text("")
    (root / "new.sh").chmod(0o755)
    seen = entries(root)
    assert seen["app/a.py"].executable
    assert seen["new.sh"].executable


def test_files_git_was_told_not_to_look_at_are_looked_at(root, git):
    git(root, "update-index", "--assume-unchanged", "README")
    git(root, "update-index", "--skip-worktree", "app/a.py", "app/b.py")
    (root / "README").write_text("edited\n")
    (root / "app/a.py").unlink()
    seen = entries(root)
    assert seen["README"].blob == ""
    assert seen["app/b.py"].blob == ""
    assert on_disk(root).unreadable() == (("app/a.py", "not-checked-out"),)


def test_links_are_named_and_never_followed(root, git, tmp_path):
    (tmp_path / "secret.py").write_text("secret\n")
    (root / "tracked.py").symlink_to(tmp_path / "secret.py")
    git(root, "add", "tracked.py")
    (root / "untracked.py").symlink_to(tmp_path / "secret.py")
    (root / "README").unlink()
    (root / "README").symlink_to(tmp_path / "secret.py")
    sources = on_disk(root)
    assert sources.unreadable() == (("README", "symlink"), ("tracked.py", "symlink"), ("untracked.py", "symlink"))
    assert list(sources.read(["README", "tracked.py", "untracked.py"])) == []


def test_a_directory_swapped_for_a_link_leads_nowhere(root, tmp_path):
    (root / "app").rename(tmp_path / "elsewhere")
    (root / "app").symlink_to(tmp_path / "elsewhere")
    sources = on_disk(root)
    (tmp_path / "elsewhere/a.py").write_text("changed\n")
    assert list(sources.read(["app/a.py"])) == []
    assert "app/a.py" not in [entry.path for entry in sources.entries()]
    assert ("app", "symlink") in sources.unreadable()


def test_other_things_than_files_are_named(root, git, make_repo, tmp_path):
    (root / os.fsdecode(b"caf\xe9.py")).write_text("")
    git(root, "init", "--quiet", "nested")
    git(root / "nested", "commit", "--quiet", "--allow-empty", "-m", "x")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    (root / "README").unlink()
    os.mkfifo(root / "README")
    sources = on_disk(root)
    assert sources.unreadable() == (
        ("README", "not-a-file"),
        (r"caf\xe9.py", "path-not-utf8"),
        ("nested/", "repository"),
        ("sub", "submodule"),
    )
    assert list(sources.read(["README", "app"])) == []


def test_what_cannot_be_a_file_is_absent_and_what_cannot_be_told_is_an_error(root):
    sources = on_disk(root)
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        listener.bind(f"/proc/self/fd/{here}/socket.py")
        os.close(here)
        assert list(sources.read(["socket.py", "x" * 300, "README/below.py", "gone.py"])) == []
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
    try:
        with pytest.raises(EnvironmentFailed, match="README cannot be read"):
            list(sources.read(["README"]))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_conflicted_file_is_listed_once(root, git):
    blob = git(root, "rev-parse", ":README")
    stages = "".join(f"100644 {blob} {stage}\tREADME\n" for stage in (1, 2, 3))
    git(root, "update-index", "--index-info", stdin=f"0 {'0' * 40}\tREADME\n{stages}".encode())
    names = [entry.path for entry in on_disk(root).entries()]
    assert names.count("README") == 1
    assert entries(root)["README"].blob == ""


def test_converted_files_have_no_blob_id_for_their_content_differs(make_repo, git):
    root = make_repo({"a.py": "# $Id$\n", "b.py": "y\n", "c.py": "z\n"})
    assert all(entry.blob for entry in on_disk(root).entries())
    (root / ".gitattributes").write_text("a.py ident\n")
    (root / ".git/info").mkdir(exist_ok=True)
    (root / ".git/info/attributes").write_text("b.py filter=crypt\n")
    assert [path for path, entry in entries(root).items() if entry.blob] == ["c.py"]
    assert on_disk(root).refused_attributes(["a.py", "b.py"]) == {"b.py": "filter=crypt"}


def test_odd_names_are_names(make_repo):
    odd = dict.fromkeys(("-rf.py", ":(top)x.py", "new\nline.py", 'quo"te.py', "tab\tb.py", "ünï.py", " lead.py"), "x")
    root = make_repo(odd)
    (root / "-untracked\n.py").write_text("x")
    assert list(entries(root)) == sorted([*odd, "-untracked\n.py"])
    assert dict(on_disk(root).read(odd)) == dict.fromkeys(odd, b"x")


def test_a_working_tree_is_not_a_commit_and_a_bare_repository_has_none(root, git, tmp_path):
    assert on_disk(root).commit is None
    git(root, "clone", "--quiet", "--bare", str(root), str(tmp_path / "bare"))
    with pytest.raises(UsageError, match="no working tree"):
        on_disk(tmp_path / "bare")


def test_looking_changes_nothing_not_even_the_index(root, snapshot, git):
    (root / "README").write_text("edited\n")
    os.utime(root / "app/a.py", (1, 1))
    before = snapshot(root)
    sources = on_disk(root)
    list(sources.read([entry.path for entry in sources.entries()]))
    assert open_repository(root).dirty() == ("README",)
    assert snapshot(root) == before

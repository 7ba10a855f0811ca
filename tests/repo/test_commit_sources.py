"""Files of a commit: exact bytes, odd names, and what cannot be read named with its reason."""

import os

import pytest

from workbench.model.errors import EnvironmentFailed
from workbench.model.source import Entry
from workbench.repo.git import Git
from workbench.repo.repository import open_repository
from workbench.repo.sources import CommitSources, CountedSources, OverlaySources

ODD = (
    "-rf.py",
    ":(top)x.py",
    "new\nline.py",
    'quo"te.py',
    "tab\tb.py",
    "ünï.py",
    "back\\slash.py",
    " lead.py",
    "a*b.py",
)


def at_head(root):
    repo = open_repository(root)
    return CommitSources(repo, repo.head().commit)


def test_entries_and_bytes_are_those_of_the_commit_whatever_the_working_tree_says(root, git):
    sources = at_head(root)
    (root / "README").write_text("edited\n")
    assert [entry.path for entry in sources.entries()] == ["README", "app/a.py", "app/b.py", "app/run.sh"]
    assert [entry.path for entry in sources.entries() if entry.executable] == ["app/run.sh"]
    assert sources.entries()[0] == Entry("README", git(root, "rev-parse", "HEAD:README"))
    assert sources.commit == git(root, "rev-parse", "HEAD")
    assert dict(sources.read(["README"])) == {"README": b"read me\n"}


def test_reading_keeps_the_order_asked_and_leaves_out_what_is_not_there(root):
    sources = at_head(root)
    read = list(sources.read(["app/run.sh", "gone.py", "README", "README"]))
    assert [path for path, _ in read] == ["app/run.sh", "README", "README"]
    assert list(sources.read([])) == []


def test_bytes_survive_exactly(make_repo):
    files = {
        "bom.py": b"\xef\xbb\xbfx = 1\r\n",
        "latin.py": b"# -*- coding: latin-1 -*-\n# \xe9\n",
        "no-newline.py": b"x = 1",
        "empty.py": b"",
        "cr.py": b"x = 1\ry = 2\r",
        "nul.bin": b"\0\n\0",
        "big.py": b"x = 1\n" * 100_000,
    }
    sources = at_head(make_repo(files))
    assert dict(sources.read(files)) == files


def test_odd_names_are_names(make_repo):
    files = {name: f"# {number}\n".encode() for number, name in enumerate(ODD)}
    sources = at_head(make_repo(files))
    assert sorted(files) == [entry.path for entry in sources.entries()]
    assert dict(sources.read(files)) == files


def test_the_order_of_entries_is_that_of_their_paths(make_repo):
    names = ["a/b.py", "a.py", "a-b.py", "a/a/z.py", "ab.py", "é.py", "😀.py", "z.py", "Z.py", "a b.py"]
    assert [entry.path for entry in at_head(make_repo(dict.fromkeys(names, ""))).entries()] == sorted(names)


def test_what_is_no_regular_file_with_a_name_is_listed_with_its_reason(root, git):
    (root / "link.py").symlink_to("README")
    (root / os.fsdecode(b"\xff.py")).write_text("")
    git(root, "add", "--all")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(root, "commit", "--quiet", "-m", "odd")
    sources = at_head(root)
    assert sorted(sources.unreadable()) == [
        (r"\xff.py", "path-not-utf8"),
        ("link.py", "symlink"),
        ("sub", "submodule"),
    ]
    assert len(sources.entries()) == 4
    assert list(sources.read(["link.py", "sub"])) == []


def test_a_blob_that_is_gone_is_an_error_not_an_absence(root, git):
    blob = git(root, "rev-parse", "HEAD:README")
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(EnvironmentFailed, match=f"object {blob} is not in the repository"):
        list(at_head(root).read(["README"]))


def test_a_partial_clone_is_an_error_and_no_reason_to_use_the_network(root, git, tmp_path):
    git(root, "config", "uploadpack.allowFilter", "true")
    options = ("--quiet", "--no-checkout", "--filter=blob:none")
    git(tmp_path, "clone", *options, f"file://{root}", "partial")
    before = sorted((tmp_path / "partial/.git/objects").rglob("*"))
    sources = at_head(tmp_path / "partial")
    assert len(sources.entries()) == 4
    blob = git(root, "rev-parse", "HEAD:README")
    with pytest.raises(EnvironmentFailed, match=f"the object {blob} was left out of this partial clone") as caught:
        list(sources.read(["README"]))
    assert "git fetch --refetch --no-filter" in caught.value.hint
    assert sorted((tmp_path / "partial/.git/objects").rglob("*")) == before


def test_a_clone_without_trees_is_told_how_to_become_whole(root, git, tmp_path):
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--filter=tree:0", f"file://{root}", "partial")
    partial = tmp_path / "partial"
    for failing in (lambda: open_repository(partial), lambda: Git.at(partial).ask("ls-tree", "HEAD")):
        with pytest.raises(EnvironmentFailed) as caught:
            failing()
        assert "git fetch --refetch --no-filter" in caught.value.hint
    git(tmp_path / "partial", "fetch", "--quiet", "--refetch", "--no-filter", "origin")
    assert dict(at_head(tmp_path / "partial").read(["README"])) == {"README": b"read me\n"}


def test_a_shallow_clone_reads_like_any_other(root, git, tmp_path):
    git(root, "commit", "--quiet", "--allow-empty", "-m", "second")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{root}", "shallow")
    assert dict(at_head(tmp_path / "shallow").read(["README"])) == {"README": b"read me\n"}


def test_leaving_a_reading_early_ends_its_child(make_repo):
    sources = at_head(make_repo({f"{number}.py": "x" * 100_000 for number in range(20)}))
    reading = sources.read([entry.path for entry in sources.entries()])
    assert next(reading)[0] == "0.py"
    reading.close()


def test_filtered_and_reencoded_paths_are_named_from_the_commits_own_attributes(make_repo, git):
    files = {
        ".gitattributes": "*.bin filter=lfs\nutf16.py working-tree-encoding=UTF-16\n*.py text eol=lf\n",
        "sub/.gitattributes": "secret.py filter=crypt\nplain.bin -filter\n",
    }
    root = make_repo(files)
    (root / ".gitattributes").write_text("* filter=uncommitted\n")
    (root / ".git/info").mkdir(exist_ok=True)
    (root / ".git/info/attributes").write_text("private.py filter=mine\n")
    asked = ["a.bin", "a.py", "utf16.py", "sub/secret.py", "sub/plain.bin", "private.py", 'odd"\n.bin']
    assert at_head(root).refused_attributes(asked) == {
        "a.bin": "filter=lfs",
        "utf16.py": "working-tree-encoding=UTF-16",
        "sub/secret.py": "filter=crypt",
        "private.py": "filter=mine",
        'odd"\n.bin': "filter=lfs",
    }
    assert at_head(root).refused_attributes([]) == {}
    assert list((root / ".git/workbench").iterdir()) == []


def test_attributes_of_a_bare_repository_are_read_too(make_repo, git, tmp_path):
    root = make_repo({".gitattributes": "*.bin filter=lfs\n"})
    git(root, "clone", "--quiet", "--bare", str(root), str(tmp_path / "bare"))
    assert at_head(tmp_path / "bare").refused_attributes(["x.bin"]) == {"x.bin": "filter=lfs"}


def test_sha256_and_packed_objects_read_the_same(make_repo, git):
    for form in ("sha1", "sha256"):
        root = make_repo({"a.py": "x = 1\n", "b/c.py": "y = 2\n"}, object_format=form)
        git(root, "gc", "--quiet")
        assert dict(at_head(root).read(["b/c.py", "a.py"])) == {"b/c.py": b"y = 2\n", "a.py": b"x = 1\n"}


def test_an_overlay_replaces_and_adds_and_passes_the_rest_through(root):
    base = at_head(root)
    over = OverlaySources(base, {"app/a.py": b"new", "app/run.sh": b"#!", "added.py": b"more"})
    assert over.commit is None
    assert over.unreadable() == base.unreadable()
    entries = {entry.path: entry for entry in over.entries()}
    assert list(entries) == ["README", "added.py", "app/a.py", "app/b.py", "app/run.sh"]
    assert entries["app/run.sh"] == Entry("app/run.sh", "", True)
    assert entries["added.py"] == Entry("added.py", "", False)
    assert entries["README"].blob
    asked = ["README", "app/a.py", "gone.py", "added.py", "app/b.py", "README"]
    assert [path for path, _ in over.read(asked)] == ["README", "app/a.py", "added.py", "app/b.py", "README"]
    assert dict(over.read(["app/a.py", "README"])) == {"app/a.py": b"new", "README": b"read me\n"}


def test_what_was_read_is_counted_and_all_else_passes_through(root):
    base = at_head(root)
    counted = CountedSources(base)
    assert (counted.commit, counted.entries(), counted.unreadable()) == (base.commit, base.entries(), base.unreadable())
    assert dict(counted.read(["README", "gone.py"])) == {"README": b"read me\n"}
    assert counted.read_paths == {"README"}


def test_attributes_are_those_of_the_base_however_a_file_is_wrapped(make_repo):
    base = at_head(make_repo({".gitattributes": "a.py filter=lfs\n", "a.py": "", "b.py": ""}))
    refused = base.refused_attributes(["a.py", "b.py"])
    assert list(refused) == ["a.py"]
    for wrapped in (CountedSources(base), OverlaySources(base, {"b.py": b"x"})):
        assert wrapped.refused_attributes(["a.py", "b.py"]) == refused
        assert wrapped.refused_attributes(["b.py"]) == {}

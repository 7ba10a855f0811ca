"""What changed, and a tree with one commit's change taken back."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.model.errors import EnvironmentFailed
from workbench.repo.candidate import build_candidate
from workbench.repo.history import Clash, blob_diff, changed_paths, contents, diff, merge_tree_revert
from workbench.repo.repository import open_repository
from workbench.repo.sources import CommitSources


def build(repo, parent, changes):
    return build_candidate(repo, parent=parent, changes=changes, message="m", when=1)


def test_a_diff_is_plain_whatever_the_configuration_says(root, repo, git):
    git(root, "config", "color.ui", "always")
    git(root, "config", "diff.external", "false")
    git(root, "config", "diff.noprefix", "true")
    git(root, "config", "diff.renames", "true")
    git(root, "config", "diff.up.textconv", "tr a-z A-Z <")
    git(root, "config", "diff.up.command", "false")
    (root / ".gitattributes").write_text("*.py diff=up\n")
    base = repo.head().commit
    made = build(repo, base, {"app/a.py": b"print('b')\n", "app/b.py": b"# \xff\n"})
    assert diff(repo, base, made.commit, ["app/a.py"]) == (
        "diff --git a/app/a.py b/app/a.py\n"
        f"index {git(root, 'rev-parse', '--short', f'{base}:app/a.py')}"
        f"..{git(root, 'rev-parse', '--short', f'{made.commit}:app/a.py')} 100644\n"
        "--- a/app/a.py\n+++ b/app/a.py\n@@ -1 +1 @@\n-print('a')\n+print('b')\n"
    )
    assert "+# \udcff\n" in diff(repo, base, made.commit)
    assert diff(repo, base, made.commit, ["app"]) == diff(repo, base, made.commit)
    assert diff(repo, base, made.tree, ["*.py"]) == ""
    assert diff(repo, base, base) == ""


def test_changed_paths_are_named_exactly(repo, make_repo):
    base = repo.head().commit
    made = build(repo, base, {"app/b.py": b"x", "README": b"x"})
    assert changed_paths(repo, base, made.commit) == ("README", "app/b.py")
    assert changed_paths(repo, base, base) == ()


def test_odd_paths_are_named_exactly(make_repo, git):
    names = ["-x.py", ":(top)y.py", "new\nline.py", 'quo"te.py', "ünï.py"]
    repo = open_repository(make_repo(dict.fromkeys(names, "old\n")))
    base = repo.head().commit
    made = build(repo, base, dict.fromkeys(names, b"new\n"))
    assert sorted(changed_paths(repo, base, made.commit)) == sorted(names)
    assert "a/ünï.py" in diff(repo, base, made.commit, ["ünï.py", "-x.py"])
    assert diff(repo, base, made.commit, [":(top)y.py"]).count("@@") == 2


texts = st.lists(st.sampled_from([b"a\n", b"b\r\n", b"\xff\n", b"\x0c\n", b"c\r", b"\n"])).map(b"".join)


@settings(max_examples=40, deadline=None)
@given(before=texts, after=texts, tails=st.tuples(st.booleans(), st.booleans()))
def test_the_diff_of_two_states_in_memory_is_a_patch_from_one_to_the_other(tmp_path_factory, before, after, tails):
    before, after = (text + b"end" * tail for text, tail in zip((before, after), tails, strict=True))
    patch = blob_diff("dir/f.py", before, after)
    assert (patch == "") == (before == after)
    if patch:
        place = tmp_path_factory.mktemp("patch")
        (place / "dir").mkdir()
        (place / "dir/f.py").write_bytes(before)
        raw = patch.encode("utf-8", "surrogateescape")
        apply = ["git", "-C", place, "-c", "core.whitespace=cr-at-eol", "apply", "--unidiff-zero", "-"]
        subprocess.run(apply, input=raw, check=True)
        assert (place / "dir/f.py").read_bytes() == after


def test_undoing_the_last_commit_gives_the_tree_before_it(repo):
    base = repo.head()
    made = build(repo, base.commit, {"app/a.py": b"1\n", "app/run.sh": b"2\n"})
    assert merge_tree_revert(repo, tip=made.commit, commit=made.commit) == base.tree


def test_undoing_an_earlier_commit_keeps_what_came_after(repo):
    base = repo.head().commit
    first = build(repo, base, {"app/a.py": b"1\n"})
    second = build(repo, first.commit, {"README": b"2\n"})
    undone = merge_tree_revert(repo, tip=second.commit, commit=first.commit)
    assert changed_paths(repo, base, undone) == ("README",)
    assert undone == build(repo, base, {"README": b"2\n"}).tree


def test_what_was_changed_again_is_named_and_nothing_is_guessed(repo, root, git):
    base = repo.head().commit
    first = build(repo, base, {"app/a.py": b"1\n", "app/b.py": b"1\n", "README": b"1\n"})
    second = build(repo, first.commit, {"app/b.py": b"2\n", "README": b"2\n"})
    assert merge_tree_revert(repo, tip=second.commit, commit=first.commit) == Clash(("README", "app/b.py"))
    assert merge_tree_revert(repo, tip=second.commit, commit=second.commit) == first.tree


def test_what_was_undone_by_hand_already_is_no_clash(repo):
    base = repo.head()
    first = build(repo, base.commit, {"app/a.py": b"1\n", "README": b"1\n"})
    second = build(repo, first.commit, {"README": b"read me\n"})
    assert merge_tree_revert(repo, tip=second.commit, commit=first.commit) == base.tree


def test_what_else_came_and_went_since_stays_so(root, repo, git):
    first = build(repo, repo.head().commit, {"app/a.py": b"1\n"})
    git(root, "reset", "--quiet", "--hard", first.commit)
    git(root, "rm", "--quiet", "README")
    (root / "new.py").write_text("")
    git(root, "add", "new.py")
    git(root, "commit", "--quiet", "-m", "gone and come")
    undone = merge_tree_revert(repo, tip=repo.head().commit, commit=first.commit)
    assert changed_paths(repo, repo.head().tree, undone) == ("app/a.py",)


def test_a_file_that_was_deleted_since_is_a_clash(root, repo, git):
    git(root, "commit", "--quiet", "--allow-empty", "-m", "start")
    first = build(repo, repo.head().commit, {"README": b"1\n"})
    git(root, "reset", "--quiet", "--hard", first.commit)
    git(root, "rm", "--quiet", "README")
    git(root, "commit", "--quiet", "-m", "gone")
    assert merge_tree_revert(repo, tip=repo.head().commit, commit=first.commit) == Clash(("README",))


@pytest.mark.parametrize("split", [False, True])
def test_sparse_and_split_indexes_have_no_say(root, repo, git, split):
    if split:
        git(root, "config", "core.splitIndex", "true")
    else:
        git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "nothing")
    base = repo.head()
    made = build(repo, base.commit, {"app/a.py": b"1\n"})
    assert CommitSources(repo, made.commit).refused_attributes(["app/a.py"]) == {}
    assert merge_tree_revert(repo, tip=made.commit, commit=made.commit) == base.tree
    assert list((root / ".git").glob("sharedindex.*")) == []
    assert list((root / ".git/workbench").iterdir()) == []


def test_a_commit_without_a_parent_cannot_be_undone(repo):
    with pytest.raises(EnvironmentFailed):
        merge_tree_revert(repo, tip=repo.head().commit, commit=repo.head().commit)


def test_a_path_is_never_an_option(make_repo, git):
    names = ("--name-only", "*.py", "b.py")
    repo = open_repository(make_repo(dict.fromkeys(names, "old\n")))
    new = build_candidate(
        repo, parent=repo.head().commit, changes=dict.fromkeys(names, b"new\n"), message="m", when=1
    ).commit
    for name in names:
        shown = diff(repo, repo.head().commit, new, [name])
        assert [line for line in shown.splitlines() if line.startswith("+++")] == [f"+++ b/{name}"]
        assert shown.endswith("-old\n+new\n")


def test_lines_that_nobody_changed_since_go_back_and_later_ones_stay(repo):
    base = build(repo, repo.head().commit, {"app/a.py": b"1\n2\n3\n", "README": b"1\n2\n3\n"})
    first = build(repo, base.commit, {"app/a.py": b"one\n2\n3\n", "README": b"one\n2\n3\n"})
    second = build(repo, first.commit, {"app/a.py": b"one\n2\nthree\n", "README": b"uno\n2\n3\n"})
    assert merge_tree_revert(repo, tip=second.commit, commit=first.commit) == Clash(("README",))
    third = build(repo, second.commit, {"README": b"one\n2\ntres\n"})
    undone = merge_tree_revert(repo, tip=third.commit, commit=first.commit)
    assert undone == build(repo, base.commit, {"app/a.py": b"1\n2\nthree\n", "README": b"1\n2\ntres\n"}).tree


def test_what_a_path_holds_in_each_commit_or_nothing_where_one_has_no_file(repo):
    base = repo.head().commit
    made = build(repo, base, {"app/a.py": b"new\n"}).commit
    assert contents(repo, "app/a.py", [made, base]) == (b"new\n", b"print('a')\n")
    assert contents(repo, "gone.py", [made, base]) is None
    assert contents(repo, "app", [made, base]) is None

"""Commits built aside: repeatable, byte-exact, all or nothing, and never through hooks, signers or the user's index."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.model.errors import EnvironmentFailed, Refused
from workbench.repo.candidate import WORKBENCH, Identity, build_candidate, commit_tree, identity_of
from workbench.repo.environment import leaked
from workbench.repo.incoming import incoming
from workbench.repo.leftovers import sweep
from workbench.repo.refs import put_ref
from workbench.repo.repository import open_repository
from workbench.repo.sources import CommitSources

WHEN = 1_700_000_123


def build(repo, changes, **more):
    given = {"parent": repo.head().commit, "message": "P0-001 plan: rule in app (1 site)", "when": WHEN} | more
    return build_candidate(repo, changes=changes, **given)


def content(repo, commit):
    sources = CommitSources(repo, commit)
    return dict(sources.read([entry.path for entry in sources.entries()]))


def leftovers(root):
    objects = (root / ".git/objects").rglob("tmp_*")
    return [*objects, *(root / ".git").glob("fast_import*"), *(root / ".git/workbench").glob("*")]


def test_only_the_given_bytes_change_and_modes_stay(root, repo, git):
    made = build(repo, {"app/run.sh": b"#!/bin/bash\n", "app/b.py": b"# \xff\r\nno newline"})
    assert content(repo, made.commit) == {
        "README": b"read me\n",
        "app/a.py": b"print('a')\n",
        "app/b.py": b"# \xff\r\nno newline",
        "app/run.sh": b"#!/bin/bash\n",
    }
    assert made.tree == git(root, "rev-parse", f"{made.commit}^{{tree}}")
    assert git(root, "rev-parse", f"{made.commit}^") == repo.head().commit
    assert git(root, "ls-tree", made.commit, "app/run.sh").startswith("100755 ")
    assert git(root, "fsck", "--strict", "--no-dangling") == ""
    assert leftovers(root) == []


def test_the_same_inputs_give_the_same_commit_in_any_clone(root, repo, make_repo, monkeypatch):
    changes = {"app/a.py": b"1\n", "README": b"2\n"}
    first = build(repo, changes)
    assert build(repo, dict(reversed(changes.items()))) == first
    monkeypatch.setenv("GIT_AUTHOR_DATE", "1800000000 +0900")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    other = open_repository(make_repo({}))
    subprocess.run(["git", "-C", other.root, "fetch", "-q", root, "main"], check=True)
    subprocess.run(["git", "-C", other.root, "config", "i18n.commitEncoding", "latin-1"], check=True)
    assert build(other, changes, parent=repo.head().commit) == first
    given = {"tree": first.tree, "parent": repo.head().commit, "message": "P0-001 plan: rule in app (1 site)"}
    assert commit_tree(other, **given, when=WHEN) == first
    assert build(repo, changes, when=WHEN + 1).commit != first.commit


def test_it_is_the_commit_that_commit_tree_would_have_made(root, repo, git):
    name = Identity("Grace Höpper", "grace@example.org")
    made = build(repo, {"README": b"x"}, name=name, message="subject\n\nbody — ünï\n")
    given = {"tree": made.tree, "parent": repo.head().commit, "message": "subject\n\nbody — ünï"}
    assert commit_tree(repo, **given, when=WHEN, name=name) == made
    shown = git(root, "show", "-s", "--format=%an <%ae> %ad|%cn <%ce> %cd|%B", "--date=raw", made.commit)
    who = f"Grace Höpper <grace@example.org> {WHEN} +0000"
    assert shown == f"{who}|{who}|subject\n\nbody — ünï\n"


def test_many_files_come_in_as_one_pack_and_few_as_loose_objects(make_repo, git):
    root = make_repo({f"d{number}/x.py": f"{number}\n" for number in range(60)})
    repo = open_repository(root)
    packs = root / ".git/objects/pack"
    build(repo, {"d1/x.py": b"one\n"})
    assert list(packs.iterdir()) == []
    made = build(repo, {f"d{number}/x.py": b"changed %d\n" % number for number in range(60)})
    assert sorted(file.suffix for file in packs.iterdir()) == [".idx", ".pack"]
    assert content(repo, made.commit)["d7/x.py"] == b"changed 7\n"
    assert build(repo, {f"d{number}/x.py": b"changed %d\n" % number for number in range(60)}) == made
    assert leftovers(root) == []


def test_no_change_is_a_commit_with_the_parents_tree(repo):
    assert build(repo, {}).tree == repo.head().tree
    assert build(repo, {"README": b"read me\n"}).tree == repo.head().tree


def test_odd_paths_are_paths(make_repo):
    names = ["-rf.py", ":(top)x.py", "new\nline.py", 'quo"te.py', "tab\tb.py", "ünï.py", "back\\slash.py", " a b "]
    repo = open_repository(make_repo(dict.fromkeys(names, "old")))
    changes = {name: name.encode() for name in names}
    assert content(repo, build(repo, changes).commit) == changes


def test_a_case_insensitive_setting_does_not_merge_names(make_repo, git):
    root = make_repo({"a.py": "1", "A.py": "2"})
    git(root, "config", "core.ignoreCase", "true")
    repo = open_repository(root)
    for name, other in (("a.py", "A.py"), ("A.py", "a.py")):
        made = content(repo, build(repo, {name: b"3"}).commit)
        assert made == {name: b"3", other: content(repo, "HEAD")[other]}


@pytest.mark.parametrize(
    "path", ["link.py", "sub", "app", "gone.py", "app//a.py", "/README", "../x", "app/./a.py", ".git/config", ""]
)
def test_what_is_not_a_regular_file_of_the_parent_is_refused(root, git, path):
    (root / "link.py").symlink_to("README")
    git(root, "add", "link.py")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(root, "commit", "--quiet", "-m", "odd")
    objects = sorted((root / ".git/objects").rglob("*"))
    with pytest.raises(Refused, match="is not a regular file") as refused:
        build(open_repository(root), {"README": b"x", path: b"x"})
    assert refused.value.path == path
    assert sorted((root / ".git/objects").rglob("*")) == objects
    assert leftovers(root) == []


def test_a_failure_leaves_nothing(root, repo, git, monkeypatch):
    with pytest.raises(EnvironmentFailed, match="fast-import"):
        build(repo, {"README": b"x" * 1_000_000}, parent="1" * 40)
    for name in leaked(os.environ):
        monkeypatch.delenv(name)
    with pytest.raises(EnvironmentFailed, match="could not be started"):
        build(replace(repo, git=replace(repo.git, executable=str(root / "gone"))), {"README": b"x"}, parent="1" * 40)
    with pytest.raises(EnvironmentFailed, match="cannot be written"):
        build(replace(repo, common_dir=root / "gone"), {"README": b"x"})
    assert leftovers(root) == []


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path
from workbench.repo.candidate import build_candidate
from workbench.repo.repository import open_repository
repo = open_repository(Path(sys.argv[1]))
repo = replace(repo, git=replace(repo.git, executable=sys.argv[2]))
build_candidate(repo, parent=repo.head().commit, changes={"README": b"x"}, message="m", when=1)
"""


def test_a_pack_is_in_the_store_before_the_index_that_announces_it(make_repo, monkeypatch):
    repo = open_repository(make_repo({f"{number}.py": f"{number}\n" for number in range(150)}))
    order, link = [], Path.hardlink_to

    def watched(self, target):
        order.append(self.suffix)
        link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", watched)
    build(repo, {f"{number}.py": b"new %d\n" % number for number in range(150)})
    assert order == [".pack", ".idx"]


def test_what_a_helper_of_gits_left_unfinished_stays_out_of_the_store(root, repo):
    # fast-import starts an unpack-objects of its own; where that dies, it keeps the pack and is content.
    with incoming(repo) as git:
        aside = Path(git.variables["GIT_OBJECT_DIRECTORY"])
        for place in ("12/tmp_obj_a", "tmp_objdir-bulk-fsync-b/34/tmp_obj_c", "pack/tmp_pack_d"):
            (aside / place).parent.mkdir(parents=True)
            (aside / place).write_bytes(b"half")
    assert leftovers(root) == []


def test_a_killed_build_is_swept_and_built_again(root, repo, tmp_path):
    deadly = tmp_path / "git"
    deadly.write_text(f'#!/bin/sh\n{repo.git.executable} "$@"\ncase "$*" in *fast-import*) kill -9 $PPID;; esac\n')
    deadly.chmod(0o755)
    ended = subprocess.run([sys.executable, "-c", KILLED, root, deadly], check=False)
    assert ended.returncode == -9
    assert [place.name[:20] for place in leftovers(root)] == ["tmp_objdir-workbench"]
    sweep(repo)
    assert leftovers(root) == []
    made = build(repo, {"README": b"x"}, message="m", when=1)
    assert content(repo, made.commit)["README"] == b"x"


def test_sha256_and_linked_worktrees_build_too(make_repo, git, tmp_path):
    root = make_repo({"a.py": "1"}, object_format="sha256")
    git(root, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    here, there = open_repository(root), open_repository(tmp_path / "linked")
    made = build(here, {"a.py": b"2"})
    assert len(made.commit) == len(made.tree) == 64
    assert build(there, {"a.py": b"2"}) == made
    with pytest.raises(EnvironmentFailed):
        build(there, {"a.py": b"2"}, parent="1" * 64)
    assert [place.name for place in (root / ".git/worktrees/linked").glob("fast*")] == []


def test_a_bare_repository_builds_too(root, git, tmp_path):
    git(root, "clone", "--quiet", "--bare", str(root), str(tmp_path / "bare"))
    repo = open_repository(tmp_path / "bare")
    assert content(repo, build(repo, {"README": b"x"}).commit)["README"] == b"x"


def test_a_store_in_a_directory_with_an_odd_name_is_found(git, tmp_path):
    odd = tmp_path / 'a:b "c" é'
    odd.mkdir()
    git(odd, "init", "--quiet")
    (odd / "a.py").write_text("1")
    git(odd, "add", "a.py")
    git(odd, "commit", "--quiet", "-m", "x")
    repo = open_repository(odd)
    assert content(repo, build(repo, {"a.py": b"2"}).commit) == {"a.py": b"2"}


def test_no_ref_is_written_and_a_ref_of_that_name_is_left_alone(root, repo, git):
    git(root, "update-ref", "refs/workbench/nowhere", "HEAD")
    before = git(root, "for-each-ref")
    build(repo, {"README": b"x"})
    assert git(root, "for-each-ref") == before


def test_a_pinned_candidate_survives_garbage_collection_and_an_unpinned_one_does_not(root, repo, git):
    pinned, loose = build(repo, {"README": b"pinned"}), build(repo, {"README": b"loose"})
    put_ref(repo, "refs/workbench/r1/cand", pinned.commit)
    git(root, "gc", "--quiet", "--prune=now")
    assert repo.exists(pinned.commit)
    assert not repo.exists(loose.commit)
    assert content(repo, pinned.commit)["README"] == b"pinned"
    assert build(repo, {"README": b"loose"}) == loose


def test_signing_is_not_asked_of_a_program_that_may_hang(root, repo, git, tmp_path):
    gpg = tmp_path / "gpg"
    gpg.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nsleep 20\n")
    gpg.chmod(0o755)
    git(root, "config", "commit.gpgSign", "true")
    git(root, "config", "gpg.program", str(gpg))
    made = build(repo, {"README": b"x"})
    commit_tree(repo, tree=made.tree, parent=made.commit, message="x", when=WHEN)
    assert not (tmp_path / "asked").exists()
    assert "gpgsig" not in git(root, "cat-file", "commit", made.commit)


def test_the_identity_is_the_users_if_there_is_one(root, repo, git):
    assert identity_of(repo) == WORKBENCH
    git(root, "config", "user.name", "Ada <Lovelace>\n")
    assert identity_of(repo) == WORKBENCH
    git(root, "config", "user.email", "ada@example.org")
    assert identity_of(repo) == Identity("Ada Lovelace", "ada@example.org")


def test_foreign_text_in_message_and_name_does_not_break_the_commit(root, repo, git):
    name = Identity("Eve> 0 +0000\nparent x", "e<v>e")
    made = build(repo, {"README": b"x"}, message="nul \0 surrogate \udcff\n\n\n", name=name)
    assert (
        git(root, "show", "-s", "--format=%an|%ae|%B", made.commit)
        == "Eve 0 +0000parent x|eve|nul  surrogate \\udcff\n"
    )
    assert git(root, "fsck", "--strict", "--no-dangling") == ""

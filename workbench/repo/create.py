"""Makes a repository of a directory of files, the same one every time: for the demo and for approved pictures."""

from __future__ import annotations

from pathlib import Path

from workbench.repo.candidate import WORKBENCH, encoded, signing
from workbench.repo.git import Git

# What a machine's configuration would otherwise change in the blobs or leave out of the tree.
_SAME_EVERYWHERE = ("-c", "core.autocrlf=false", "-c", "core.excludesFile=", "-c", "core.attributesFile=")


def create_repository(directory: Path, *, message: str, when: int) -> str:
    """Commit all files in `directory`, less what its `.gitignore` names, on a new branch `main`; returns the commit id.

    `when` is the date in UTC seconds. Author and committer are our own, so the id depends on the files alone.
    """
    git = Git.at(directory)
    git.act("init", "--quiet", "--template=", "--initial-branch=main", "--object-format=sha1")
    git.act(*_SAME_EVERYWHERE, "add", "--all")
    tree = git.act("write-tree").line
    commit = signing(git, WORKBENCH, when).act("commit-tree", tree, stdin=encoded(message)).line
    git.act("update-ref", "refs/heads/main", commit, "0" * len(commit))
    return commit

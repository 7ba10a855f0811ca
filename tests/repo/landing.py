"""Commits made aside, and a lander for each, for the tests of landing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from workbench.repo.land import Lander, Move
from workbench.repo.repository import open_repository


def run(root, *words, stdin=b"", index=None):
    environment = os.environ | ({"GIT_INDEX_FILE": str(index)} if index else {})
    command = ["git", "-C", str(root), "-c", "core.autocrlf=false", *words]
    ended = subprocess.run(command, input=stdin, capture_output=True, env=environment, check=False)
    assert ended.returncode == 0, (words, ended.stderr.decode())
    return ended.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")


def commit_aside(root, files, parent="HEAD"):
    """Commit `files` (content, (mode, content), or None to delete) on `parent`, past index and working tree."""
    index = Path(run(root, "rev-parse", "--path-format=absolute", "--git-dir")) / "aside-index"
    run(root, "read-tree", parent, index=index)
    for path, wanted in files.items():
        mode, content = wanted if isinstance(wanted, tuple) else ("", wanted)
        if content is None:
            run(root, "update-index", "--force-remove", "--", path, index=index)
            continue
        blob = run(root, "hash-object", "-w", "--stdin", stdin=content)
        known = run(root, "ls-tree", parent, "--", path)
        mode = mode or (known.split(" ")[0] if known else "100644")
        info = b"%s %s\t%s\0" % (mode.encode(), blob.encode(), os.fsencode(path))
        run(root, "update-index", "--add", "-z", "--index-info", stdin=info, index=index)
    made = run(root, "commit-tree", "-p", parent, "-m", "new", run(root, "write-tree", index=index))
    index.unlink()
    return made


def lander(root, new, *, at=lambda _: None, name="l1", **options):
    repo = open_repository(root)
    head = repo.head()
    return Lander(repo, Move(name, head.branch, head.commit, new, "land"), at, **options)


def land(root, new, **options):
    """Land as the engine does: look first, then write."""
    one = lander(root, new, **options)
    one.check()
    return one.forward()

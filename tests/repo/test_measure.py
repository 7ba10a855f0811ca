"""The measure of the user's working tree differs in exactly the part that was touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.model.run import Certificate
from workbench.repo.measure import measure
from workbench.repo.repository import Repository, open_repository

TOUCHES: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "nothing": (lambda _: None, ()),
    "read": (lambda root: (root / "README").read_text(), ()),
    "mode": (lambda root: (root / "README").chmod(0o755), ("files",)),
    "saved again as it was": (lambda root: (root / "README").write_text("read me\n"), ("files",)),
    "time alone": (lambda root: os.utime(root / "README", (1, 1)), ("files",)),
    "gone": (lambda root: (root / "README").unlink(), ("files",)),
    "a link in its place": (
        lambda root: ((root / "README").unlink(), (root / "README").symlink_to("app")),
        ("files",),
    ),
    "a new file": (lambda root: (root / "new\n.py").write_text(""), ("untracked",)),
    "staged": (lambda root: subprocess.run(["git", "rm", "-q", "--cached", "app/b.py"], cwd=root, check=True), None),
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_a_touch_shows_where_it_was(touch: str, root: Path, repo: Repository) -> None:
    os.utime(root / "README", (2, 2))
    act, parts = TOUCHES[touch]
    before = measure(repo)
    act(root)
    certificate = Certificate("t", "rollback", "", "", "", "", "", "", before=before, after=measure(repo))
    assert certificate.touched == (("index", "untracked", "files") if parts is None else parts)


def test_without_a_working_tree_there_is_nothing_to_touch(root: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--bare", root, tmp_path / "bare"], check=True)
    assert measure(open_repository(tmp_path / "bare")) is None
    assert Certificate("t", "rollback", "", "", "", "", "", "").touched == ()

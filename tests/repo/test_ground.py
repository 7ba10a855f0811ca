"""Looking at one file: what it is, nothing, or why that cannot be told."""

from __future__ import annotations

import errno

import pytest

from workbench.repo.ground import InTheWayError, Seen, look


def test_what_cannot_be_told_is_neither_a_file_nor_nothing(tmp_path, root, git):
    assert look(str(tmp_path / "gone"), length=40) is None
    with pytest.raises(InTheWayError, match="not a file"):
        look(str(tmp_path), length=40)
    with pytest.raises(OSError, match="name too long") as caught:
        look("x" * 300, length=40)
    assert caught.value.errno == errno.ENAMETOOLONG
    blob = git(root, "rev-parse", "HEAD:app/run.sh")
    assert look(str(root / "app/run.sh"), length=len(blob)) == Seen(blob, True)

"""The ratchet: new violations fail, known ones never do, wherever they went."""

from __future__ import annotations

import json

import pytest

from tests.cli.test_main_job import document, root
from tests.command_line import workbench

__all__ = ["root"]

USE = "from app.old import make\n\n\ndef run():\n    return make(1)  # a\n"


def totals(root, *words, code=0):
    found = document(root, "check", "small", *words, code=code)["totals"]
    assert found["now"] == found["new"] + found["known"]
    return found["new"], found["known"], found["gone"], found["unjudged"]


def test_what_was_there_is_known_and_what_is_added_is_new(root):
    assert totals(root) == (0, 6, 0, 0)
    (root / "app/more.py").write_text(USE)
    assert totals(root, code=1) == (2, 6, 0, 0)
    new = document(root, "check", "small", code=1)["new"]
    assert [(one["path"], one["line"]) for one in new] == [("app/more.py", 1), ("app/more.py", 5)]
    assert "2 violations new" in workbench(root, "check", "small").stdout


def test_moved_lines_and_moved_files_are_known_copies_are_not(root):
    (root / "app/a.py").write_text("# moved down\n\n" + USE)
    (root / "app/b.py").rename(root / "app/other.py")
    assert totals(root) == (0, 6, 0, 0)
    (root / "app/copy.py").write_text((root / "app/other.py").read_text())
    assert totals(root, code=1) == (2, 6, 0, 0)


def test_one_more_of_the_same_in_one_file_is_new(root):
    (root / "app/a.py").write_text(USE.replace("make(1)", "make(1), make(1)"))
    assert totals(root, code=1)[:2] == (1, 6)


def test_what_went_is_gone_and_what_cannot_be_read_is_not(root):
    (root / "app/a.py").write_text("")
    assert totals(root) == (0, 4, 2, 0)
    (root / "app/b.py").write_text(USE + "def (:\n")
    assert totals(root) == (0, 2, 2, 2)
    assert "2 known places in files that cannot be judged now" in workbench(root, "check", "small").stdout


def test_a_file_or_an_older_commit_is_the_baseline(root, git, tmp_path):
    known = tmp_path / "known.json"
    known.write_text(workbench(root, "--json", "scan", "small").stdout)
    (root / "app/more.py").write_text(USE)
    assert totals(root, "--baseline", str(known), code=1) == (2, 6, 0, 0)
    git(root, "add", "app")
    git(root, "commit", "-q", "-m", "more")
    assert totals(root) == (0, 8, 0, 0)
    assert totals(root, "--baseline", "HEAD~1", code=1) == (2, 6, 0, 0)
    assert totals(root, "--baseline", "HEAD", "--commit", "HEAD~1") == (0, 6, 2, 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name = 'no'", "is no document of `workbench scan --json`"),
        ('{"plan": "small"}', "violations: Field required"),
        ('{"plan": "other", "violations": []}', "is of the plan other, not of small"),
    ],
)
def test_a_baseline_that_is_none_is_a_usage_error(root, tmp_path, content, words):
    bad = tmp_path / "bad.json"
    bad.write_text(content)
    error = json.loads(workbench(root, "--json", "check", "small", "--baseline", str(bad)).stdout)["error"]
    assert words in error["message"]
    assert error["path"] == str(bad)
    assert workbench(root, "check", "small", "--baseline", "no-such-branch").returncode == 2

"""One change of a file is taken back from under later ones, or nothing is guessed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.repo.undo import undone

CASES = {
    "nothing came later": (b"a\nb\nc\n", b"a\nB\nc\n", b"a\nB\nc\n", b"a\nb\nc\n"),
    "far below": (b"a\nb\nc\nd\n", b"A\nb\nc\nd\n", b"A\nb\nc\nD\n", b"a\nb\nc\nD\n"),
    "the line below": (b"a\nb\n", b"A\nb\n", b"A\nB\n", b"a\nB\n"),
    "the line above": (b"a\nb\n", b"a\nB\n", b"A\nB\n", b"A\nb\n"),
    "lines moved by what came later": (b"a\nb\nc\n", b"a\nb\nC\n", b"0\n1\na\nb\nC\n", b"0\n1\na\nb\nc\n"),
    "a line it had added": (b"a\nc\nd\ne\n", b"a\nB\nc\nd\ne\n", b"a\nB\nc\nd\nE\n", b"a\nc\nd\nE\n"),
    "a line it had taken away": (b"a\nb\nc\nd\n", b"a\nc\nd\n", b"a\nc\nD\n", b"a\nb\nc\nD\n"),
    "the same line": (b"a\nb\n", b"A\nb\n", b"X\nb\n", None),
    "a line of its own, gone since": (b"a\nb\nc\n", b"a\nB\nc\n", b"a\nc\n", None),
    "both added in one place": (b"a\nb\n", b"a\nX\nb\n", b"a\nX\nY\nb\n", None),
    "added where it took away": (b"a\nb\nc\n", b"a\nc\n", b"a\nX\nc\n", None),
    "no final newline": (b"a\nb", b"A\nb", b"A\nb\nc", b"a\nb\nc"),
    "taken back by hand": (b"a\nb\nc\n", b"a\nB\nc\n", b"a\nb\nC\n", None),
    "taken back by hand, alone": (b"a\nb\nc\n", b"a\nB\nc\n", b"a\nb\nc\n", b"a\nb\nc\n"),
    "ends of lines are part of them": (b"a\r\nb\x0c\nc\n", b"A\r\nb\x0c\nc\n", b"A\r\nb\x0c\nC\n", b"a\r\nb\x0c\nC\n"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_becomes_of_a_change_that_is_taken_back(name: str) -> None:
    before, after, now, expected = CASES[name]
    assert undone(before, after, now) == expected


LINES = [b"%d\n" % number for number in range(12)]
edits = st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["take", "change", "add"])), max_size=3)


def edited(lines: list[bytes], changes: list[tuple[int, str]], mark: bytes) -> list[bytes]:
    made = list(lines)
    for number, (at, how) in enumerate(sorted(changes, reverse=True)):
        made[at : at + (how != "add")] = [] if how == "take" else [b"%s%d\n" % (mark, number)]
    return made


@settings(max_examples=40, deadline=None)
@given(first=edits, second=edits)
def test_where_both_find_a_way_git_comes_to_the_same(tmp_path_factory, first, second) -> None:
    after = edited(LINES, first, b"x")
    now = edited(after, second, b"y")
    texts = [b"".join(lines) for lines in (now, after, LINES)]
    place: Path = tmp_path_factory.mktemp("merge")
    for name, text in zip("nab", texts, strict=True):
        (place / name).write_bytes(text)
    merged = subprocess.run(["git", "merge-file", "-p", "n", "a", "b"], cwd=place, capture_output=True, check=False)
    ours = undone(texts[2], texts[1], texts[0])
    if merged.returncode == 0 and ours is not None:
        assert ours == merged.stdout
    assert ours is not None or (first and second)
    assert undone(texts[2], texts[1], texts[1]) == texts[2]
    assert undone(texts[1], texts[1], texts[0]) == texts[0]

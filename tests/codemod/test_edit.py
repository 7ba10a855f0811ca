"""Byte splices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.codemod.edit import Edit, OverlappingEdits, splice


def test_edits_apply_in_any_order() -> None:
    edits = [Edit(4, 5, b"E"), Edit(0, 1, b""), Edit(2, 2, b"++")]
    assert splice(b"abcde", edits) == splice(b"abcde", edits[::-1]) == b"b++cdE"


def test_equal_edits_count_once() -> None:
    assert splice(b"abc", [Edit(1, 2, b"x"), Edit(1, 2, b"x")]) == b"axc"


def test_what_is_inserted_where_another_edit_starts_comes_before_it() -> None:
    assert splice(b"abc", [Edit(1, 2, b"x"), Edit(1, 1, b"+")]) == b"a+xc"
    assert splice(b"abc", [Edit(0, 1, b"x"), Edit(1, 1, b"+")]) == b"x+bc"


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, 2, b"x"), Edit(1, 3, b"y")],
        [Edit(0, 2, b"x"), Edit(0, 2, b"y")],
        [Edit(0, 2, b"x"), Edit(0, 1, b"y")],
        [Edit(0, 3, b"x"), Edit(1, 1, b"y")],
        [Edit(1, 1, b"x"), Edit(1, 1, b"y")],
    ],
)
def test_edits_that_meet_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(OverlappingEdits):
        splice(b"abc", edits)


@given(st.binary(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5), st.binary(max_size=3))))
def test_bytes_outside_the_edits_survive(source: bytes, wishes: list[tuple[int, int, bytes]]) -> None:
    edits, at = [], 0
    for start, length, new in sorted(wishes):
        if at <= start and start + length <= len(source):
            edits.append(Edit(start, start + length, new))
            at = start + length + 1
    result = splice(source, edits)
    for edit in reversed(edits):  # taken back from the end, the source is there again
        end = edit.start + len(edit.new) + sum(len(e.new) - (e.end - e.start) for e in edits if e < edit)
        begin = end - len(edit.new)
        result = result[:begin] + source[edit.start : edit.end] + result[end:]
    assert result == source

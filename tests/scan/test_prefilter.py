"""A file is looked at if a word of the plan stands in it as a word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.scan.prefilter import Hit, Needles

WORDS = frozenset({"old", "old_name", "é", "Manager"})


def look(text, words=WORDS, **aliases):
    found = Needles(frozenset(words), {word: frozenset(beside) for word, beside in aliases.items()})
    return found.look(text if isinstance(text, bytes) else text.encode())


@given(
    st.lists(st.sampled_from(["old", "old_name", "é", "Manager", "_", "x", "9", " ", ".", "\n", "ü", "("]), max_size=9)
)
def test_words_are_found_where_identifiers_end(parts):
    text = "".join(parts)
    expected = {word for word in WORDS if re.search(rf"(?<!\w){word}(?!\w)", text)}
    found = look(text)
    assert (found.words if found else frozenset()) == expected


@pytest.mark.parametrize(
    ("text", "holders"),
    [
        ("old()", set()),
        ("a.old()", {"a"}),
        ("a.b . old", {"a.b"}),
        ("x = a.b.c.old", {"a.b.c"}),
        ("(a.b\n   .old)", {"a.b"}),
        ("f().old", {""}),
        ("patch('pkg.mod.old')", {"pkg.mod"}),
        ("getattr(m, 'old')", {""}),
        ('__all__ = ["old"]', {""}),
        ("naïve.old", {"naïve"}),
        ("a.old\nb.old", {"a", "b"}),
    ],
)
def test_what_a_word_is_read_off(text, holders):
    assert look(text) == Hit(frozenset({"old"}), frozenset(holders))


def test_an_alias_counts_only_beside_what_it_comes_from():
    assert look("np.f", (), np={"mod"}) is None
    assert look("from mod import np", (), np={"mod"}).words == {"np"}
    assert look("from . import np", (), np={"mod", "from ."}).words == {"np"}
    assert look("old; np.f", np={"mod"}).words == {"old"}


def test_nothing_is_found_by_no_words():
    assert look("old", ()) is None


def test_bytes_that_are_no_utf8_are_looked_at_too():
    assert look(b"# \xff\xfe\nold = 1\n").words == {"old"}

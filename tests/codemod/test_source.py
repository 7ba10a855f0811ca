"""Bytes, lines and columns of nasty files."""

from __future__ import annotations

import ast
import warnings

import pytest
from codemod_trees import module
from hypothesis import given
from hypothesis import strategies as st

from workbench.codemod.source import Module, Unparsable

BOM = b"\xef\xbb\xbf"


def last_name(source: bytes) -> tuple[Module, ast.Name]:
    known = module("a.py", source)
    return known, max(
        (node for node in ast.walk(known.tree) if isinstance(node, ast.Name)), key=lambda n: (n.lineno, n.col_offset)
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "shift_jis", "iso-8859-15"])
def test_a_node_s_bytes_in_every_encoding(encoding: str, newline: str) -> None:
    odd = "あ" if encoding == "shift_jis" else "é"
    cookie = "" if encoding.startswith("utf") else f"# -*- coding: {encoding} -*-{newline}"
    source = f"{cookie}\tx = '{odd}'; name{newline}".replace("\t", "").encode(encoding)
    known, node = last_name(source)
    assert known.segment(node) == b"name"
    place = known.place(node)
    assert source[place.start : place.end] == b"name"
    assert (place.line, place.column) == (2 if cookie else 1, 10)
    assert (place.end_line, place.end_column) == (place.line, place.column + 4)
    assert known.newline == newline


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        (b"\x0cname\n", 1, 2),
        (b"if 1:\n\tname\n", 2, 2),
        (b"x = '''\r\na\rb\n'''; name", 4, 6),
        (BOM + b"name", 1, 1),
        (b"'\xc2\x85\xe2\x80\xa8'; name", 1, 7),
        ("'𝒳é'; name".encode(), 1, 7),
    ],
)
def test_lines_and_columns_are_python_s_own(source: bytes, line: int, column: int) -> None:
    known, node = last_name(source)
    place = known.place(node)
    assert (place.line, place.column) == (line, column)
    assert known.segment(node) == b"name"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"x = ", "syntax"),
        (b"print 'a'\n", "syntax"),
        (b"<<<<<<< ours\n", "syntax"),
        (b"x = 1\n\x00", "syntax"),
        (b"%matplotlib inline\n", "syntax"),
        (b"x = '\xe9'\n", "encoding"),
        (b"# coding: nonsense\n", "encoding"),
        (b"# coding: utf-8\n\xff", "encoding"),
        (BOM + b"# coding: latin-1\n", "encoding"),
        (b"# coding: ascii\nx = '\xe9'\n", "encoding"),
        (b"x = " + b"(" * 300 + b")" * 300, "syntax"),
        (b"try: ...\nexcept A, B: ...\n", "grammar"),
        (b"x = a" + b"+a" * 20000, "too-deep"),
    ],
)
def test_what_cannot_be_read_says_why(source: bytes, reason: str) -> None:
    with pytest.raises(Unparsable) as caught:
        _ = module("a.py", source).tree
    assert caught.value.reason == reason


def test_warnings_about_the_code_are_not_ours() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert module("a.py", b"x = '\\d' is 1\n").tree.body


def test_a_syntax_error_names_its_line() -> None:
    with pytest.raises(Unparsable) as caught:
        _ = module("a.py", b"x = 1\ny = (\n").tree
    assert caught.value.line == 2


def test_the_first_line_is_the_snippet() -> None:
    known = module("a.py", b"f(\n  'a',\n)\n")
    assert known.snippet(0, len(known.source)) == "f("
    assert len(module("a.py", b"x" * 500).snippet(0, 500)) == 120


def test_packages_start_relative_imports_from_themselves() -> None:
    assert module("a/b/__init__.py", "").package == "a.b"
    assert module("a/b/c.py", "").package == "a.b"
    assert module("c.py", "").package == ""


LINES = st.lists(st.text(st.sampled_from("aé𝒳'\"\\ \t\x0c"), max_size=6), max_size=5)


@given(lines=LINES, newline=st.sampled_from(["\n", "\r\n", "\r"]), bom=st.booleans())
def test_spans_hold_the_text_of_their_node(lines: list[str], newline: str, bom: bool) -> None:
    text = newline.join([f"{line!r}; name_{n}" for n, line in enumerate(lines)])
    known = module("a.py", (BOM if bom else b"") + text.encode())
    for node in ast.walk(known.tree):
        if isinstance(node, ast.Name):
            place = known.place(node)
            assert known.segment(node).decode() == node.id
            assert (
                text.replace("\r\n", "\n")
                .replace("\r", "\n")
                .split("\n")[place.line - 1][place.column - 1 : place.end_column - 1]
                == node.id
            )

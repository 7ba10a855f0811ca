"""The checks before writing: each turns red on what it is there for."""

from __future__ import annotations

import pytest
from codemod_trees import module, project

from workbench.codemod.checks import check, strays
from workbench.codemod.edit import Edit, splice


def codes(before: bytes | str, after: bytes | str, tree: dict[str, str] | None = None) -> list[str]:
    known = project(tree or {})
    failures = check(module("app/x.py", before), module("app/x.py", after), known)
    return [failure.code for failure in failures]


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("x = 1\n", "x = \n", "does-not-compile"),
        ("import a\na\n", "a\nfrom __future__ import annotations\n", "does-not-compile"),
        ("def f():\n    return 1\n", "def f():\n    await x\n", "does-not-compile"),
        (b"x = '\xc3\xa9'\n", b"# coding: latin-1\nx = '\xc3\xa9'\n", "encoding-changed"),
        (b"\xef\xbb\xbfx = 1\n", b"x = 1\n", "encoding-changed"),
        ("x = 1\r\ny = 2\r\n", "x = 1\r\ny = 3\n", "line-ends-changed"),
        ("x = 1\n", "x = 2", "line-ends-changed"),
        ("x = 1", "x = 2\n", "line-ends-changed"),
        ('"""Doc."""\nx = 1\n', 'import a\n"""Doc."""\nx = 1\n', "docstring-changed"),
        ("import a\na.b\n", "a.b\n", "undefined-name"),
        ("import a\n\n\ndef f():\n    return a\n", "\n\n\ndef f():\n    return a\n", "undefined-name"),
        ("import a\ndef f(x: 'a.B'): ...\n", "def f(x: 'a.B'): ...\n", "undefined-name"),
        ("from m import open\nopen()\n", "open()\n", "undefined-name"),
        ("import a\n__all__ = ['a']\n", "__all__ = ['a']\n", "export-lost"),
        ("type X = int\nf(y)\n", "type X = int\nf(y\n", "does-not-compile"),
        ("type X = int\nf'{y}'\n", "type X = int\nf'{y!z}'\n", "does-not-compile"),
    ],
)
def test_what_is_wrong_is_found(before: bytes | str, after: bytes | str, code: str) -> None:
    assert code in codes(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1\n", "x = 2\n"),
        ("undefined()\n", "undefined(1)\n"),
        ("x = 1\n", "x = dict()\n"),
        ("return 1\n", "return 2\n"),
        ("type X = int\ny = 1\n", "type X = int\ny = 2\n"),
        ("def f[T](x: T) -> T: ...\n", "def f[T](x: T) -> T: return x\n"),
        ("", "x = 1\n"),
        ("import a\n", ""),
        ("from m import *\nold\n", "from m import *\nnew\n"),
    ],
)
def test_what_is_right_passes(before: str, after: str) -> None:
    assert codes(before, after) == []


def test_a_name_a_star_surely_does_not_bring_is_undefined() -> None:
    tree = {"app/names.py": "known = 1\n"}
    assert codes("from app.names import *\nknown\n", "from app.names import *\nunknown\n", tree) == ["undefined-name"]


def test_a_failure_names_the_line() -> None:
    (failure,) = check(module("x.py", "import a\n\na\n"), module("x.py", "\n\na\n"), project({}))
    assert failure.line == 3


# ---- strays


def _strays(before: str, *edits: Edit) -> list[str]:
    old = module("x.py", before)
    new = module("x.py", splice(old.source, edits))
    return [failure.code for failure in strays(old, edits, new)]


def test_statements_outside_the_edits_mean_what_they_meant() -> None:
    before = "x = 1\ny = 2\n\n\ndef f():\n    return x\n"
    assert _strays(before, Edit(0, 5, b"z = 9")) == []
    assert _strays(before, Edit(6, 6, b"a = 0\n")) == []
    assert _strays(before, Edit(6, 12, b"")) == []


def test_an_edit_that_swallows_its_neighbours_is_found() -> None:
    before = "x = 1\n\ny = 2\n\nz = 3\n"
    assert _strays(before, Edit(6, 6, b"'''"), Edit(13, 13, b"'''")) == ["stray-change"]
    assert _strays(before, Edit(6, 6, b"'''")) == ["does-not-compile"]


def test_an_edit_that_changes_what_a_statement_belongs_to_is_found() -> None:
    before = "if x:\n    a = 1\n    b = 2\nelse:\n\n    c = 3\n"
    assert _strays(before, Edit(before.index("else:"), before.index("else:") + 6, b"")) == ["stray-change"]


def test_statements_as_deep_as_the_parser_goes_are_compared() -> None:
    before = "if a:\n    x = 1\n" + "elif b:\n    y = 1\n" * 2_000 + "else:\n\n    z = 1\n"
    last = before.index("else:")
    assert _strays(before, Edit(14, 15, b"2")) == []
    assert _strays(before, Edit(last, last + 6, b"")) == ["stray-change"]


def test_strings_that_were_no_annotations_stay_so() -> None:
    before = "from m import Literal\nx: Literal['a', 'b']\n"
    assert codes(before, before.replace("Literal", "Choice")) == []
    assert codes(before, before.replace("Literal", "Choice").replace("'a'", "'c'")) == ["undefined-name"]

"""Doctests: told of, rewritten or left, by every kind that reads code."""

from __future__ import annotations

import pytest
from rule_trees import reason, rewritten, rule, sites

PATH = "app/user.py"
TREE = {
    "app/__init__.py": "",
    "app/lib.py": "def old(x=1): ...\ndef new(x=1): ...\n",
    "app/more.py": "def new(x, y=1): ...\n",
}
CODE = '''from app.lib import old


def run(x):
    """Do it.

    >>> run(old(2))
    4
    >>> for one in [1]:
    ...     old(one)
    5

    old(2) is prose.
    """
    return old(x)
'''


def move(**more):
    return rule("move-symbol", **{"from_": "app.lib.old", "to": "app.lib.new", "doctests": "rewrite", **more})


def call(**more):
    return rule("replace-call", **{"call": "app.lib.old", "with_": "app.lib.new", "doctests": "rewrite", **more})


def after(one, code, path=PATH):
    return rewritten(one, {**TREE, path: code}, path)


def told(one, code):
    return [(site.place.line, site.scope, reason(site)) for site, _ in sites(one, {**TREE, PATH: code}, PATH)]


def test_they_are_told_of_and_left():
    one = call(doctests="report")
    assert told(one, CODE) == [(7, "run", "doctest"), (10, "run", "doctest"), (15, "run", "open")]
    text = after(one, CODE)[0]
    assert text == CODE.replace("    return old(x)", "    return new(x)").replace("import old", "import new, old")


def test_they_are_ignored():
    assert told(call(doctests="ignore"), CODE) == [(15, "run", "open")]


@pytest.mark.parametrize("one", [move(), call()], ids=["move", "call"])
def test_they_change_with_the_code(one):
    expected = CODE.replace("old", "new").replace("new(2) is prose", "old(2) is prose")
    assert after(one, CODE) == (expected, [])


def test_the_names_of_an_example_are_its_own():
    first = 'def f():\n    """\n    >>> from app.lib import old\n    >>> old(1)\n    """\n'
    code = f'{first}\n\ndef g():\n    """\n    >>> old(1)\n    """\n'
    assert [line for line, _, _ in told(call(), code)] == [4]
    assert after(move(), code)[0] == code.replace("import old\n    >>> old(1)", "import new\n    >>> new(1)")


def test_the_docstring_of_a_module_may_change_in_its_examples():
    code = '"""It.\n\n>>> from app import lib\n>>> lib.old(1)\n"""\n'
    assert after(call(), code) == (code.replace("old", "new"), [])


def test_what_does_not_fit_on_the_lines_is_left_to_a_person():
    code = CODE.replace("    return old(x)\n", "    return x\n")
    one = call(with_="app.more.new", arguments=[{"name": "y", "otherwise": {"expression": "'''a'''"}}])
    assert after(one, code) == (code, ["doctest", "doctest"])


@pytest.mark.parametrize(
    "code",
    [
        'def f():\n    "\\x3e>> old(1)"\n',
        'from app.lib import old\ndef f():\n    """\n    >>> old(1\n    """\n',
        'from app.lib import old\ndef f():\n    x = """\n    >>> old(1)\n    """\n',
        'from app.lib import old\ndef f():\n    """\\t\n    >>> old(1)\n    """\n',
        'from app.lib import old\ndef f():\n    """\n    ... old(1)\n    >>>old(1)\n    """\n',
    ],
)
def test_what_is_no_readable_example_is_none(code):
    assert told(call(), code) == []


def test_line_ends_and_quotes_stay():
    code = 'from app.lib import old\r\n\r\n\r\ndef f():\r\n    r"""\r\n    >>> [\'é\', old(2)]\r\n    >>> old()"""\r\n'
    assert after(call(), code) == (code.replace("old", "new"), [])

"""The arguments of a call as text."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.codemod.calls.text import arguments, converted, opening, renamed, with_argument, without


def parts(text: str) -> list[str]:
    return [text[one.span.start : one.span.end] for one in arguments(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("()", []),
        ("(  # nothing\n)", []),
        ("(a)", ["a"]),
        ("((a), [b, c], {d: e})", ["(a)", "[b, c]", "{d: e}"]),
        ("(a, *b, c=1, **d)", ["a", "*b", "c=1", "**d"]),
        ("(\n    a,  # (, #\n    (b),\n)", ["a", "(b)"]),
        ("(f(x, y), ')', b=((1)))", ["f(x, y)", "')'", "b=((1))"]),
        ("(x for x in y)", ["x for x in y"]),
        ("((x for x in y))", ["(x for x in y)"]),
        ("('é', é=(1))", ["'é'", "é=(1)"]),
        ("(*a, b, k=1, *c)", ["*a", "b", "k=1", "*c"]),
        ("(\n    a=f'{b['c']}'\n    f'{d}', e=1,\n)", ["a=f'{b['c']}'\n    f'{d}'", "e=1"]),
    ],
)
def test_arguments_are_found_with_their_brackets(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("()", 0, "(N)"),
        ("(  # c\n)", 0, "(N  # c\n)"),
        ("(a)", 0, "(N, a)"),
        ("(a)", 1, "(a, N)"),
        ("(a,)", 1, "(a, N,)"),
        ("(\n    a,  # c\n    b,\n)", 0, "(\n    N,\n    a,  # c\n    b,\n)"),
        ("(\n    a,  # c\n    b,\n)", 1, "(\n    a,  # c\n    N,\n    b,\n)"),
        ("(\n    a,\n    b  # c\n)", 2, "(\n    a,\n    b,  # c\n    N\n)"),
        ("(\n    a,\n    b)", 2, "(\n    a,\n    b,\n    N)"),
        ("(a,\n  b)", 2, "(a,\n  b, N)"),
        ("(x for x in y)", 1, "((x for x in y), N)"),
        ("(x for x in y)", 0, "(N, (x for x in y))"),
    ],
)
def test_an_argument_comes_in(text: str, at: int, expected: str) -> None:
    assert with_argument(text, at, "N", newline="\n") == expected


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("(a)", 0, "()"),
        ("(a,)", 0, "()"),
        ("(\n    a,  # c\n)", 0, "(\n    # c\n)"),
        ("(a, b)", 0, "(b)"),
        ("(a, b)", 1, "(a)"),
        ("((a), b=(1),)", 1, "((a),)"),
        ("(\n    a,  # c\n    b,\n)", 0, "(\n    b,\n)"),
        ("(a,  # c\n b)", 0, "(# c\n b)"),
    ],
)
def test_an_argument_goes(text: str, at: int, expected: str) -> None:
    assert without(text, at) == expected


def test_keywords_are_renamed_and_positions_become_keywords() -> None:
    assert renamed("(a, old = 1)", 1, "new") == "(a, new = 1)"
    assert converted("(a, (b), c=1)", 1, "name") == "(a, name=(b), c=1)"


@pytest.mark.parametrize("source", ["f()", "(f)()", "(\n f  # (\n)()", "f \\\n ()", "((f))  ()"])
def test_the_opening_bracket_is_the_calls_own(source: str) -> None:
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)
    end = source.index("f") + 1
    assert source[opening(source, end) :] == "()"


argument = st.sampled_from(
    ("a", "(b)", "f(x, y)", "'),('", "k=1", "j=(2)", "*s", "**d", "[1, 2]", "lambda: 0", "'''\n'''")
)
comma = st.sampled_from((", ", ",", ",\n    ", ",  # c\n    ", " , "))


@given(st.lists(argument, min_size=1, max_size=4), st.data())
def test_whatever_goes_in_comes_out_and_the_others_stay(items: list[str], data: st.DataObject) -> None:
    text = items[0]
    for item in items[1:]:
        text += data.draw(comma) + item
    lead = data.draw(st.sampled_from(("", "\n    ", "  # c\n  ")))
    tail = data.draw(st.sampled_from(("", ",", "\n", ",\n")))
    text = f"({lead}{text}{tail})"
    try:
        ast.parse(f"f{text}")
    except SyntaxError:
        return
    assert parts(text) == items
    at = data.draw(st.integers(0, len(items)))
    longer = with_argument(text, at, "NEW", newline="\n")
    assert "NEW" in longer
    if not any("=" in one or one.startswith("*") for one in items):
        assert parts(longer) == [*items[:at], "NEW", *items[at:]]
        assert parts(without(longer, at)) == items

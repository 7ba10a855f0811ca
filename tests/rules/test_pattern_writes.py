"""What a rewrite looks like: parentheses, layout, arguments, and matches inside matches."""

from __future__ import annotations

import pytest
from pattern_cases import after


@pytest.mark.parametrize(
    ("code", "rewrite", "expected"),
    [
        ("f(a + b)", "$X * 2", "(a + b) * 2"),
        ("f(a * b)", "$X + 2", "a * b + 2"),
        ("f(a)", "$X + 2", "a + 2"),
        ("-f(a)", "$X + 2", "-(a + 2)"),
        ("f(a) ** 2", "$X ** 3", "(a ** 3) ** 2"),
        ("2 ** f(a)", "$X ** 3", "2 ** a ** 3"),
        ("f(-1)", "$X ** 3", "(-1) ** 3"),
        ("f(a).b", "$X + 2", "(a + 2).b"),
        ("f(a)()", "$X + 2", "(a + 2)()"),
        ("f(a)[0]", "$X + 2", "(a + 2)[0]"),
        ("b[f(a)]", "$X + 2", "b[a + 2]"),
        ("f(1)", "$X.real", "(1).real"),
        ("f(1.5)", "$X.real", "1.5.real"),
        ("f('a' 'b')", "$X.lower()", "'a' 'b'.lower()"),
        ("f(lambda: 1)", "$X()", "(lambda: 1)()"),
        ("f(a if b else c)", "[$X, 1]", "[a if b else c, 1]"),
        ("f(a if b else c)", "$X or 1", "(a if b else c) or 1"),
        ("f(x := 1)", "[$X]", "[x := 1]"),
        ("f(x := 1)", "{'a': $X}", "{'a': (x := 1)}"),
        ("f(x := 1)", "lib.g(key=$X)", "g(key=(x := 1))"),
        ("f(a, )", "lib.g(1, $X)", "g(1, a, )"),
        ("x = f(a)", "$X, 1", "x = (a, 1)"),
        ("assert f(a)", "$X, 1", "assert (a, 1)"),
        ("x = f(a), 2", "$X", "x = a, 2"),
        ("x = -f(a + b)", "$X", "x = -(a + b)"),
        ("x = f((a, b))", "$X", "x = (a, b)"),
        ("f(a)", "$X", "a"),
        ("f(x := 1)", "$X", "(x := 1)"),
        ("x = f(i for i in a)", "$X", "x = (i for i in a)"),
        ("x = b(f(i for i in a))", "$X", "x = b((i for i in a))"),
        ("f((lambda: 1))", "g(key=$X)".replace("g", "lib.g"), "g(key=(lambda: 1))"),
        ("f(i for i in a)", "lib.g(key=$X)", "g(key=(i for i in a))"),
        ("f((a, b))", "lib.g($X)", "g((a, b))"),
        ("f((yield))", "$X.a", "(yield).a"),
        ("f((yield))", "lib.g(1, $X)", "g(1, (yield))"),
        ("f(i for i in a)", "list($X)", "list(i for i in a)"),
        ("f(i for i in a)", "sorted($X, key=1)", "sorted((i for i in a), key=1)"),
        ("f(i for i in a)", "[*$X]", "[*(i for i in a)]"),
        ("f(a or b)", "[*$X]", "[*(a or b)]"),
        ("not f(a)", "$X is None", "not a is None"),
        ("f(a) in b", "$X in c", "(a in c) in b".replace("c", "1")),
        ("f(not a)", "$X == 1", "(not a) == 1"),
        ("f(a)", "not $X", "not a"),
        ("f(a) == 1", "not $X", "(not a) == 1"),
        ("await_(f(a))", "lambda: $X", "await_(lambda: a)"),
        ("x: f(a) = 1", "$X | None", "x: a | None = 1"),
    ],
)
def test_parentheses_come_where_they_are_needed_and_nowhere_else(code: str, rewrite: str, expected: str) -> None:
    head = "import lib\nfrom lib import f\n\n\ndef outer(a, b, c):\n    "
    new = after(f"{head}{code}\n", "lib.f($X)", rewrite.replace("in c", "in 1"))
    assert new.splitlines()[-1].strip() == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = f(a\n      + b)\n", "x = (-(a\n      + b))\n"),
        ("x = (f(a\n      + b))\n", "x = (-(a\n      + b))\n"),
        ("g(f(a  # why\n  + b))\n", "g(-(a  # why\n  + b))\n"),
        ("x = f(\n    a\n)\n", "x = -a\n"),
        ('x = f("""a\n# b""")\n', 'x = -"""a\n# b"""\n'),
    ],
)
def test_line_breaks_keep_their_brackets(code: str, expected: str) -> None:
    new = after(f"from lib import f\n\n{code}", "lib.f($X)", "-$X")
    assert new.endswith(expected.replace("(-(a\n      + b))\n", "-(a\n      + b)\n") if "x = f(a" in code else expected)


def test_arguments_keep_their_lines_and_comments() -> None:
    code = (
        "lib.f(\n    *a,  # all\n    # the time\n    timeout=(\n        3),  # seconds\n"
        "    verbose=True,  # loud\n    **more,\n)\n"
    )
    new = after(f"import lib\n{code}", "lib.f($...A, timeout=$T, verbose=True)", "lib.g($...A, until=$T, quiet=False)")
    assert new == (
        "import lib\nlib.g(\n    *a,  # all\n    # the time\n    until=(\n        3),  # seconds\n"
        "    **more,\n    quiet=False,\n)\n"
    )


@pytest.mark.parametrize(
    ("rewrite", "expected"),
    [
        ("lib.g($...A)", "lib.g(1, *b, k=2)"),
        ("lib.g(0, $...A)", "lib.g(0, 1, *b, k=2)"),
        ("lib.g($...A, z=0)", "lib.g(1, *b, k=2, z=0)"),
        ("lib.g(z=0, $...A)".replace("z=0, $...A", "$...A, z=0"), "lib.g(1, *b, k=2, z=0)"),
        ("lib.g(lib.h($...A))", "lib.g(lib.h(1, *b, k=2))"),
        ("lib.g.h($...A)", "lib.g.h(1, *b, k=2)"),
        ("[$...A]", "[check-failed]"),
    ],
)
def test_a_list_of_arguments_goes_where_it_is_wanted(rewrite: str, expected: str) -> None:
    new = after("import lib\nlib.f(1, *b, k=2)\n", "lib.f($...A)", rewrite)
    assert new in (expected, f"import lib\n{expected}\n")


@pytest.mark.parametrize(
    ("match", "rewrite", "code", "expected"),
    [
        ("lib.f($A, $...B)", "$A.f($...B)", "lib.f(a, b, c=1)", "a.f(b, c=1)"),
        ("lib.f($A, $...B)", "lib.g($...B, key=$A)", "lib.f(a, b, c=1)", "lib.g(b, c=1, key=a)"),
        ("lib.f($A, $...B)", "[$...B, $A]", "lib.f(a, b, *c)", "[b, *c, a]"),
        ("lib.f($A, $...B)", "($...B,)", "lib.f(a, b)", "(b,)"),
        ("lib.f($A, $...B)", "{$...B, $A}", "lib.f(a)", "{a}"),
        ("lib.f([$...A])", "lib.f($...A)", "lib.f([a, *b])", "lib.f(a, *b)"),
        ("lib.f($A, key=$B)", "lib.g($B, $A)", "lib.f(a, key=b)", "lib.g(b, a)"),
        ("lib.f($A, key=$B)", "lib.g($A, $B)", "lib.f(key=b, *[a])", ""),
        ("$A.f($B).g()", "$A.g($B).f()", "x.f(\n  1  # one\n).g( )", "x.g(\n  1  # one\n).f( )"),
        ("lib.f($X).g()", "lib.f($X).h()", "lib . f (1)\\\n  .g()", "lib . f (1)\\\n  .h()"),
        ("lib.f(lib.g($X))", "lib.h(lib.g($X))", "lib.f( lib.g( a ) )", "lib.h( lib.g( a ) )"),
        ("lib.f($A, $B)", "lib.f($A, key=$B)", "lib.f((a), (b),)", "lib.f((a), key=(b),)"),
        ("lib.f($X, $X)", "lib.g($X, $X)", "lib.f(a(), a( ))", "lib.g(a(), a( ))"),
    ],
)
def test_the_new_call_is_made_from_the_old_one(match: str, rewrite: str, code: str, expected: str) -> None:
    assert after(f"import lib\n{code}\n", match, rewrite).removeprefix("import lib\n") == f"{expected or code}\n"


def test_a_pattern_of_several_lines_takes_the_line_ends_of_the_file() -> None:
    new = after("import lib\r\nlib.f(1)\r\n", "lib.f($X)", "lib.g(\n    $X,\n)")
    assert new == "import lib\r\nlib.g(1)\r\n"
    new = after("import lib\r\nx = lib.f(1)\r\n", "lib.f($X)", "[\n    $X,\n]")
    assert new == "x = [\r\n    1,\r\n]\r\n"


def test_matches_inside_matches() -> None:
    code = "import lib\nlib.f(lib.f(1) + lib.f(lib.f(2)))\n"
    assert after(code, "lib.f($X)", "lib.g($X)") == code.replace("lib.f", "lib.g")
    assert after(code, "lib.f($X)", "-$X").endswith("-(-1 + --2)\n")

"""What a pattern matches: shapes, arguments, and names by what they mean."""

from __future__ import annotations

import pytest
from pattern_cases import POLICY, after, matches


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("f(1)", 1),
        ("f(1,)", 1),
        ("f((1))", 1),
        ("f(x for x in y)", 1),
        ("f()", 0),
        ("f(1, 2)", 0),
        ("f(x=1)", 0),
        ("f(*a)", 0),
        ("f(**a)", 0),
        ("f", 0),
        ("f(1)(2)", 1),
        ("f(f(1))", 2),
        ("x.f(1)", 0),
        ("(lambda f: f(1))", 0),
        ("[f(1) for f in a]", 0),
        ("[f(1) for g in f(2)]", 2),
    ],
)
def test_one_argument(code: str, count: int) -> None:
    assert matches(f"from lib import f\n{code}\n", "lib.f($X)") == count


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("f(1, a=2, b=3)", 1),
        ("f(1, b=3, a=2)", 1),
        ("f(1, b=3, a=2, c=4)", 0),
        ("f(1, a=2)", 0),
        ("f(1, a=2, **b)", 0),
        ("f(a=2, b=3)", 0),
        ("f(1, a=2, b=(3))", 1),
    ],
)
def test_keywords_match_in_any_order(code: str, count: int) -> None:
    assert matches(f"from lib import f\n{code}\n", "lib.f($X, a=$A, b=3)") == count


@pytest.mark.parametrize(
    ("match", "code", "count"),
    [
        ("lib.f($...A)", "f(); f(1); f(1, *a, b=2, **c)", 3),
        ("lib.f(1, $...A)", "f(); f(1); f(1, 2); f(2, 1); f(1, a=1)", 3),
        ("lib.f($...A, 1)", "f(); f(1); f(1, 2); f(2, 1); f(1, a=1); f(*a, 1)", 4),
        ("lib.f($...A, $X, $...B)", "f(); f(1); f(1, 2); f(a=1); f(*a)", 2),
        ("lib.f($...A, a=$X)", "f(a=1); f(1, a=2); f(b=1, a=2); f(b=1); f(**c)", 3),
        ("lib.f($...A, **$X)", "f(**a); f(1, **a); f(a=1, **a); f(a=1)", 3),
        ("lib.f(*$X)", "f(*a); f(a)", 1),
        ("lib.f($X, $X)", "f(1, 1); f(1, 2); f(a.b, a  .b); f(1, True); f('a', \"a\")", 3),
        ("lib.f([$...A, 1])", "f([1]); f([2, *a, 1]); f([1, 2])", 2),
        ("lib.f({**$X})", "f({**a}); f({a: a}); f({**a, **b})", 1),
        ("lib.f('$X')", "f('$X'); f('a')", 1),
        ("lib.f[$X]", "f[1]; f[1, 2]; f[1:2]", 2),
        ("$X is None", "f is None; f is not None; f == None", 1),
        ("lib.f(lambda x: $X)", "f(lambda x: x + 1); f(lambda y: y)", 1),
        ("await $X.f()", "(await f.f()); f.f()", 1),
        ("lib.f", "f; f.g; f(); f = 1", 0),
    ],
)
def test_the_shapes_of_patterns(match: str, code: str, count: int) -> None:
    wrapped = f"from lib import f\n\n\nasync def g(a, b, c):\n    {code}\n"
    assert matches(wrapped, match) == count


def test_a_dotted_name_alone_matches_wherever_it_is_read() -> None:
    code = "import lib\n\nlib.f\nlib.f.g()\nx = [lib.f]\n\n\n@lib.f\nclass A(lib.f): ...\n"
    assert matches(code, "lib.f") == 5


@pytest.mark.parametrize(
    "code",
    [
        "from app.policies import PagePolicy\nPagePolicy()",
        "from app.policies import PagePolicy as P\nP()",
        "from .policies import PagePolicy\nPagePolicy()",
        "from app.api import PagePolicy\nPagePolicy()",
        "from app.named import Policy\nPolicy()",
        "from app.policies import *\nPagePolicy()",
        "import app.policies\napp.policies.PagePolicy()",
        "from app import policies as p\np.PagePolicy()",
        "def f():\n    from app.policies import PagePolicy\n    return PagePolicy()",
    ],
)
def test_a_dotted_name_is_the_thing_however_it_came(code: str) -> None:
    assert matches(code, "app.policies.PagePolicy()") == 1


@pytest.mark.parametrize(
    "code",
    [
        "from app.other import PagePolicy\nPagePolicy()",
        "def f(PagePolicy):\n    return PagePolicy()",
        "PagePolicy()",
        "policies.PagePolicy()",
        "class PagePolicy: ...\nPagePolicy()",
        "from app.policies import PagePolicy\ndef f(PagePolicy):\n    return PagePolicy()",
    ],
)
def test_a_namesake_is_something_else(code: str) -> None:
    assert matches(code, "app.policies.PagePolicy()") == 0


def test_builtins_and_self_are_what_they_are() -> None:
    assert matches("print(1)\n", "print($X)") == 1
    assert matches("def print(x): ...\nprint(1)\n", "print($X)") == 0
    assert matches("from lib import print\nprint(1)\n", "print($X)") == 0
    assert matches("dict.fromkeys(a)\n", "dict.fromkeys($X)") == 1
    assert matches("def f(self, other):\n    self.go()\n    other.go()\n", "self.go()") == 1


def test_a_name_that_may_be_something_else_is_refused() -> None:
    code = "from app.policies import PagePolicy\nif x:\n    PagePolicy = 1\nPagePolicy()\n"
    assert after(code, *POLICY) == "[rebound]"
    code = "try:\n    from app.policies import PagePolicy\nexcept ImportError:\n    from lib import PagePolicy\n"
    code += "PagePolicy()\n"
    assert after(code, *POLICY) == "[alternatives]"

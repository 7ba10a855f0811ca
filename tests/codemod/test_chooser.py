"""The argument chooser takes what is surely there, and says what it missed by how much."""

from __future__ import annotations

import ast

import pytest
from codemod_trees import names

from workbench.codemod.calls.chooser import Chosen, choose

CANDIDATES = ("context", "self.context", "cls.context", "request.context")


def chosen(code: str, candidates: tuple[str, ...] = CANDIDATES) -> str:
    """What is chosen for the call `X()`, or the reason in brackets."""
    known = names(code)
    (call,) = [
        node for node in ast.walk(known.module.tree) if isinstance(node, ast.Call) and ast.unparse(node) == "X()"
    ]
    outcome = choose(candidates, known, call)
    return outcome.expression if isinstance(outcome, Chosen) else f"[{outcome.code}]"


@pytest.mark.parametrize(
    "code",
    [
        "def f(context): X()",
        "def f(*context): X()",
        "def f(*, context=None): X()",
        "async def f(context, /): await X()",
        "def f():\n    context = 1\n    X()",
        "def f():\n    context: int = 1\n    X()",
        "def f():\n    a, (context, *b) = y\n    X()",
        "def f():\n    for context in y:\n        X()",
        "async def f():\n    async with y as context:\n        X()",
        "def f():\n    with y as context, X():\n        pass",
        "def f():\n    try:\n        y()\n    except E as context:\n        X()",
        "def f(a):\n    if a:\n        context = 1\n    else:\n        context = 2\n    X()",
        "def f(a):\n    if a:\n        context = 1\n    else:\n        return\n    X()",
        "def f():\n    try:\n        context = y()\n    except E:\n        raise\n    X()",
        "def f():\n    with y:\n        context = 1\n    X()",
        "def f():\n    if context := y():\n        X()",
        "def f():\n    while True:\n        context = 1\n        X()",
        "def f(a):\n    match a:\n        case [context]:\n            X()",
        "def f(context):\n    def g():\n        return X()",
        "def f():\n    context = 1\n    return lambda: X()",
        "f = lambda context: X()",
        "def f(y):\n    return [X() for context in y]",
        "context = make()\n\n\ndef f():\n    X()",
        "context = make()\nX()",
        "class A:\n    context = 1\n    y = X()",
        "@pytest.fixture\ndef context(): ...\ndef test(context): X()",
    ],
)
def test_a_name_that_is_surely_bound_is_taken(code: str) -> None:
    assert chosen(code) == "context"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def f():\n    X()\n    context = 1", "bound-after-use"),
        ("def f():\n    y = X()\n    y.context = context = 1", "bound-after-use"),
        ("def f():\n    def g():\n        X()\n    context = 1", "bound-after-use"),
        ("def f():\n    X()\n\n\ncontext = 1", "bound-after-use"),
        ("def f(a):\n    if a:\n        context = 1\n    X()", "maybe-unbound"),
        ("def f(a):\n    for context in a:\n        pass\n    X()", "maybe-unbound"),
        ("def f():\n    try:\n        context = y()\n    except E:\n        pass\n    X()", "maybe-unbound"),
        ("def f():\n    try:\n        y()\n        context = 1\n    finally:\n        X()", "maybe-unbound"),
        ("def f():\n    context = 1\n    del context\n    X()", "maybe-unbound"),
        ("def f():\n    try:\n        y()\n    except E as context:\n        pass\n    X()", "maybe-unbound"),
        ("def f():\n    with suppress(E):\n        context = y()\n    X()", "maybe-unbound"),
        ("def f():\n    with pytest.raises(E):\n        context = y()\n    X()", "maybe-unbound"),
        ("if a:\n    context = 1\n\n\ndef f():\n    X()", "maybe-unbound"),
        ("context = None\n\n\ndef f():\n    X()", "maybe-unbound"),
        ("def f(a):\n    a and (context := 1)\n    X()", "maybe-unbound"),
        ("def f(a):\n    1 if a else (context := 1)\n    X()", "maybe-unbound"),
        ("def f(a):\n    [context := b for b in a]\n    X()", "maybe-unbound"),
        ("def f():\n    X()", "no-context-in-scope"),
        ("def f(y):\n    [context for context in y]\n    X()", "no-context-in-scope"),
        ("class A:\n    context = 1\n    def f(this): X()", "no-context-in-scope"),
        ("@pytest.fixture\ndef context(): ...\ndef test(): X()", "no-context-in-scope"),
        ("from app import context\n\n\ndef f():\n    X()", "no-context-in-scope"),
        ("class context: ...\n\n\ndef f():\n    X()", "no-context-in-scope"),
    ],
)
def test_anything_less_is_told_apart(code: str, reason: str) -> None:
    assert chosen(code) == f"[{reason}]"


# ---- attributes


def _class(body: str, method: str = "def f(self): X()", head: str = "class A:") -> str:
    lines = [*body.splitlines(), *method.splitlines()]
    return f"{head}\n" + "\n".join(f"    {line}" for line in lines)


INIT = "def __init__(self, context):\n    self.context = context\n"


@pytest.mark.parametrize(
    "code",
    [
        _class(INIT),
        _class(INIT, "def f(self):\n    def g():\n        return X()"),
        _class(INIT, "def f(self):\n    return [X() for y in self]"),
        _class("def __init__(self, context):\n    self.a, self.context = 1, context\n"),
        _class("async def asyncSetUp(self):\n    self.context = make()\n", "async def test(self): X()"),
        _class("def setUp(self):\n    super().setUp()\n    self.context = make()\n", "def test(self): X()"),
        _class("def setup_method(self, method):\n    self.context = make()\n", "def test(self): X()"),
        _class("@pytest.fixture(autouse=True)\ndef prepare(self):\n    self.context = make()\n", "def test(self): X()"),
        _class("def __init__(self):\n    with y:\n        self.context = make()\n"),
        _class("context = make()\n"),
        _class("context: int\n", head="@dataclass(frozen=True)\nclass A:"),
        _class("context: int\n", head="class A(BaseModel):"),
        _class("@property\ndef context(self): ...\n"),
        _class("@functools.cached_property\ndef context(self): ...\n"),
        _class("def f(self):\n    self.context = make()\n    X()", ""),
        _class("def f(self):\n    self.context = make()\n    if y:\n        X()", ""),
        f"{_class(INIT, '')}\nclass B(A):\n    def f(self): X()",
        f"{_class(INIT, '')}\nclass B(A):\n    def __init__(self):\n        super().__init__(1)\n    def f(self): X()",
    ],
)
def test_an_attribute_that_is_surely_set_is_taken(code: str) -> None:
    assert chosen(code) == "self.context"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (_class("def __init__(self, a):\n    if a:\n        self.context = a\n"), "maybe-unbound"),
        (_class("def __init__(self, a):\n    if a:\n        return\n    self.context = a\n"), "maybe-unbound"),
        (_class("def __init__(self):\n    self.context = None\n"), "maybe-unbound"),
        (_class("def other(self):\n    self.context = 1\n"), "maybe-unbound"),
        (_class("context = None\n"), "maybe-unbound"),
        (_class("context: int\n"), "maybe-unbound"),
        (_class("def context(self): ...\n"), "no-context-in-scope"),
        (_class("@pytest.fixture\ndef prepare(self):\n    self.context = 1\n"), "maybe-unbound"),
        (_class("def f(self):\n    X()\n    self.context = 1", ""), "maybe-unbound"),
        (_class("", head="class A(Elsewhere):"), "no-context-in-scope"),
        (_class(INIT, "@staticmethod\ndef f(self): X()"), "no-context-in-scope"),
        (_class(INIT, "def f(this): X()"), "no-context-in-scope"),
        (
            f"{_class(INIT, '')}\nclass B(A):\n    def __init__(self):\n        self.x = 1\n    def f(self): X()",
            "maybe-unbound",
        ),
    ],
)
def test_an_attribute_that_may_not_be_set_is_not_taken(code: str, reason: str) -> None:
    assert chosen(code) == f"[{reason}]"


def test_a_class_has_what_its_body_and_its_class_set_up_set() -> None:
    assert chosen(_class("context = 1\n", "@classmethod\ndef f(cls): X()")) == "cls.context"
    body = "@classmethod\ndef setUpClass(cls):\n    cls.context = make()\n"
    assert chosen(_class(body, "@classmethod\ndef f(cls): X()")) == "cls.context"
    assert chosen(_class(body, "def test(self): X()")) == "self.context"
    assert chosen(_class(INIT, "@classmethod\ndef f(cls): X()")) == "[maybe-unbound]"


def test_an_attribute_of_another_object_is_the_word_of_the_rule() -> None:
    assert chosen("def f(request): X()") == "request.context"
    assert chosen("def f(): X()\nrequest = 1") == "[bound-after-use]"
    assert chosen(_class(INIT), ("self.context.user",)) == "[no-context-in-scope]"


def test_the_first_candidate_that_is_bound_wins() -> None:
    code = "def f(b, a): X()"
    assert chosen(code, ("c", "a", "b")) == "a"
    assert chosen(code, ("b", "a")) == "b"


def test_the_nearest_miss_is_told_with_its_line() -> None:
    known = names("def f(a):\n    if a:\n        late = 1\n    X()\n    later = 2\n")
    (call,) = [node for node in ast.walk(known.module.tree) if isinstance(node, ast.Call)]
    outcome = choose(("nowhere", "late", "later"), known, call)
    assert not isinstance(outcome, Chosen)
    assert (outcome.code, outcome.detail) == ("bound-after-use", "later is bound only in line 5")

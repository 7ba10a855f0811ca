"""A definition may stand in for another one if nobody who calls the other would notice."""

import ast

import pytest
from codemod_trees import module, project
from hypothesis import assume, given
from hypothesis import strategies as st

from workbench.codemod.calls.signatures import Signature, signature_of
from workbench.codemod.definitions.agreement import accepts, differences
from workbench.codemod.project import facts

NAMES = ("a", "b", "c", "d")


@st.composite
def signatures(draw: st.DrawFn) -> Signature:
    names = draw(st.permutations(NAMES))[: draw(st.integers(0, 4))]
    cuts = sorted(draw(st.tuples(st.integers(0, len(names)), st.integers(0, len(names)))))
    positional, keyword = names[: cuts[1]], names[cuts[1] :]
    needed = draw(st.integers(0, len(positional)))
    return Signature(
        positional_only=tuple(positional[: cuts[0]]),
        regular=tuple(positional[cuts[0] :]),
        keyword_only=tuple(keyword),
        required=frozenset(positional[:needed]) | frozenset(draw(st.sets(st.sampled_from(keyword))) if keyword else ()),
        var_positional=draw(st.booleans()),
        var_keyword=draw(st.booleans()),
    )


def function(signature):
    """Make a function of that signature that returns what arrived where, by name, and what was caught."""
    called = "lambda " + signature.shown[1:-1].replace("=", "='default'") + ": dict(locals())"
    return eval(called)


def outcome(called, positional, keywords):
    try:
        return called(*positional, **keywords)
    except TypeError:
        return None


@given(signatures(), signatures(), st.integers(0, 6), st.sets(st.sampled_from([*NAMES, "e"])))
def test_what_is_accepted_takes_every_call_of_the_other(new, old, count, keywords):
    assume(accepts(new, old))
    positional, keywords = [f"at {at}" for at in range(count)], {name: f"by {name}" for name in keywords}
    before = outcome(function(old), positional, keywords)
    if before is not None:
        after = outcome(function(new), positional, keywords)
        assert after is not None
        given = {name for name, value in before.items() if name in NAMES and value != "default"}
        caught = {*map(str, after.get("args", ())), *after.get("kwargs", {}).values()}
        assert all(
            after.get(name) == before[name] or before[name] in caught for name in given - set(old.positional_only)
        )


@given(signatures())
def test_a_signature_accepts_itself(one):
    assert accepts(one, one)
    assert accepts(Signature(var_positional=True, var_keyword=True), one)


@given(signatures())
def test_what_is_shown_is_the_signature(one):
    [node] = ast.parse(f"def f{one.shown.replace('=', '=1')}: ...").body
    assert isinstance(node, ast.FunctionDef)
    assert signature_of(node, skip=0) == one


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ("(a, b=1)", "(a)", True),
        ("(a, b)", "(a)", False),
        ("(a)", "(a, b=1)", False),
        ("(b, a)", "(a, b)", False),
        ("(x, /)", "(a, /)", True),
        ("(x, /)", "(a)", False),
        ("(a)", "(x, /)", True),
        ("(a)", "(*, a)", True),
        ("(*, a)", "(a)", False),
        ("(*args, **kwargs)", "(a, *, b)", True),
        ("(a, *args, k=1)", "(a, *args)", True),
        ("(k, *args)", "(*args, k)", False),
        ("(a, **kwargs)", "(a, /, **kwargs)", False),
    ],
)
def test_signatures_that_agree(new, old, expected):
    one, other = (signature_of(ast.parse(f"def f{text}: ...").body[0], skip=0) for text in (new, old))
    assert accepts(one, other) is expected


# ---- definitions


def unlike(duplicate, canonical, *, other="app/legacy.py"):
    files = {"app/core.py": canonical, other: duplicate, "app/base.py": "class Base: ...\n"}
    known = project(files)
    one, two = (facts(module(path, code)).interfaces["Thing"] for path, code in files.items() if "base" not in path)
    return differences("app.core.Thing", two, one, known.origin)


def cls(*lines, head="class Thing:"):
    return "\n".join([head, *(f"    {line}" for line in lines or ["pass"])]) + "\n"


SEND = "def send(self, text): ..."
META = "{}\nclass Thing(metaclass={}): ...\n"
BASE = "from app.base import Base\n"


@pytest.mark.parametrize(
    ("duplicate", "canonical"),
    [
        (cls(), cls()),
        (cls(SEND), cls("def send(self, text, urgent=False): return 1")),
        (cls(SEND, "def _own(self): ..."), cls("def _other(self): ...", SEND)),
        (cls("x = 1"), cls("x = 2", "y = 3")),
        (cls("def __init__(self, a): self.a = a"), cls("def __init__(self, a, b=0): self.a, self.b = a, b")),
        (cls(), cls("def __init__(self, a=1): ...")),
        (cls("@property", "def size(self): ..."), cls("size = 1")),
        (cls("size: int"), cls("@property", "def size(self): ...")),
        (cls("@staticmethod", "def f(a): ..."), cls("@staticmethod", "def f(a, b=1): ...")),
        (BASE + cls(head="class Thing(Base):"), "import app.base\n" + cls(head="class Thing(app.base.Base):")),
        (cls(head="class Thing(object):"), cls()),
        (META.format("from app.base import Base as M", "M"), META.format("import app.base", "app.base.Base")),
        ("def Thing(a): ...\n", "def Thing(a, *, b=1): ...\n"),
        ("def Thing(a):\n    yield a\n", "def Thing(a):\n    yield from a\n"),
        ("import d\n@d.data\n" + cls("a: int"), "from d import data\n@data\n" + cls("a: int", "b: int = 0")),
    ],
)  # fmt: skip
def test_definitions_that_agree(duplicate, canonical):
    assert unlike(duplicate, canonical) == ()


@pytest.mark.parametrize(
    ("duplicate", "canonical", "told"),
    [
        (cls(), cls(SEND), "lacks send"),
        (cls(SEND), cls(), "adds send"),
        (cls(*(f"def {name}(self): ..." for name in "abcde")), cls(), "adds a, b, c and 2 more"),
        (cls("def __call__(self): ..."), cls(), "adds __call__"),
        (cls("x = 1"), cls(), "adds the attribute x"),
        (cls("def f(self):", "    self.x, self.y = 1, 2"), cls("def f(self): ..."), "adds the attributes x, y"),
        (cls("def send(self, text, to): ..."), cls(SEND), "send(text, to), not send(text)"),
        (cls("async def send(self, text): ..."), cls(SEND), "send is a coroutine function, not a plain function"),
        (cls("def f(self):", "    yield 1"), cls("def f(self): ..."), "f is a generator, not a plain function"),
        (cls("@classmethod", "def f(cls): ..."), cls("def f(self): ..."), "f is decorated with classmethod"),
        (cls("def __init__(self, a): ..."), cls(), "__init__(a), not __init__()"),
        (cls(head="class Thing(Base):"), cls(), "inherits from Base, not nothing"),
        (cls(head="class Thing(metaclass=M):"), cls(), "inherits from metaclass=M, not nothing"),
        ("@cached\n" + cls(), cls(), "decorated with cached, not nothing"),
        ("from app.core import Thing as T\n" + cls(head="class Thing(T):"), cls(), "subclasses the canonical one"),
        ("def Thing(): ...\n", cls(), "is a function, not a class"),
        ("def Thing(a): ...\n", "def Thing(): ...\n", "Thing(a), not Thing()"),
        ("@data\n" + cls("a: int"), "@data\n" + cls("a: int", "b: int"), "Thing(a), not Thing(a, b)"),
        ("@data\n" + cls("def __init__(self): ..."), "@data\n" + cls(), "has another __init__"),
    ],
)  # fmt: skip
def test_definitions_that_differ_say_how(duplicate, canonical, told):
    assert told in "; ".join(unlike(duplicate, canonical))


def test_bases_are_compared_by_where_they_are_defined():
    hub = "from app.hub import Base\n" + cls(head="class Thing(Base):")
    files = {"app/hub.py": "from app.base import Base\n", "app/base.py": "class Base: ...\n", "app/legacy.py": hub}
    files["app/core.py"] = "from app.base import Base\n" + cls(head="class Thing(Base):")
    known = project(files)
    one, two = (known.facts[name].interfaces["Thing"] for name in ("app.core", "app.legacy"))
    assert differences("app.core.Thing", two, one, known.origin) == ()
    assert differences("app.core.Thing", two, one, str) != ()

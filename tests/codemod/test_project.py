"""The tree as one web of names."""

from __future__ import annotations

import pickle

import pytest
from codemod_trees import module, project
from hypothesis import given
from hypothesis import strategies as st

from workbench.codemod.project import Project, facts

TREE = {
    "pkg/__init__.py": "from .impl import Thing, make as build\nfrom .more import *\nfrom . import impl as inner\n",
    "pkg/impl.py": "class Thing:\n    def go(self): ...\ndef make(a, b=1, *, c): ...\nAlias = Thing\n",
    "pkg/more.py": "from .impl import make\ndef extra(): ...\ndef _hidden(): ...\n",
    "facade.py": "from pkg import build as construct, Thing\n",
    "mixed.py": "try:\n    from pkg.impl import Thing\nexcept ImportError:\n    Thing = None\n",
    "twice.py": "if x:\n    from pkg.impl import make\nelse:\n    from pkg.more import extra as make\n",
    "wrapped.py": "from pkg.impl import make\nmake = decorate(make)\n",
    "typed.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pkg.impl import Thing\n",
    "loop_a.py": "from loop_b import x\n",
    "loop_b.py": "from loop_a import x\n",
    "star_a.py": "from star_b import *\n",
    "star_b.py": "from star_a import *\ndef here(): ...\n",
    "made/__init__.py": "from .version import version\n",  # its version.py is made by a build
    "grow/__init__.py": "from .b.x import a\nfrom .a.y import b\n",
}


@pytest.mark.parametrize(
    ("dotted", "origin"),
    [
        ("pkg.Thing", "pkg.impl.Thing"),
        ("pkg.Thing.go", "pkg.impl.Thing.go"),
        ("pkg.build", "pkg.impl.make"),
        ("facade.construct", "pkg.impl.make"),
        ("facade.Thing.go", "pkg.impl.Thing.go"),
        ("pkg.extra", "pkg.more.extra"),
        ("pkg.make", "pkg.impl.make"),
        ("pkg._hidden", "pkg._hidden"),
        ("pkg.inner.Thing", "pkg.impl.Thing"),
        ("pkg.impl.Alias", "pkg.impl.Alias"),
        ("mixed.Thing", "mixed.Thing"),
        ("twice.make", "twice.make"),
        ("wrapped.make", "wrapped.make"),
        ("typed.Thing", "pkg.impl.Thing"),
        ("star_a.here", "star_b.here"),
        ("elsewhere.Thing", "elsewhere.Thing"),
        ("pkg.impl", "pkg.impl"),
        ("made.version", "made.version.version"),
        ("made.version.version", "made.version.version"),
        ("made.version.version.major", "made.version.version.major"),
    ],
)
def test_origin_follows_re_exports_but_no_assignment(dotted: str, origin: str) -> None:
    assert project(TREE).origin(dotted) == origin


def test_circles_of_re_exports_end() -> None:
    known = project(TREE)
    assert known.origin("loop_a.x") in ("loop_a.x", "loop_b.x")
    assert known.canonical("loop_a.x") == known.canonical("loop_b.x")
    assert known.exported("star_a") == {"here"}


def test_a_function_of_its_module_s_name_is_the_function() -> None:
    known = project(
        {"pkg/__init__.py": "from .thing import thing\n", "pkg/thing.py": "def thing(): ...\ndef other(): ...\n"}
    )
    assert known.origin("pkg.thing") == "pkg.thing.thing"
    assert known.origin("pkg.thing.other") == "pkg.thing.other"


def test_canonical_follows_the_plan_s_moves_and_chains_them() -> None:
    known = project(TREE, {"pkg.impl.Thing": "new.Thing", "new.Thing": "final.Thing"})
    assert known.canonical("facade.Thing.go") == "final.Thing.go"
    assert known.canonical("final.Thing") == "final.Thing"
    assert known.origin("facade.Thing") == "pkg.impl.Thing"


def test_moving_to_a_re_export_of_the_same_definition_has_one_canonical_name() -> None:
    known = project(TREE, {"pkg.impl.Thing": "facade.Thing"})
    assert {known.canonical(one) for one in ("pkg.impl.Thing", "pkg.Thing", "facade.Thing")} == {"facade.Thing"}


def test_a_moved_path_leaves_other_paths_alone() -> None:
    known = project(TREE, {"facade.Thing": "brand.New"})
    assert known.canonical("facade.Thing") == "brand.New"
    assert known.canonical("pkg.impl.Thing") == "pkg.impl.Thing"


def test_spellings_are_all_ways_to_a_name() -> None:
    known = project(TREE, {"legacy.make": "pkg.impl.make"})
    assert known.spellings("pkg.impl.make") == {
        "pkg.impl.make",
        "pkg.build",
        "pkg.more.make",
        "pkg.make",
        "pkg.inner.make",
        "facade.construct",
        "legacy.make",
    }
    assert known.words("pkg.impl.make") == {"make", "build", "construct"}
    assert "facade.Thing.go" in known.spellings("pkg.impl.Thing.go")


@pytest.mark.parametrize(
    ("dotted", "known"),
    [
        ("pkg", True),
        ("pkg.impl", True),
        ("pkg.impl.Thing", True),
        ("pkg.Thing", True),
        ("pkg.extra", True),
        ("pkg.nothing", False),
        ("pkg.impl.Thing.go", None),
        ("elsewhere.thing", None),
        ("dynamic.thing", None),
    ],
)
def test_existence(dotted: str, known: bool | None) -> None:
    tree = {**TREE, "dynamic.py": "def __getattr__(name): ...\n"}
    assert project(tree).exists(dotted) is known


def test_a_module_without_facts_is_not_knowable() -> None:
    assert Project({}, frozenset({"a.b"})).exists("a.b.c") is None
    assert Project({}, frozenset({"a.b"})).has_module("a")


def test_near_names() -> None:
    known = project(TREE)
    assert known.near("pkg.impl.Thng")[0] == "pkg.impl.Thing"
    assert known.near("pkg.other.Thing")[0] == "pkg.impl.Thing"
    assert "pkg.impl" in known.near("pkg.imp")


def test_star_exports() -> None:
    known = project({**TREE, "listed.py": "__all__ = ['a']\ndef b(): ...\n", "open.py": "from outside import *\n"})
    assert known.exported("pkg.more") == {"make", "extra"}
    assert known.exported("listed") == {"a"}
    assert known.exported("open") is None
    assert known.exported("outside") is None


def test_signatures() -> None:
    known = project(
        {
            "m.py": (
                "class A:\n    def __init__(self, a, *, b=1): ...\n    @classmethod\n"
                "    def of(cls, x): ...\nasync def f(a, /, b, *c, **d): ...\n@dec\ndef g(): ...\n"
                "class B: ...\n"
            )
        }
    )
    klass = known.signature("m.A")
    assert klass is not None
    assert (klass.regular, klass.keyword_only, klass.required, klass.is_class) == (("a",), ("b",), {"a"}, True)
    assert known.signature("m.A.of").regular == ("x",)
    assert known.signature("m.f").is_async
    assert known.signature("m.g") is None
    assert known.signature("m.B") is None
    assert known.is_async("m.f") is True
    assert known.is_async("m.g") is False
    assert known.is_async("elsewhere.f") is None


@pytest.mark.parametrize(
    ("code", "positional", "keywords", "problem"),
    [
        ("def f(a, b=1): ...", 1, (), ""),
        ("def f(a, b=1): ...", 0, ("a", "b"), ""),
        ("def f(a, b=1): ...", 0, ("b",), "missing a"),
        ("def f(a, b=1): ...", 3, (), "takes at most 2 positional arguments, 3 given"),
        ("def f(a, b=1): ...", 1, ("a",), "argument 'a' given twice"),
        ("def f(a, b=1): ...", 1, ("c",), "no parameter 'c'"),
        ("def f(*a, **k): ...", 9, ("c",), ""),
        ("def f(a, /): ...", 0, ("a",), "no parameter 'a'"),
        ("def f(a, /, **k): ...", 1, ("a",), ""),
        ("def f(*, a): ...", 0, (), "missing a"),
        ("def f(*, a): ...", 0, ("a",), ""),
    ],
)
def test_a_call_binds_or_says_why_not(code: str, positional: int, keywords: tuple[str, ...], problem: str) -> None:
    signature = project({"m.py": code + "\n"}).signature("m.f")
    assert signature is not None
    assert signature.problem(positional, keywords) == problem


def test_modules_imported_at_once() -> None:
    tree = {
        "a.py": (
            "import pkg.impl\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
            "    import lazy\nelse:\n    import eager\ndef f():\n    import later\nclass C:\n"
            "    import inner\nif __name__ == '__main__':\n    import script\n"
            "if '__main__' == __name__:\n    import script\n"
        ),
        **dict.fromkeys(["pkg/__init__.py", "pkg/impl.py", "lazy.py", "later.py", "inner.py", "eager.py"], ""),
        "script.py": "",
    }
    assert project(tree).imports_of("a") == {"pkg.impl", "inner", "eager"}


def test_users_of_a_module_level_name() -> None:
    tree = {
        "here.py": "from m import old\n",
        "by_import.py": "def f():\n    from here import old\n",
        "by_star.py": "from here import *\n",
        "by_string.py": "patch('here.old')\n",
        "by_attribute.py": "import here as h\nh.old\n",
        "by_name.py": "from pkg import here\nmonkeypatch.setattr(here, 'old', 1)\n",
        "pkg/__init__.py": "import here\n",
        "no_user.py": "from m import old\nimport here\nold()\n",
    }
    known = project(tree, words=frozenset({"old"}))
    assert known.users("here.old") == {"by_import", "by_star", "by_string", "by_attribute"}


def test_a_project_goes_to_other_processes() -> None:
    known = project(TREE)
    known.canonical("pkg.Thing")
    copy = pickle.loads(pickle.dumps(known))
    assert copy.canonical("facade.Thing") == "pkg.impl.Thing"


def test_facts_of_every_module_level_binding() -> None:
    code = """
import a, b.c as d
a1 = a2 = 1
(a3, [a4, *a5]) = 1
a6: int = 1
a7: int
for a8 in x: a9 = 1
while (b1 := f()): ...
with x as b2: import b3
try: b4 = 1
except E as b5: ...
match x:
    case [b6, *b7] if (b8 := 1): ...
    case {**b9}: ...
def c1(): c2 = 1
async def c3(): ...
class c4: c5 = 1
if (c6 := 1): ...
[c7 for c7 in x]
print(c8 := 1)
"""
    known = facts(module("m.py", code))
    names = [
        "a1",
        "a2",
        "a3",
        "a4",
        "a5",
        "a6",
        "a8",
        "a9",
        "b1",
        "b2",
        "b4",
        "b5",
        "b6",
        "b7",
        "b9",
        "c1",
        "c3",
        "c4",
        "c6",
        "c8",
    ]
    assert known.defined - {"c7", "b8"} == set(names)
    assert set(known.imported) == {"a", "d", "b3"}


NAMES = st.sampled_from("abcd")


@given(
    edges=st.dictionaries(st.tuples(NAMES, NAMES), st.tuples(NAMES, NAMES), max_size=8),
    moves=st.dictionaries(st.tuples(NAMES, NAMES), st.tuples(NAMES, NAMES), max_size=3),
)
def test_canonical_names_agree_and_settle(
    edges: dict[tuple[str, str], tuple[str, str]], moves: dict[tuple[str, str], tuple[str, str]]
) -> None:
    tree = {f"{m}.py": "" for m in "abcd"}
    for (at, local), (source, name) in edges.items():
        tree[f"{at}.py"] += f"from {source} import {name} as {local}\n"
    known = project(tree, {".".join(old): ".".join(new) for old, new in moves.items()})
    for module_name in "abcd":
        for name in "abcd":
            dotted = f"{module_name}.{name}"
            canonical = known.canonical(dotted)
            assert known.canonical(canonical) == canonical
            assert dotted in known.spellings(canonical)


def test_names_that_lead_into_one_another_without_end_come_to_one():
    tree = project(TREE)
    assert len(tree.chain("grow.a")) < 100
    assert "grow.a" in tree.chain("grow.a")
    assert len(tree.canonical("grow.a").split(".")) < 100

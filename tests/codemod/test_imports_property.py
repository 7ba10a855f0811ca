"""Whatever imports a file has: what is bound means what was asked for, nothing else does, a second pass rests."""

from __future__ import annotations

import ast

from codemod_trees import names
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.codemod.checks import check, strays
from workbench.codemod.edit import Edit, splice
from workbench.codemod.imports.engine import Bound, Imports
from workbench.codemod.names import Names
from workbench.codemod.source import Module

WORDS = ("alpha", "beta", "Gamma", "DELTA", "make")
MODULES = ("app.one", "app.two", "os.path", "lib", ".one", ".two")

word = st.sampled_from(WORDS)
member = st.builds(lambda name, other: f"{name} as {other}" if other else name, word, st.none() | word)


def _from(module: str, members: list[str], layout: int) -> str:
    unique = list(dict.fromkeys(members))
    if layout == 0:
        return f"from {module} import {', '.join(unique)}"
    if layout == 1:
        return f"from {module} import (\n    " + ",\n    ".join(unique) + ",\n)"
    if layout == 2:
        return f"from {module} import ({', '.join(unique)},)  # kept"
    return f"from {module} import " + ", \\\n    ".join(unique)


from_import = st.builds(
    _from, st.sampled_from(MODULES), st.lists(member, min_size=1, max_size=3), st.integers(min_value=0, max_value=3)
)
plain_import = st.builds(
    lambda module, other: f"import {module} as {other}" if other else f"import {module}",
    st.sampled_from(("app.one", "app.two", "os", "lib")),
    st.none() | word,
)
statement = from_import | plain_import | st.sampled_from(("", "# comment", "x = 1", "x = 2; import os"))


def _block(head: str, one: str) -> str:
    return f"{head}\n" + "\n".join(f"    {line}" if line else line for line in (one or "pass").splitlines())


top = statement | st.builds(_block, st.sampled_from(("if x:", "def f(alpha):", "def g():", "class C:")), from_import)
prefix = st.sampled_from(("", '"""Doc."""\n', "from __future__ import annotations\n", "# -*- coding: utf-8 -*-\n"))
use = st.sampled_from(
    (
        "USE()",
        "from app.two import beta; y = USE",
        "if x: import os; USE",
        "def h():\n    return USE()",
        "def h(make):\n    return USE(make)",
        "y = lambda beta: USE",
    )
)


@st.composite
def modules(draw: st.DrawFn) -> str:
    head = draw(prefix) + "x = 0\n" * draw(st.booleans())
    parts = draw(st.lists(top, max_size=6))
    reads = sorted(draw(st.sets(word)))
    return head + "\n".join([*parts, draw(use), f"print({', '.join(reads)})"]) + "\n" * draw(st.booleans())


TREE = {
    "app/__init__.py": "",
    "app/one.py": "alpha = beta = Gamma = DELTA = make = 1\n",
    "app/two.py": "alpha = beta = Gamma = DELTA = make = 1\n",
}


def _meanings(known: Names) -> list[str]:
    """What every read means, in order: with its attributes, where it is read through a module."""
    reads = [node for nodes in known.index.names.values() for node, _ in nodes]
    return [_meaning(known, node) for node in sorted(reads, key=lambda node: (node.lineno, node.col_offset))]


def _meaning(known: Names, node: ast.Name) -> str:
    whole: ast.expr = node
    for outer in known.ancestry.above(node):
        if not isinstance(outer, ast.Attribute):
            break
        whole = outer
    resolved = known.resolve(whole)
    if resolved is None:
        return ast.unparse(whole)
    return resolved.spelled if resolved.certain else "uncertain"


def _compiles(code: str) -> bool:
    try:
        compile(code, "x", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


@settings(max_examples=150, deadline=None)
@given(modules(), st.sampled_from(("app.one.make", "app.two.Gamma", "lib.beta", "os.path.join", "lib")))
def test_bind(code: str, goal: str) -> None:
    if not _compiles(code):
        return
    known = names(code, tree=TREE)
    imports = Imports(known.module, known, known.project)
    (read, _), *_ = known.index.names["USE"]
    outcome = imports.bind(goal, at=read)
    if not isinstance(outcome, Bound):
        assert outcome.code == "name-taken"
        return
    start, end = known.module.span(read)
    edits = [*imports.edits(), Edit(start, end, outcome.spelling.encode())]
    after = Module(known.module.path, splice(known.module.source, edits), known.module.name)
    assert check(known.module, after, known.project) == ()
    assert strays(known.module, edits, after) == ()
    renewed = names(after.source, tree=TREE)
    old, new = _meanings(known), _meanings(renewed)
    place = old.index("USE")
    assert new[place] == goal
    assert new[:place] + new[place + 1 :] == old[:place] + old[place + 1 :]
    again = Imports(renewed.module, renewed, renewed.project)
    shift = sum(len(one.new) - (one.end - one.start) for one in edits if one.end <= start)
    target = _starting_at(start + shift, outcome.spelling, renewed)
    rebound = again.bind(goal, at=target)
    assert isinstance(rebound, Bound)
    assert rebound.spelling == outcome.spelling
    assert again.edits() == ()


def _starting_at(start: int, spelling: str, known: Names) -> ast.expr:
    nodes = (node for node in ast.walk(known.module.tree) if isinstance(node, ast.Name | ast.Attribute))
    return next(node for node in nodes if ast.unparse(node) == spelling and known.module.span(node)[0] == start)


@settings(max_examples=150, deadline=None)
@given(modules(), st.sampled_from(("app.one.make", "app.two.alpha", "lib.DELTA")), st.sampled_from(WORDS))
def test_move(code: str, old: str, name: str) -> None:
    code = code.replace("USE", "print")
    if not _compiles(code):
        return
    known = names(code, tree=TREE)
    imports = Imports(known.module, known, known.project)
    edits: list[Edit] = []
    for one in [one for one in known.index.imports if one.spelled == old and not one.is_star]:
        outcome = imports.move(one, f"app.two.sub_{name}")
        if not isinstance(outcome, Bound):
            assert outcome.code == "name-taken"
            assert len(one.scope.bindings[one.local]) > 1
            return
        if outcome.spelling != one.local:
            spans = [known.module.span(read.node) for read in known.reads(one.local, one.scope) if one in read.bindings]
            edits += [Edit(start, end, outcome.spelling.encode()) for start, end in spans]
    edits += imports.edits()
    after = Module(known.module.path, splice(known.module.source, edits), known.module.name)
    assert check(known.module, after, known.project) == ()
    assert strays(known.module, edits, after) == ()
    renewed = names(after.source, tree=TREE)
    pairs = zip(_meanings(known), _meanings(renewed), strict=True)
    assert all(new == (f"app.two.sub_{name}" if one == old else one) for one, new in pairs if one != "uncertain")
    assert not any(one.spelled == old for one in renewed.index.imports)

"""Which binding is in force: uses are certain, uncertain, or not uses at all.

`«...»` marks certain uses of `m.old`, `‹...›` uncertain ones.
"""

from __future__ import annotations

import pytest
from codemod_trees import names

from workbench.codemod.names import Names

HEAD = "from m import old\n"

CASES = {
    "rebound, then used": "«old»\nold = 1\nold\n",
    "rebound by itself": "old = f(«old»)\nold\n",
    "rebound on one path": "if x:\n    old = 1\n‹old›\n",
    "rebound on every path": "if x:\n    old = 1\nelse:\n    old = 2\nold\n",
    "rebound on a path that leaves": "if x:\n    old = 1\n    raise E\n«old»\n",
    "rebound in a loop": "for a in b:\n    ‹old›\n    old = 1\n‹old›\n",
    "rebound by a loop": "for old in «old»:\n    old\n‹old›\n",
    "rebound before a break": "while True:\n    if x:\n        old = 1\n        break\nold\n",
    "continue carries on": "for a in b:\n    if x:\n        old = 1\n        continue\n    ‹old›\n",
    "loop else": "for a in b:\n    pass\nelse:\n    old = 1\nold\n",
    "rebound in try": "try:\n    old = f()\nexcept E:\n    ‹old›\n",
    "bound before try fails": "try:\n    f()\n    old = 1\nexcept E:\n    raise\nold\n",
    "finally sees both": "try:\n    old = f()\nfinally:\n    ‹old›\nold\n",
    "except name is unbound after": "try: ...\nexcept E as old:\n    old\n",
    "with may swallow": "with suppress(E):\n    f()\n    old = 1\n‹old›\n",
    "with usually does not": "with f():\n    old = 1\nold\n",
    "match on every path": "match x:\n    case 1: old = 1\n    case _: old = 2\nold\n",
    "match on one path": "match x:\n    case 1: old = 1\n‹old›\n",
    "match captures": "match x:\n    case 1: pass\n    case old: pass\n‹old›\n",
    "while test": "while «old»:\n    pass\n«old»\n",
    "return ends a path": (
        "def f():\n    from m import old\n    if x:\n        old = 1\n        return old\n    return «old»\n"
    ),
    "a function may run later": "def f(): return ‹old›\n«old»\nold = 1\n",
    "a function defined later": "old = 1\ndef f(): return old\n",
    "a lambda may run later": "f = lambda: ‹old›\nold = 1\n",
    "a default is taken at once": "def f(a=«old»): ...\nold = 1\n",
    "a class body runs at once": "class A:\n    x = «old»\n    def f(self): return ‹old›\nold = 1\n",
    "a comprehension runs at once": "[«old» for a in b]\nold = 1\n",
    "global rebinds at any time": "«old»\ndef f():\n    global old\n    old = 1\n".replace("«old»", "‹old›"),
    "deleted and imported again": "del old\nfrom m import old\n«old»\n",
    "same import twice": "if x:\n    from m import old\n«old»\n",
    "declared only": "old: int\n«old»\n",
    "unreachable code": "raise E\n«old»\n",
    "walrus": "if (old := «old»):\n    old\n".replace("«old»", "‹old›"),
}

FALLBACKS = {
    "handler": "try:\n    from m import old\nexcept ImportError:\n    old = None\n«old»\n",
    "default before": "old = None\ntry:\n    from m import old\nexcept ImportError:\n    pass\n«old»\n",
    "else": "if x:\n    from m import old\nelse:\n    old = False\n«old»\n",
    "match": "match x:\n    case 1:\n        from m import old\n    case _:\n        old = None\n«old»\n",
    "stand-in": "try:\n    from m import old\nexcept ImportError:\n    old = f\n‹old›\n",
    "stand-in function": "try:\n    from m import old\nexcept ImportError:\n    def old(): ...\n‹old›\n",
    "two sources": "try:\n    from m import old\nexcept ImportError:\n    from n import old\n‹old›\n",
    "two spellings of one": "if x:\n    from m import old\nelse:\n    import m\n    old = m.old\n‹old›\n".replace(
        "= m.old", "= «m.old»"
    ),
    "not a fallback": "try:\n    from m import old\nexcept ImportError:\n    pass\nold = None\nold\n",
    "finally is none": "try:\n    from m import old\nfinally:\n    old = None\nold\n",
    "in a function": (
        "def f():\n    try:\n        from m import old\n    except ImportError:\n        old = None\n    return «old»\n"
    ),
    "seen from a function": "try:\n    from m import old\nexcept ImportError:\n    old = None\ndef f(): return «old»\n",
}


def check(code: str) -> None:
    text, wanted = "", []
    start = 0
    for char in code:
        if char in "«‹":
            start = len(text)
        elif char in "»›":
            wanted.append((start, len(text), char == "»"))
        else:
            text += char
    resolver = names(text)
    assert [(u.place.start, u.place.end, u.resolved.certain) for u in resolver.uses({"m.old"})] == wanted


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in CASES.items()])
def test_the_binding_in_force(code: str) -> None:
    check(HEAD + code)


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in FALLBACKS.items()])
def test_fallbacks_of_an_import(code: str) -> None:
    check(code)


def reason(resolver: Names) -> str:
    *_, use = resolver.uses({"m.old"})
    return use.resolved.reason


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("from m import old\nif x: old = 1\nold\n", "rebound"),
        ("try:\n    from m import old\nexcept E:\n    from n import old\nold\n", "alternatives"),
        ("from m import *\nold\n", "star-import"),
        ("from m import old\nold\n", ""),
    ],
)
def test_the_reason_of_a_doubt(code: str, why: str) -> None:
    assert reason(names(code)) == why


def test_reads_of_a_variable_say_what_is_in_force() -> None:
    resolver = names("from m import old\nold\nold = 1\nold\ndef f(): old\n")
    reads = [*resolver.reads("old", resolver.index.module)]
    kinds = {read.node.lineno: {type(one).__name__ for one in read.bindings} for read in reads}
    assert kinds == {2: {"ImportedName"}, 4: {"Name"}, 5: {"Name"}}

"""Names that a text uses and nobody in it binds any more."""

from __future__ import annotations

import pytest

from workbench.codemod.left_behind import left_behind

CASES = {
    "an import gone": ("build(1)\n", "from app.new import build\nbuild(1)\n", {"build"}),
    "still bound another way": ("def build(x): ...\nbuild(1)\n", "from app.new import build\n", set()),
    "not used": ("x = 1\n", "from app.new import build\n", set()),
    "a module below a package": ("import app.new\napp.old.make()\n", "import app.old\nimport app.new\n", {"app.old"}),
    "an alias": ("n.build()\n", "import app.new as n\n", {"n"}),
    "an argument, a loop, a handler": (
        "def f(a):\n    for b in a:\n        a(b)\n",
        "def f(a): ...\nfor b in (): ...\ntry: ...\nexcept E as a: ...\n",
        set(),
    ),
    "a builtin that nobody bound": ("print(len(x))\n", "y = 1\n", set()),
    "what does not parse": ("build(\n", "from app.new import build\n", set()),
    "a null byte": ("build()\0\n", "from app.new import build\n", set()),
}


@pytest.mark.parametrize("name", CASES)
def test_names_left_behind(name: str) -> None:
    made, of, expected = CASES[name]
    assert left_behind(made.encode(), of.encode()) == expected

"""What is remembered of a tree goes with it: a run makes a new one with every batch."""

from __future__ import annotations

import gc
import weakref

from workbench.codemod.facts import facts
from workbench.codemod.lookups import lookers
from workbench.codemod.project import Project
from workbench.codemod.source import Module


def tree() -> Project:
    sources = {"a": b"def f():\n    from b import make\n    return make\n", "b": b"make = 1\n"}
    return Project({name: facts(Module(f"{name}.py", source, name, False)) for name, source in sources.items()})


def test_a_tree_that_nobody_needs_any_more_is_let_go() -> None:
    trees = [tree() for _ in range(20)]
    assert all(lookers("b.make", one) == {"a"} for one in trees)
    left = [weakref.ref(one) for one in trees]
    trees.clear()
    gc.collect()
    assert sum(one() is not None for one in left) <= 4

"""A plan made with what is remembered is the plan made from nothing, whatever happened to the tree in between."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.engine.test_run import git
from workbench.codemod.registry import is_closed, kinds
from workbench.engine.freeze import Frozen, freeze
from workbench.engine.means import Means
from workbench.engine.remembering import remembering
from workbench.engine.transform import Job, Kit, Outcome, Transformer
from workbench.engine.workspace import open_workspace
from workbench.model.memory import FORGETFUL
from workbench.planning.frozen import dumps

PLAN = """
name = "again"

[[rules]]
id = "move"
kind = "move-symbol"
from = "app.old.make"
to = "app.new.build"
strings = "rewrite"

[[rules]]
id = "call"
kind = "replace-call"
call = "app.old.Thing"
with = "app.new.thing"

[[rules]]
id = "await"
kind = "remove-await"
call = "app.old.soon"

[[rules]]
id = "never"
kind = "forbid-symbol"
symbol = "app.old.gone"

[priorities]
default = "P2"
rules = [{ priority = "P0", reachable_from = ["app.main"] }]
"""
TREE = {
    "plans/again.toml": PLAN,
    "app/__init__.py": "",
    "app/old.py": "def make(a):\n    return a\n\n\nclass Thing:\n    pass\n\n\n"
    "def soon():\n    return 1\n\n\ndef gone():\n    pass\n",
    "app/new.py": "def build(a):\n    return a\n\n\ndef thing():\n    return 1\n",
    "app/hub.py": "from app.old import Thing, make as forge, soon, gone\n",
    "app/wide.py": "from app.old import *\n",
    "app/main.py": "import app.user_0\n",
    "app/user_0.py": "from app.old import make\n\n\ndef run():\n    return make(1)\n",
    "app/user_1.py": "from app.hub import forge, Thing\n\n\ndef run():\n    return forge(Thing())\n",
    "app/user_2.py": "from app import wide\n\n\nasync def run():\n    await wide.soon()\n    return wide.make(2)\n",
    "app/plain.py": "VALUE = 1\n",
    "tests/test_mock.py": "from unittest.mock import patch\n\n\n@patch('app.user_0.make')\ndef test(m):\n    pass\n",
}
USERS = (
    "from app.old import make\n\n\ndef run():\n    return make({n})\n",
    "import app.old\n\n\ndef run():\n    return app.old.make({n}), app.old.Thing(), app.old.gone()\n",
    "from app.hub import *\n\n\ndef run():\n    return forge({n}), Thing()\n",
    "from app import hub as h\n\n\nasync def run():\n    return h.forge({n}), await h.soon()\n",
    "from app.wide import make as m, Thing as T\n\n\ndef run():\n    return m({n}), T()\n",
    "from app.user_0 import make\n\n\ndef run(make=make):\n    return make({n})\n",
    "NAME = 'app.old.make'\n\n\ndef run():\n    return NAME, {n}\n",
    "def run(:\n    app.old.make({n})\n",
    "VALUE = {n}\n",
)
HUBS = (
    "from app.old import Thing, make as forge, soon, gone\n",
    "from app.old import Thing, soon, gone\nfrom app.new import build as forge\n",
    "from app.wide import *\nfrom app.wide import make as forge\n",
    "from app.old import make as forge\n__all__ = ['forge']\nThing = soon = gone = None\n",
    "import app.old\nforge = app.old.make\n",
)
DEFINITIONS = (
    ("def soon", "async def soon"),
    ("async def soon", "def soon"),
    ("def make(a)", "def make(a, b=1)"),
    ("def make(a, b=1)", "def make(a)"),
    ("class Thing:", "class Thing:  # still"),
    ("def thing()", "def thing(must)"),
    ("def thing(must)", "def thing()"),
    ("def gone", "__all__ = ['make', 'Thing']\n\n\ndef gone"),
)


class Counting(Transformer):
    """Knows which files it was asked to rewrite."""

    def __init__(self) -> None:
        super().__init__(1)
        self.asked: list[str] = []

    def apply(self, jobs: Sequence[Job], kit: Kit) -> Iterator[Outcome]:
        self.asked += [job.path for job in jobs]
        return super().apply(jobs, kit)


@dataclass
class Tree:
    root: Path
    means: Means
    transformer: Counting
    files: dict[str, str] = field(default_factory=lambda: dict(TREE))

    def commit(self) -> None:
        for place in ("app", "tests"):
            shutil.rmtree(self.root / place, ignore_errors=True)
        for name, text in self.files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--allow-empty", "-m", "on")

    def frozen(self, *, remembered: bool = True) -> Frozen:
        with open_workspace(self.root, None, self.means) as ws:
            if not remembered:
                return freeze(ws, "HEAD", self.transformer, memory=FORGETFUL)
            with remembering(ws) as memory:
                return freeze(ws, "HEAD", self.transformer, memory=memory)


@pytest.fixture(scope="module")
def transformer() -> Iterator[Counting]:
    with Counting() as found:
        yield found


@pytest.fixture
def tree(make_repo, means: Means, transformer: Counting) -> Tree:
    found = Tree(make_repo(TREE), means, transformer)
    found.commit()
    found.frozen()
    transformer.asked.clear()
    return found


def shape(frozen: Frozen) -> tuple[str, Mapping[str, bytes]]:
    return dumps(frozen.plan), frozen.after


def edit(files: dict[str, str], dice: random.Random) -> str:
    """Change one thing in the tree, as somebody might, and say what."""
    users = sorted(name for name in files if name.startswith("app/user_"))
    what = dice.choice(["user", "hub", "old", "old", "old", "rename", "delete", "add", "comment", "mock"])
    if what in ("user", "add"):
        name = f"app/user_{dice.randrange(8)}.py" if what == "add" or not users else dice.choice(users)
        files[name] = dice.choice(USERS).format(n=dice.randrange(100))
    elif what == "hub":
        files["app/hub.py"] = dice.choice(HUBS)
    elif what == "old":
        before, after = dice.choice(DEFINITIONS)
        files |= {name: files[name].replace(before, after) for name in ("app/old.py", "app/new.py")}
    elif what == "rename" and users:
        files[f"app/user_{dice.randrange(8)}.py"] = files.pop(dice.choice(users))
    elif what == "delete" and len(users) > 1:
        del files[dice.choice(users)]
    elif what == "mock":
        files["tests/test_mock.py"] = TREE["tests/test_mock.py"].replace("user_0", f"user_{dice.randrange(3)}")
    else:
        name = dice.choice([name for name in sorted(files) if name.endswith(".py")])
        files[name] += f"# {dice.randrange(100)}\n"
    return what


@pytest.mark.parametrize("seed", [3, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(10, 30))])
def test_it_is_the_plan_made_from_nothing(tree: Tree, seed: int) -> None:
    dice, told = random.Random(seed), []
    for _ in range(12):
        told.append(edit(tree.files, dice))
        tree.commit()
        assert shape(tree.frozen()) == shape(tree.frozen(remembered=False)), f"seed {seed}: {told}"


@pytest.fixture
def unmocked(tree: Tree) -> Tree:
    """The tree without the mock that lands together with what it patches: such units are looked at together."""
    del tree.files["tests/test_mock.py"]
    tree.commit()
    tree.frozen()
    tree.transformer.asked.clear()
    return tree


def test_only_what_changed_is_read_and_rewritten(unmocked: Tree) -> None:
    unmocked.files["app/user_0.py"] += "# a word\n"
    unmocked.commit()
    frozen = unmocked.frozen()
    assert (frozen.files, frozen.unread) == (10, 9)
    assert unmocked.transformer.asked == ["app/user_0.py"]


def test_nothing_is_read_where_nothing_changed(unmocked: Tree) -> None:
    frozen = unmocked.frozen()
    assert (frozen.files - frozen.unread, unmocked.transformer.asked) == (0, [])


def test_what_others_define_is_asked_anew(tree: Tree) -> None:
    assert b"thing()" in tree.frozen().after["app/user_1.py"]
    tree.files["app/new.py"] = tree.files["app/new.py"].replace("def thing()", "def thing(must)")
    tree.commit()
    frozen = tree.frozen()
    assert "app/user_1.py" in tree.transformer.asked
    assert {one.reason for one in frozen.plan.violations if one.rule == "call"} == {"signature-mismatch"}


def test_only_kinds_that_ask_nobody_are_remembered() -> None:
    open_kinds = {name for name, kind in kinds().items() if not is_closed(object.__new__(kind))}
    assert open_kinds == {"command", "findings", "fixit", "libcst"}

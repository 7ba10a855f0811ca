"""Programs do the same before and after a symbol moved: generated code is run both ways and compared.

The old and the new name are bound to one object, so that a right rewrite cannot be told from the original.
Programs in which a name is read before it is bound are left out: there, a new import may mend what failed.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from random import Random
from types import FrameType, ModuleType

import pytest
from codemod_trees import module, project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.codemod.edit import splice
from workbench.rules.move_symbol import MoveSymbol

TREE = {
    "m.py": "class old: ...\nclass new: ...\nother = 1\n__all__ = ['old', 'new', 'other']\n",
    "q.py": "class new: ...\n",
    "k.py": "from m import old\n",
    "n.py": "class old: ...\n",
}
NAMES = ["old", "new", "m", "a", "k"]
IMPORTS = [
    "from m import old",
    "from m import new",
    "from m import old as a",
    "from m import old as k",
    "from m import old as new",
    "import m",
    "import m as k",
    "from m import old, new",
    "from n import old",
    "import k",
    "from m import *",
    "from k import old",
]
HEADS = [
    ["a = t(1)", "import k", "import m", "from m import old", "def h(): t(old)"],
    ["a = t(1)", "import m", "k = t(2)", "from m import old, new", "def g(): t(m.old)"],
    ["from m import *", "import m, k", "a = t(3)"],
    ["try:", "    from m import old", "except ImportError:", "    old = None", "import m, k", "a = new = t(4)"],
]
EXPRESSIONS = [
    "NAME",
    "NAME",
    "NAME",
    "m.old",
    "k.old",
    "t(EXPR)",
    "[EXPR for NAME in each(EXPR)]",
    "(lambda NAME=EXPR: EXPR)()",
    "f'{NAME}'",
    "(NAME := EXPR)",
    "(EXPR if EXPR else NAME)",
]
STATEMENTS = [
    "IMPORT",
    "IMPORT",
    "t(EXPR)",
    "t(EXPR)",
    "NAME = EXPR",
    "NAME = EXPR",
    "def g(a: 'old' = EXPR) -> EXPR: return EXPR",
    "del NAME",
    "try:\n    g()\n    h()\nexcept Exception as e: t(type(e).__name__)",
    "def h(NAME=EXPR):\nBLOCK",
    "def g():\n    global NAME\nBLOCK",
    "try:\nBLOCK\nexcept Exception:\nBLOCK",
    "if EXPR:\nBLOCK\nelse:\nBLOCK",
    "for NAME in each(EXPR):\nBLOCK",
    "class C:\nBLOCK",
    "with w(EXPR) as NAME:\nBLOCK",
]
CALLS = ["try:", "    g()", "    h()", "except Exception as e: t(type(e).__name__)"]


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


@dataclass
class Writer:
    """Writes programs with the choices of `random`."""

    random: Random

    def name(self) -> str:
        return self.random.choice(NAMES)

    def expression(self, depth: int = 0) -> str:
        shape = self.random.choice(EXPRESSIONS if depth < 3 else EXPRESSIONS[:5])
        parts = iter(shape.split("EXPR"))
        text = next(parts)
        for part in parts:
            text += self.expression(depth + 1) + part
        while "NAME" in text:
            text = text.replace("NAME", self.name(), 1)
        return text

    def block(self, depth: int) -> list[str]:
        return indented([line for _ in range(self.random.randint(1, 3)) for line in self.statement(depth)])

    def statement(self, depth: int = 0) -> list[str]:
        shape = self.random.choice(STATEMENTS if depth < 3 else STATEMENTS[:9])
        lines: list[str] = []
        for part in shape.split("\n"):
            text = part.replace("IMPORT", self.random.choice(IMPORTS[: None if depth == 0 else 10]))
            while "EXPR" in text:
                text = text.replace("EXPR", self.expression(), 1)
            while "NAME" in text:
                text = text.replace("NAME", self.name(), 1)
            lines += self.block(depth + 1) if text == "BLOCK" else [text]
        return lines

    def program(self) -> str:
        lines = [*self.random.choice(HEADS)]
        for _ in range(self.random.randint(1, 4)):
            lines += self.statement()
        return "\n".join([*lines, *CALLS]) + "\n"


class Thing:
    """An object known by its name alone."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


class TooLongError(BaseException):
    """The program calls itself too often to be worth following."""


@dataclass
class Run:
    """What a program showed, and whether it read a name that was not bound (or never ended)."""

    trace: list[str] = field(default_factory=list)
    unbound: bool = False
    steps: int = 0

    def show(self, value: object) -> object:
        text = value if isinstance(value, str) else repr(value)
        self.trace.append(re.sub(r"0x[0-9a-f]+|<module.*|<frozen.*", "...", text))
        return value

    def watch(self, _: FrameType, event: str, argument: tuple[type, BaseException, object]) -> object:
        self.steps += 1
        if self.steps > 2000:
            raise TooLongError
        if event == "exception" and isinstance(argument[1], NameError):
            self.unbound = True
        return self.watch


class Held:
    def __init__(self, value: object) -> None:
        self.value = value

    def __enter__(self) -> object:
        return self.value

    def __exit__(self, *error: object) -> None: ...


def modules() -> dict[str, ModuleType]:
    symbol = Thing("SYMBOL")
    known = {
        "m": {"old": symbol, "new": symbol, "other": Thing("OTHER"), "__all__": ["old", "new", "other"]},
        "q": {"new": symbol},
        "k": {"old": symbol},
        "n": {"old": Thing("OTHER OLD")},
    }
    made = {}
    for name, members in known.items():
        made[name] = ModuleType(name)
        vars(made[name]).update(members)
    return made


def run(code: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    outcome = Run()
    known = {"t": outcome.show, "each": lambda value: [value], "w": Held}
    before = sys.gettrace()
    with monkeypatch.context() as patch:
        for name, made in modules().items():
            patch.setitem(sys.modules, name, made)
        sys.settrace(outcome.watch)
        try:
            exec(compile(code, "generated", "exec"), known)
        except TooLongError:
            outcome.unbound = True
        except Exception as error:
            outcome.trace.append(type(error).__name__)
        finally:
            sys.settrace(before)
    return outcome


@pytest.mark.parametrize("to", ["m.new", "q.new"])
@given(random=st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_programs_do_the_same(to: str, random: Random, monkeypatch: pytest.MonkeyPatch) -> None:
    code = Writer(random).program()
    try:
        compile(code, "generated", "exec")
    except SyntaxError:
        return
    rule = MoveSymbol(
        MoveSymbol.Parameters.model_validate({"id": "r", "kind": "move-symbol", "from": "m.old", "to": to})
    )
    known, whole = module("p.py", code), project({**TREE, "p.py": code}, dict(rule.moves()), rule.needles())
    sites = [site for site in rule.find(known, whole) if site.blocked is None]
    rewrite = rule.rewrite(known, whole, sites)
    changed = splice(known.source, rewrite.edits).decode()
    assert len(rewrite.fixed) + len(rewrite.blocked) == len(sites)
    compile(changed, "generated", "exec")
    first = run(code, monkeypatch)
    if not first.unbound:
        assert run(changed, monkeypatch).trace == first.trace, f"{code}\n=>\n{changed}"

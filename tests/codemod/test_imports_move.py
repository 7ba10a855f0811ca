"""Moving one alias: in place where it can be, beside it where it must, never out of its block."""

from __future__ import annotations

import pytest
from import_cases import moved

from workbench.model.violation import Blocked

OLD, NEW = "app.ws.old", "app.perm.make"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from app.ws import old\n\nold()\n", "from app.perm import make\n\nmake()\n"),
        ("from app.ws import old as o  # noqa\n\no()\n", "from app.perm import make as o  # noqa\n\no()\n"),
        ("from app.ws import old as make\n\nmake()\n", "from app.perm import make\n\nmake()\n"),
        ("from app.ws import (\n    old,\n)\n\nold()\n", "from app.perm import (\n    make,\n)\n\nmake()\n"),
        ("from app.ws import(old)\n\nold()\n", "from app.perm import(make)\n\nmake()\n"),
        ("from  app.ws  import \\\n    old\n\nold()\n", "from  app.perm  import \\\n    make\n\nmake()\n"),
        ("from .ws import old\n\nold()\n", "from .perm import make\n\nmake()\n"),
        ("from.ws import old\n\nold()\n", "from .perm import make\n\nmake()\n"),
        ("x = 1; from app.ws import old; old()\n", "x = 1; from app.perm import make; make()\n"),
        ("if 1: from app.ws import old\n", "if 1: from app.perm import make\n"),
        ("if 1: from app.ws import old; old()\n", "if 1: from app.perm import make; make()\n"),
    ],
)
def test_a_single_alias_is_edited_in_place(before: str, after: str) -> None:
    assert moved(before, OLD, NEW) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from app.ws import CONST, old, new\n\nold(CONST, new)\n",
            "from app.perm import make\nfrom app.ws import CONST, new\n\nmake(CONST, new)\n",
        ),
        (
            "from app.ws import (\n    CONST,  # a\n    old,  # b\n    # c\n    new,\n)\n\nold(CONST)\n",
            "from app.perm import make\nfrom app.ws import (\n    CONST,  # a\n    # c\n    new,\n)\n\nmake(CONST)\n",
        ),
        (
            "from app.ws import (new,\n                    old)\n\nold(new)\n",
            "from app.perm import make\nfrom app.ws import (new)\n\nmake(new)\n",
        ),
        (
            "from app.ws import new, \\\n    old\n\nold(new)\n",
            "from app.perm import make\nfrom app.ws import new\n\nmake(new)\n",
        ),
        (
            "import os\nfrom app.ws import old, new; x = 1\nold(new)\n",
            "import os\nfrom app.perm import make\nfrom app.ws import new; x = 1\nmake(new)\n",
        ),
        ("if 1: from app.ws import new, old\n", "if 1: from app.perm import make; from app.ws import new\n"),
        (
            "if 1: from app.ws import new, old; old(new)\n",
            "if 1: from app.perm import make; from app.ws import new; make(new)\n",
        ),
        (
            "from app.ws import new, old; old(new)\n",
            "from app.perm import make\nfrom app.ws import new; make(new)\n",
        ),
    ],
)
def test_an_alias_among_others_leaves_its_statement(before: str, after: str) -> None:
    assert moved(before, OLD, NEW) == after


def test_it_joins_an_import_of_its_new_module() -> None:
    assert moved("from app.perm import Maker\nfrom app.ws import new, old\n\nold(new, Maker)\n", OLD, NEW) == (
        "from app.perm import Maker, make\nfrom app.ws import new\n\nmake(new, Maker)\n"
    )
    assert moved("from app.perm import Maker\nfrom app.ws import old\n\nold(Maker)\n", OLD, NEW) == (
        "from app.perm import Maker, make\n\nmake(Maker)\n"
    )


def test_one_import_a_line_stays_the_style() -> None:
    before = "from app.perm import Maker\nfrom app.perm import other\nfrom app.ws import old\n\nold(Maker, other)\n"
    assert moved(before, OLD, NEW) == (
        "from app.perm import Maker\nfrom app.perm import make\nfrom app.perm import other\n\nmake(Maker, other)\n"
    )


def test_a_name_that_is_there_already_is_not_imported_twice() -> None:
    assert moved("from app.perm import make\nfrom app.ws import old\n\nold(make)\n", OLD, NEW) == (
        "from app.perm import make\n\nmake(make)\n"
    )
    assert moved("from app.ws import new, old\n\nold(new)\n", OLD, "app.ws.new") == (
        "from app.ws import new\n\nnew(new)\n"
    )


def test_a_sorted_list_and_a_sorted_group_stay_sorted() -> None:
    assert moved("from app.ws import CONST, alpha, old\n\nold(CONST, alpha)\n", OLD, "app.ws.TOP") == (
        "from app.ws import CONST, TOP, alpha\n\nTOP(CONST, alpha)\n"
    )
    before = "import os\n\nfrom app.aa import x\nfrom app.bb import old\nfrom app.zz import y\n\nold(x, y)\n"
    assert moved(before, "app.bb.old", "app.zzz.make") == (
        "import os\n\nfrom app.aa import x\nfrom app.zz import y\nfrom app.zzz import make\n\nmake(x, y)\n"
    )


@pytest.mark.parametrize("block", ["try:", "if TYPE_CHECKING:", "def f():", "class A:", "with x:", "for x in y:"])
def test_it_never_leaves_its_block(block: str) -> None:
    tail = "\nexcept ImportError:\n    pass" if block == "try:" else ""
    head = "from typing import TYPE_CHECKING\n\nx = y = ()\n"
    before = f"{head}{block}\n    from app.ws import new, old{tail}\n"
    local = " as old" if block == "class A:" else ""
    assert moved(before, OLD, NEW) == (
        f"{head}{block}\n    from app.perm import make{local}\n    from app.ws import new{tail}\n"
    )


# ---- the local name


def test_the_old_name_stays_where_others_need_it() -> None:
    kept = "from app.perm import make as old\n"
    for rest in ("make = 1\nold()\n", "def f(make):\n    return old\n", "print(make)\nold()\n"):
        assert moved(f"from app.ws import old\n\n{rest}", OLD, NEW) == f"{kept}\n{rest}"


def test_a_fallback_keeps_its_name() -> None:
    before = "try:\n    from app.ws import old\nexcept ImportError:\n    old = None\n\nold()\n"
    assert moved(before, OLD, NEW) == before.replace("from app.ws import old", "from app.perm import make as old")


def test_who_answers_for_the_name_may_choose_it() -> None:
    assert moved("from app.ws import old\n__all__ = ['old']\n", OLD, NEW, local="old") == (
        "from app.perm import make as old\n__all__ = ['old']\n"
    )


def test_a_re_export_keeps_its_name() -> None:
    before = "from .ws import old as old\n"
    assert moved(before, OLD, "app.perm.old") == "from .perm import old as old\n"
    users = {"app/user.py": "from app import old\n"}
    assert moved("from .ws import old\n", OLD, NEW, path="app/__init__.py", tree=users) == (
        "from .perm import make as old\n"
    )


# ---- modules


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import app.ws as w\n\nw.f()\n", "import app.perm as w\n\nw.f()\n"),
        ("import app.ws\n\napp.ws.f()\n", "import app.perm\n\napp.perm.f()\n"),
        ("import os, app.ws as w\n\nw.f(os)\n", "import os, app.perm as w\n\nw.f(os)\n"),
        ("from app import ws\n\nws.f()\n", "from app import perm\n\nperm.f()\n"),
        ("from . import sub, ws\n\nws.f(sub)\n", "from . import perm, sub\n\nperm.f(sub)\n"),
    ],
)
def test_modules_move_too(before: str, after: str) -> None:
    assert moved(before, "app.ws", "app.perm") == after


def test_a_module_may_become_a_top_level_one() -> None:
    assert moved("from app import ws\n\nws.f()\n", "app.ws", "solo") == "import solo\n\nsolo.f()\n"


# ---- refusals


@pytest.mark.parametrize(
    ("code", "path", "reason"),
    [
        ("from app.ws import *\n\nold()\n", "app/example.py", "star-import"),
        ("from app.ws import old\n\nold()\n", "app/perm.py", "self-import"),
        ("import app.ws\n\napp.ws.f()\n", "app/example.py", "name-taken"),
        ("from app.ws import old as x, new as x\n\nx()\n", "app/example.py", "name-taken"),
    ],
)
def test_what_cannot_be_moved_is_blocked(code: str, path: str, reason: str) -> None:
    old, new = ("app.ws", "other") if "import app" in code else (OLD, NEW)
    taken = {"other.py": ""}
    code = code.replace("app.ws.f()", "app.ws.f(other)") if reason == "name-taken" else code
    outcome = moved(code, old, new, path=path, tree=taken)
    assert isinstance(outcome, Blocked)
    assert outcome.code == reason


def test_a_circle_is_not_closed() -> None:
    tree = {"app/perm.py": "from app.example import f\ndef make(): ...\n"}
    outcome = moved("from app.ws import old\n\n\ndef f():\n    old()\n", OLD, NEW, tree=tree)
    assert isinstance(outcome, Blocked)
    assert outcome.code == "import-cycle"
    inside = moved("def f():\n    from app.ws import old\n    old()\n", OLD, NEW, tree=tree)
    assert inside == "def f():\n    from app.perm import make\n    make()\n"


def test_coming_home_drops_the_import() -> None:
    code = "from app.ws import old\n\n\ndef make(): ...\n\n\ndef f():\n    return old()\n"
    assert moved(code, OLD, NEW, path="app/perm.py") == ("def make(): ...\n\n\ndef f():\n    return make()\n")

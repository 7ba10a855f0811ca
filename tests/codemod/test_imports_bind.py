"""Binding a name at a place: what serves already, and where and how a new import is written."""

from __future__ import annotations

import pytest
from import_cases import bound

from workbench.model.violation import Blocked

M = "app.ws"


def test_a_name_from_the_same_module_joins_its_import() -> None:
    after = bound("from app.ws import Old\n\n\ndef f(x: Old):\n    return «Old»()\n", "app.ws.new")
    assert after == "from app.ws import Old, new\n\n\ndef f(x: Old):\n    return new()\n"


def test_an_import_nobody_reads_any_more_is_replaced_where_it_stands() -> None:
    assert bound("import os\nfrom app.ws import Old  # why\n\n«Old»()\n", "app.perm.make") == (
        "import os\nfrom app.perm import make  # why\n\nmake()\n"
    )


@pytest.mark.parametrize(
    ("imports", "spelling"),
    [
        ("from app.perm import make\n", "make"),
        ("from app.perm import make as m\n", "m"),
        ("import app.perm\n", "app.perm.make"),
        ("import app.perm as p\n", "p.make"),
        ("from app import perm\n", "perm.make"),
        ("from . import perm as q\n", "q.make"),
        ("from app.perm import *\n", "make"),
    ],
)
def test_what_is_imported_already_serves(imports: str, spelling: str) -> None:
    assert bound(f"{imports}\n\ndef f():\n    return «USE»()\n", "app.perm.make") == (
        f"{imports}\n\ndef f():\n    return {spelling}()\n"
    )


def test_an_import_of_the_function_serves_below_it_and_not_above() -> None:
    code = "def f():\n    «USE»\n    from app.perm import make\n    return make\n"
    after = bound(code, "app.perm.make")
    assert after == (
        "from app.perm import make as perm_make\n\ndef f():\n    perm_make\n    from app.perm import make\n"
        "    return make\n"
    )
    assert bound("def f():\n    from app.perm import make\n    return «USE»\n", "app.perm.make") == (
        "def f():\n    from app.perm import make\n    return make\n"
    )


def test_an_import_on_some_paths_only_does_not_serve() -> None:
    code = "def f(x):\n    if x:\n        from app.perm import make\n    return «USE»\n"
    after = bound(code, "app.perm.make")
    assert after == f"from app.perm import make as perm_make\n\n{code.replace('«USE»', 'perm_make')}"


def test_a_name_the_plan_moves_away_from_is_not_taken_up_anew() -> None:
    tree = {"app/legacy.py": "from app.perm import make\n"}
    code = "from app.legacy import make\n\n\ndef f():\n    return make, «USE»\n"
    assert "from app.perm" not in str(bound(code, "app.perm.make", tree=tree))
    moved = bound(code, "app.perm.make", tree=tree, moves={"app.legacy.make": "app.perm.make"})
    assert "from app.perm import make as perm_make\n" in str(moved)


# ---- the way and the place of the old import


def test_a_function_level_import_stays_one() -> None:
    assert bound("def f():\n    from app.ws import Old\n    return «Old»()\n", "app.perm.make") == (
        "def f():\n    from app.perm import make\n    return make()\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from app.ws import Old; «Old»()\n", "from app.perm import make; make()\n"),
        ("if 1: from app.ws import Old; «Old»()\n", "if 1: from app.perm import make; make()\n"),
        ("from app.ws import Old; «Old»(Old)\n", "from app.perm import make\nfrom app.ws import Old; make(Old)\n"),
        ("def f(): from app.ws import Old; return «Old»()\n", "def f(): from app.perm import make; return make()\n"),
        ("import os; from app.ws import Old; x = «Old»()\n", "import os; from app.perm import make; x = make()\n"),
    ],
)
def test_statements_that_share_a_line(before: str, after: str) -> None:
    assert bound(before, "app.perm.make") == after


def test_a_deferred_import_in_a_function_of_one_line() -> None:
    tree = {"app/perm.py": "import app.example\ndef make(): ...\n"}
    assert bound("def f(): return «USE»()\n", "app.perm.make", tree=tree, deferred=True) == (
        "def f(): from app.perm import make; return make()\n"
    )


def test_a_try_block_keeps_both_imports() -> None:
    code = "try:\n    from app.ws import Old\nexcept ImportError:\n    Old = None\n\n\ndef f():\n    return «Old»()\n"
    assert bound(code, "app.ws.new") == (
        "try:\n    from app.ws import Old, new\nexcept ImportError:\n    Old = None\n\n\ndef f():\n    return new()\n"
    )


def test_a_runtime_use_needs_a_runtime_import() -> None:
    code = (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.perm import make\n\n\n"
        "def f():\n    return «USE»()\n"
    )
    assert bound(code, "app.perm.make") == code.replace("«USE»", "perm_make").replace(
        "TYPE_CHECKING\n\n", "TYPE_CHECKING\n\nfrom app.perm import make as perm_make\n\n", 1
    )


def test_an_import_for_typing_gives_no_place_to_one_for_run_time() -> None:
    code = (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.ws import Old\n\n\n"
        "def f(x: 'Old'):\n    return «Old»()\n"
    )
    assert bound(code, "app.perm.make") == code.replace("«Old»", "make").replace(
        "TYPE_CHECKING\n\n", "TYPE_CHECKING\n\nfrom app.perm import make\n\n", 1
    )


def test_an_annotation_that_is_evaluated_needs_a_runtime_import() -> None:
    code = (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.perm import Maker\n\n\n"
        "def f(x: «USE»): ...\n"
    )
    assert "from app.perm import Maker as perm_Maker\n" in str(bound(code, "app.perm.Maker"))


def test_an_import_with_a_fallback_does_not_serve() -> None:
    code = "try:\n    from app.perm import make\nexcept ImportError:\n    make = None\n\n\ndef f():\n    return «USE»\n"
    assert str(bound(code, "app.perm.make")).startswith("from app.perm import make as perm_make\n")


def test_a_module_that_is_there_serves_where_the_name_cannot_be_had() -> None:
    code = "import app.perm\nfrom app.ws import Old\n\nmake = perm_make = 1\n\n\ndef f():\n    return «Old»()\n"
    assert bound(code, "app.perm.make") == code.replace("«Old»", "app.perm.make").replace(
        "from app.ws import Old\n", ""
    )
    free = code.replace("make = perm_make = 1\n\n\n", "\n")
    assert "from app.perm import make\n" in str(bound(free, "app.perm.make"))


def test_of_several_imports_the_nearest_is_followed() -> None:
    code = (
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.ws import Old\n\n\n"
        "def f(x: 'Old'): ...\n\n\nif __name__ == '__main__':\n    from app.ws import Old\n\n    «Old»()\n"
    )
    after = str(bound(code, "app.perm.make"))
    assert after.endswith(
        "if __name__ == '__main__':\n    from app.perm import make\n    from app.ws import Old\n\n    make()\n"
    )


def test_an_annotation_is_content_with_a_typing_import() -> None:
    code = (
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
        "    from app.ws import Old\n\n\ndef f(x: «Old»): ...\n"
    )
    assert bound(code, "app.perm.Maker") == code.replace("«Old»", "Maker").replace(
        "from app.ws import Old", "from app.perm import Maker"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import app.ws\n\n«app.ws.Old»()\n", "import app.perm\n\napp.perm.make()\n"),
        ("from app import ws\n\n«ws.Old»()\n", "from app import perm\n\nperm.make()\n"),
        ("from . import ws\n\n«ws.Old»()\n", "from . import perm\n\nperm.make()\n"),
        ("from .ws import Old\n\n«Old»()\n", "from .perm import make\n\nmake()\n"),
        ("import app.ws as w\n\n«w.Old»()\n", "from app import perm\n\nperm.make()\n"),
    ],
)
def test_the_manner_of_the_old_import_is_followed(old: str, new: str) -> None:
    assert bound(old, "app.perm.make") == new


def test_relative_imports_reach_as_far_as_the_top_package() -> None:
    code = "from ..ws import Old\n\n«Old»()\n"
    assert bound(code, "app.perm.make", path="app/sub/x.py") == "from ..perm import make\n\nmake()\n"
    outside = bound(code, "other.thing", path="app/sub/x.py", tree={"other.py": "thing = 1\n"})
    assert outside == "from other import thing\n\nthing()\n"


def test_a_path_inside_a_class_is_reached_through_the_class() -> None:
    assert bound("from app.ws import Old\n\n«Old»()\n", "app.perm.Maker.build") == (
        "from app.perm import Maker\n\nMaker.build()\n"
    )


# ---- names that are taken


@pytest.mark.parametrize(
    "taken",
    ["make = 3\n", "def make(): ...\n", "class make: ...\n", "from z import make\n", "print(make)\n"],
)
def test_a_name_that_is_taken_is_never_rebound(taken: str) -> None:
    after = str(bound(f"{taken}\n\ndef f():\n    return «USE»()\n", "app.perm.make"))
    assert "from app.perm import make as perm_make\n" in after
    assert "return perm_make()" in after


@pytest.mark.parametrize(
    "function",
    ["def f(make):\n    return «USE»", "def f():\n    make = 1\n    return «USE», make", "f = lambda make: «USE»"],
)
def test_a_name_shadowed_at_the_use_is_not_used(function: str) -> None:
    after = str(bound(f"import os\n\n{function}\n", "app.perm.make"))
    assert "perm_make" in after


def test_one_site_shadowed_does_not_spoil_the_others() -> None:
    after = bound("import os\n\n\ndef f(make):\n    return «USE»\n\n\ndef g():\n    return «USE»\n", "app.perm.make")
    assert after == (
        "import os\n\nfrom app.perm import make\nfrom app.perm import make as perm_make\n\n\n"
        "def f(make):\n    return perm_make\n\n\ndef g():\n    return make\n"
    )


def test_no_name_left_is_blocked() -> None:
    outcome = bound("make = perm_make = 1\n\n\ndef f():\n    return «USE»\n", "app.perm.make")
    assert isinstance(outcome, Blocked)
    assert outcome.code == "name-taken"


def test_a_package_does_not_hide_its_own_submodule() -> None:
    after = bound("def f():\n    return «USE»\n", "app.perm.sub", path="app/__init__.py")
    assert "import sub as perm_sub" in str(after)


# ---- one's own module, circles


def test_a_module_never_imports_itself() -> None:
    code = "def make(): ...\n\n\ndef f():\n    return «USE»()\n"
    assert bound(code, "app.perm.make", path="app/perm.py") == code.replace("«USE»", "make")
    outcome = bound("def f():\n    return «USE»()\n", "app.perm.make", path="app/perm.py")
    assert isinstance(outcome, Blocked)
    assert outcome.code == "self-import"
    early = bound("«USE»()\n\n\ndef make(): ...\n", "app.perm.make", path="app/perm.py")
    assert isinstance(early, Blocked)
    assert early.code == "self-import"


CIRCLE = {"app/perm.py": "import app.middle\ndef make(): ...\n", "app/middle.py": "from app.example import f\n"}


def test_a_circle_is_not_closed_at_module_level() -> None:
    code = "import os\n\n\ndef f():\n    return «USE»()\n"
    outcome = bound(code, "app.perm.make", tree=CIRCLE)
    assert isinstance(outcome, Blocked)
    assert outcome.code == "import-cycle"
    assert bound(code, "app.perm.make", tree=CIRCLE, deferred=True) == (
        "import os\n\n\ndef f():\n    from app.perm import make\n    return make()\n"
    )


def test_a_circle_that_is_there_already_is_no_reason() -> None:
    code = "if DEBUG:\n    import app.perm\n\n\ndef f():\n    return «USE»()\n"
    assert "from app.perm import make\n" in str(bound(code, "app.perm.make", tree=CIRCLE))


def test_a_function_level_import_closes_no_circle() -> None:
    code = "def f():\n    from app.ws import Old\n    return «Old»()\n"
    assert "    from app.perm import make\n" in str(bound(code, "app.perm.make", tree=CIRCLE))

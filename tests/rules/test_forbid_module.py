"""Modules of a forbidden name, all who import them, and allowances that allow nothing."""

import pytest
from rule_trees import everywhere, found, problems, rule, sites

TREE = {
    "app/__init__.py": "",
    "app/legacy/__init__.py": "",
    "app/legacy/deep.py": "from . import other\nfrom app.legacy import other\n",
    "app/legacy/other.py": "",
    "app/core.py": "def legacy(): ...\n",
}


def forbid(**more):
    return rule("forbid-module", **{"module": "app.legacy", **more})


def lines(code, *, tree=None, path="app/user.py", **more):
    files = {**TREE, **(tree or {}), path: code}
    return [int(line.partition(":")[0]) for line in found(forbid(**more), files, path)]


def test_every_file_of_a_forbidden_package_is_one_place():
    assert everywhere(forbid(), TREE) == {
        "app/legacy/__init__.py": ["detect-only"],
        "app/legacy/deep.py": ["detect-only"],
        "app/legacy/other.py": ["detect-only"],
    }


def test_the_place_of_a_module_is_its_first_line():
    for code in ("", "\ufeffx = 1\n", "x = 1", "\n\nx = 1\n"):
        [(site, _)] = sites(forbid(), {**TREE, "app/legacy/other.py": code}, "app/legacy/other.py")
        assert (site.place.line, site.place.column) == (1, 1)
        assert site.snippet == ("x = 1" if "x" in code.splitlines()[0:1].__str__() else "")


@pytest.mark.parametrize(
    "code",
    [
        "import app.legacy",
        "import os, app.legacy.deep",
        "import app.legacy.deep as d",
        "from app import legacy",
        "from app import core, legacy as old",
        "from app.legacy import deep",
        "from app.legacy import *",
        "from app.legacy.deep import x",
        "from . import legacy",
        "from .legacy.deep import x as y",
        "def f():\n    from . import legacy",
        "if TYPE_CHECKING:\n    from app.legacy import x",
        "import app\nx: 'app.legacy.deep.X'",
        "from app.hub import old",
    ],
)
def test_every_spelling_of_an_import_is_found(code):
    hub = {"app/hub.py": "from app import legacy as old\n"}
    assert len(lines(f"{code}\n", tree=hub)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "import app",
        "from app import core",
        "from app.core import legacy",
        "import applegacy, app.legacy2",
        "from app.legacy_two import x",
        "legacy = 1\nprint(legacy)",
        "import app\napp.core.legacy()",
    ],
)
def test_other_names_are_left_alone(code):
    assert lines(f"{code}\n") == []
    assert lines(f"{code}\n", module="*.legacy") == []


def test_names_imported_together_are_places_of_their_own():
    assert lines("from app.legacy import (\n    deep,\n    other,\n)\n") == [2, 3]


def test_a_use_counts_only_where_no_import_of_the_file_says_it():
    assert lines("import app\nimport app.core\n\napp.legacy.deep.run()\n") == [4]
    assert lines("import app.legacy\n\napp.legacy.deep.run()\n") == [1]


def test_a_pattern_finds_modules_that_it_matches_at_any_depth():
    tree = {"app/ws/make_factory.py": "", "app/ws/b/factory.py": "", "app/ws/plain.py": ""}
    only = {"module": "app.ws.*factory*"}
    assert set(everywhere(forbid(**only), {**TREE, **tree})) == {"app/ws/make_factory.py", "app/ws/b/factory.py"}
    code = "from app.ws import plain, make_factory\nfrom .ws.b.factory import x\nfrom app.ws.gone_factory import y\n"
    assert lines(code, tree=tree, **only) == [1, 2, 3]


def test_a_function_outside_the_tree_is_no_module_but_a_plain_name_may_be():
    assert lines("from lib.core import legacy\n", module="*.legacy") == []
    assert lines("from lib.core import legacy\n", module="lib.core.legacy") == [1]


@pytest.mark.parametrize(
    ("strings", "expected"), [("report", ["string"] * 3), ("rewrite", ["detect-only"] * 3), ("ignore", [])]
)
def test_strings_count_as_the_rule_says(strings, expected):
    code = (
        "load('app.legacy')\npatch('app.legacy.deep.x')\nimport_module('app.legacy.gone')\nother('app.core.legacy')\n"
    )
    every = everywhere(forbid(strings=strings), {"app/user.py": code, "app/legacy/deep.py": ""})
    assert every.get("app/user.py", []) == expected


def test_a_word_is_a_module_only_where_it_is_imported():
    code = "print('legacy')\n__import__('legacy')\nimport_module('legacy')\n"
    assert lines(code, module="legacy", strings="rewrite") == [2, 3]


def test_a_pattern_takes_strings_only_for_modules_that_are_there():
    assert lines("x('app.legacy.y')\ny('no.legacy')\n", module="*.legacy", strings="rewrite") == [1]


# ---- allow


def test_allowed_files_may_import_it_and_be_it():
    files = {**TREE, "app/user.py": "import app.legacy\n", "app/other.py": "import app.legacy\n"}
    allow = ["app/user.py", "app/legacy/**"]
    assert set(everywhere(forbid(allow=allow), files)) == {"app/other.py"}
    assert problems(forbid(allow=allow), files) == []


def test_an_allowance_that_its_own_pattern_can_never_match_is_an_error():
    files = {"ws/user_execution_context.py": "x = 1\n", "ws/socket_factory.py": ""}
    only = forbid(module="ws.*factory*", allow=["ws/user_execution_context.py", "ws/gone.py", "ws/socket_factory.py"])
    assert problems(only, files) == [
        "'ws/user_execution_context.py' allows nothing: nothing this rule finds stands in what it matches",
        "'ws/gone.py' allows nothing: no file of the plan matches it",
    ]


def test_an_allowance_outside_what_the_rule_or_the_plan_judges_is_dead():
    files = {**TREE, "app/user.py": "import app.legacy\n"}
    assert len(problems(forbid(allow=["app/user.py"], paths=["lib/**"]), files)) == 1
    assert len(problems(forbid(allow=["app/user.py"]), files, paths=["app/core.py"])) == 1


def test_an_allowance_for_a_file_nobody_can_read_stands():
    assert problems(forbid(allow=["app/user.py"]), {**TREE, "app/user.py": "import app.legacy\n(\n"}) == []


def test_exceptions_from_an_allowance_are_part_of_it():
    files = {**TREE, "app/user.py": "import app.legacy\n"}
    only = forbid(allow=["app/*.py", "!app/user.py"])
    assert everywhere(only, files)["app/user.py"] == ["detect-only"]
    assert problems(only, files) == []

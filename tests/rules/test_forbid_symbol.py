"""Every place that still has, imports, uses or calls a symbol is found, by whatever path it gets there."""

import pytest
from rule_trees import everywhere, found, problems, rule, sites

LEGACY = "app/legacy.py"
TREE = {"app/__init__.py": "", LEGACY: "def create():\n    return 1\n", "app/ws.py": "class Manager: ...\n"}


def forbid(**more):
    return rule("forbid-symbol", **{"symbol": "app.legacy.create", **more})


def reasons(code, *, tree=None, path="app/user.py", **more):
    files = {**TREE, **(tree or {}), path: code}
    return [line.split(" ")[:2] for line in found(forbid(**more), files, path)]


def test_the_definition_the_imports_and_the_uses_of_a_symbol_are_places():
    code = "from app.legacy import create\nfrom app import legacy as old\n\ncreate()\nold.create()\nprint(create)\n"
    assert everywhere(forbid(), {**TREE, "app/user.py": code}) == {
        LEGACY: ["detect-only"],
        "app/user.py": ["detect-only"] * 4,
    }
    assert reasons(code) == [["1:", "detect-only"], ["4:", "detect-only"], ["5:", "detect-only"], ["6:", "detect-only"]]


def test_use_import_leaves_definitions_and_uses_alone():
    code = "from app.legacy import create as make\nimport app.legacy\n\nmake()\napp.legacy.create()\n"
    assert everywhere(forbid(use="import"), {**TREE, "app/user.py": code}) == {"app/user.py": ["detect-only"]}


@pytest.mark.parametrize(
    "code",
    [
        "from app.hub import create\n\ncreate()\n",
        "from app.hub import make\n\nmake()\n",
        "import app.hub as h\n\nh.make()\n",
        "from app.hub import *\n\nmake()\n",
        "def late():\n    from .hub import make\n    return make()\n",
    ],
)
def test_calls_are_found_through_every_path(code):
    hub = {"app/hub.py": "from app.legacy import create\nfrom .legacy import create as make\n"}
    assert [reason for _, reason in reasons(code, tree=hub, use="call")] == ["detect-only"]


def test_a_forbidden_reexport_forbids_that_path_only():
    hub = {"app/hub.py": "from app.legacy import create\n"}
    assert reasons("from app.hub import create\n", tree=hub, symbol="app.hub.create") == [["1:", "detect-only"]]
    assert reasons("from app.legacy import create\n", tree=hub, symbol="app.hub.create") == []
    assert reasons(hub["app/hub.py"], path="app/hub.py", symbol="app.hub.create") == [["1:", "detect-only"]]


def test_a_forbidden_call_of_a_reexport_forbids_the_class_by_any_path():
    hub = {"app/hub.py": "from app.ws import Manager\n"}
    code = "from app.ws import Manager\n\nManager()\n"
    assert reasons(code, tree=hub, symbol="app.hub.Manager", use="call") == [["3:", "detect-only"]]


def test_what_another_rule_moves_away_is_found_under_its_old_name_only():
    move = rule("move-symbol", from_="app.legacy.create", to="app.fresh.create")
    files = {**TREE, "app/fresh.py": "def create(): ...\n"}
    files["app/user.py"] = "from app.fresh import create\nfrom app.legacy import create as old\n\ncreate()\nold()\n"
    assert [line[:2] for line in found(forbid(), files, "app/user.py", move)] == ["2:", "5:"]
    assert [line[:2] for line in found(forbid(use="call"), files, "app/user.py", move)] == ["5:"]


def test_a_call_by_a_path_that_another_rule_moves_to_the_class_counts():
    move = rule("move-symbol", from_="app.legacy.create", to="app.ws.Manager")
    code = "from app.legacy import create\n\ncreate()\n"
    only = forbid(symbol="app.ws.Manager", use="call")
    assert [line[:2] for line in found(only, {**TREE, "app/user.py": code}, "app/user.py", move)] == ["3:"]


def test_a_star_counts_where_its_file_uses_the_symbol():
    assert reasons("from app.legacy import *\n\nprint(create)\n", use="import") == [["1:", "detect-only"]]
    assert reasons("from app.legacy import *\n\n__all__ = ['create']\n") == [
        ["1:", "detect-only"],
        ["3:", "detect-only"],
    ]
    assert reasons("from app.legacy import *\n\nother()\n", use="import") == []
    assert reasons("from app.legacy import *\n\ndef create(): ...\n\ncreate()\n", use="import") == []


@pytest.mark.parametrize(
    ("strings", "expected"), [("report", ["string"]), ("rewrite", ["detect-only"]), ("ignore", [])]
)
def test_strings_count_as_the_rule_says(strings, expected):
    code = "from unittest import mock\n\nmock.patch('app.legacy.create')\n"
    assert [reason for _, reason in reasons(code, strings=strings)] == expected


def test_a_place_something_else_may_reach_says_so():
    code = "from app.legacy import create\n\nif input():\n    create = print\ncreate()\n"
    assert reasons(code) == [["1:", "detect-only"], ["5:", "rebound"]]


def test_a_method_is_found_at_its_class():
    tree = {"app/ws.py": "class Manager:\n    @classmethod\n    def make(cls): ...\n\n    def other(self): ...\n"}
    files = {**TREE, **tree, "app/user.py": "from app.ws import Manager\n\nManager.make()\nManager.other\n"}
    assert everywhere(forbid(symbol="app.ws.Manager.make"), files) == {
        "app/ws.py": ["detect-only"],
        "app/user.py": ["detect-only"],
    }


def test_every_way_to_define_it_is_a_definition():
    code = "create: int\nif x:\n    create = 1\nelse:\n    async def create(): ...\n\nclass A:\n    create = 3\n"
    files = {**TREE, LEGACY: code}
    assert [(site.place.line, site.snippet) for site, _ in sites(forbid(), files, LEGACY)] == [
        (3, "create"),
        (5, "async def create"),
    ]


def test_shadows_and_namesakes_are_left_alone():
    code = "import app.ws\n\ndef create(): ...\n\ndef f(create):\n    return create()\n\ncreate()\nx.create()\n"
    assert reasons(code) == []


def test_a_module_is_no_symbol():
    assert problems(forbid(symbol="app.legacy"), TREE) == ["app.legacy is a module"]
    assert problems(forbid(), TREE) == []
    assert problems(forbid(symbol="app.gone.name"), TREE) == []

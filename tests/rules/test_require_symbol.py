"""A symbol is there, or one place says that it is not, without anything being imported."""

import pytest
from rule_trees import everywhere, found, problems, rule

PACKAGE = "app/__init__.py"
FACTORY = "app/factory.py"
TREE = {PACKAGE: "", "app/impl.py": "def build(): ...\n\n\nclass Hub:\n    size = 1\n\n    def open(self): ...\n"}


def require(**more):
    return rule("require-symbol", **{"symbol": "app.factory.build", **more})


def judged(code, **more):
    """Return the path and the reason of the one place, or nothing."""
    files = {**TREE, FACTORY: code} if code is not None else TREE
    every = everywhere(require(**more), files)
    assert sum(map(len, every.values())) <= 1
    return next(((path, reasons[0]) for path, reasons in every.items()), None)


@pytest.mark.parametrize(
    "code",
    [
        "def build(): ...\n",
        "async def build(): ...\n",
        "class build: ...\n",
        "if x:\n    def build(): ...\n",
        "from app.impl import build\n",
        "from app.impl import Hub as build\n",
        "from .impl import *\n",
        "raise SystemExit\ndef build(): ...\n",
    ],
)
def test_definitions_and_reexports_are_enough(code):
    assert judged(code) is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "detect-only"),
        ("def other(): ...\n", "detect-only"),
        ("def f():\n    def build(): ...\n", "detect-only"),
        ("build = 1\n", "detect-only"),
        ("from app.impl import gone as build\n", "detect-only"),
        ("from app import impl as build\n", "detect-only"),
        ("def __getattr__(name): ...\n", "dynamic-name"),
        ("from lib import *\n", "dynamic-name"),
        ("from lib import build\n", "outside-tree"),
        ("from app.factory2 import build\n", "detect-only"),
    ],
)
def test_what_is_missing_or_no_callable_is_one_place_at_the_module(code, reason):
    assert judged(code) == (FACTORY, reason)


def test_a_missing_module_is_a_place_at_the_package_around_it():
    assert judged(None) == (PACKAGE, "detect-only")
    assert judged(None, symbol="app.deep.down.build") == (PACKAGE, "detect-only")


def test_the_message_names_what_is_near():
    [line] = found(require(symbol="app.impl.built"), TREE, "app/impl.py")
    assert line == "1: detect-only app.impl.built does not exist; the tree has app.impl.build"


@pytest.mark.parametrize("code", ["build = 1\n", "from lib import build\n", "from app import impl as build\n"])
def test_without_callable_any_name_will_do(code):
    assert judged(code, callable=False) is None


def test_a_submodule_is_a_symbol_but_cannot_be_called():
    assert judged("", symbol="app.factory", callable=False) is None
    assert judged("", symbol="app.factory") == (FACTORY, "detect-only")


@pytest.mark.parametrize(
    ("symbol", "more", "reason"),
    [
        ("app.impl.Hub.open", {}, None),
        ("app.impl.Hub.close", {}, "detect-only"),
        ("app.impl.Hub.size", {}, "detect-only"),
        ("app.impl.Hub.size", {"callable": False}, None),
        ("app.impl.Hub.open.x", {}, "dynamic-name"),
        ("app.impl.build.open", {}, "dynamic-name"),
        ("app.kid.Kid.close", {}, "dynamic-name"),
        ("app.kid.Hub.open", {}, None),
    ],
)
def test_members_of_classes_are_looked_up(symbol, more, reason):
    files = {**TREE, "app/kid.py": "from app.impl import Hub\n\n\nclass Kid(Hub): ...\n"}
    every = everywhere(require(symbol=symbol, **more), files)
    assert [one for reasons in every.values() for one in reasons] == ([reason] if reason else [])


def test_a_module_that_cannot_be_read_is_told_apart():
    files = {**TREE, "app/hub.py": "from app.broken import build\n", "app/broken.py": "("}
    assert found(require(symbol="app.hub.build"), files, "app/hub.py") == [
        "1: unparsable app.hub.build cannot be shown to exist"
    ]


def test_a_stub_beside_the_module_is_not_a_second_place():
    files = {**TREE, "app/factory.pyi": "", FACTORY: ""}
    assert everywhere(require(), files) == {FACTORY: ["detect-only"]}


def test_a_namespace_package_holds_nothing_itself():
    files = {"top/__init__.py": "", "top/ns/mod.py": ""}
    assert everywhere(require(symbol="top.ns.build"), files) == {"top/__init__.py": ["detect-only"]}


def test_a_symbol_without_any_file_is_a_problem_of_the_plan():
    assert problems(require(symbol="lib.build"), TREE) == [
        "no file of the tree is the module of lib.build, or a package around it"
    ]


@pytest.mark.parametrize("more", [{"allow": ["app/*.py"]}, {"paths": ["lib/**"]}])
def test_a_symbol_whose_file_nobody_judges_is_a_problem_of_the_plan(more):
    [message] = problems(require(**more), {**TREE, FACTORY: ""})
    assert message == "app.factory, where app.factory.build is looked for, is no file that this rule judges"
    assert problems(require(), {**TREE, FACTORY: ""}, paths=[PACKAGE]) == [message]
    assert problems(require(), {**TREE, FACTORY: ""}) == []

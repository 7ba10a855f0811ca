"""With `shim = true` the file at an old place goes on giving what the new module has: modules are really imported."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from tests.rules.rule_trees import carried_out, everywhere, found, problems, rewritten, rule

TREE = {
    "app/__init__.py": "",
    "app/new/__init__.py": "LIMIT = 3\n_inner = 4\n\n\ndef run():\n    return LIMIT\n",
    "app/new/sub.py": "__all__ = ['y']\n\ny = 1\nz = 2\n",
    "app/old/__init__.py": "",
    "app/old/sub.py": '"""Old."""\n\nfrom app.new.sub import y, z\n\n__all__ = ["y"]\n',
    "use.py": "from app.old import run\nfrom app.old.sub import y\n\nprint(run(), y)\n",
}
OLD, SUB = "app/old/__init__.py", "app/old/sub.py"


def shim(**parameters):
    return rule("move-module", **{"from": "app.old", "to": "app.new", "shim": True, **parameters})


def told(code, directory, files, *options):
    for path, text in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(text.encode())
    command = [sys.executable, "-B", *options, "-c", textwrap.dedent(code)]
    ran = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_old_package_and_its_modules_give_the_new_ones_and_warn(tmp_path):
    code = """
    import sys, warnings
    import app.old, app.old.sub
    assert "app.new" not in sys.modules
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert app.old.run() == 3
        from app.old.sub import z
        from app.old import sub
        first = {}
        exec("from app.old import *", first)
        second = {}
        exec("from app.old.sub import *", second)
    import app.new
    app.new.LIMIT = 5
    assert (app.old.LIMIT, app.old._inner, z, sub is sys.modules["app.old.sub"]) == (5, 4, 2, True)
    assert app.old.run is app.new.run
    assert {name for name in first if name[:2] != "__"} == {"LIMIT", "run", "sub"}, first
    assert [name for name in second if name[:2] != "__"] == ["y"]
    assert {str(one.message) for one in caught} == {"app.old is now app.new", "app.old.sub is now app.new.sub"}
    assert {one.category for one in caught} == {DeprecationWarning}
    assert {one.filename for one in caught} == {"<string>"}, caught
    for missing in ("app.old.nothing", "app.old.sub.__path__"):
        try:
            eval(missing)
        except AttributeError as error:
            print(error)
    """
    assert told(code, tmp_path, carried_out(shim(), TREE), "-W", "ignore::DeprecationWarning") == (
        "module 'app.old' has no attribute 'nothing'\nmodule 'app.old.sub' has no attribute '__path__'\n"
    )


def test_a_module_of_a_moved_package_is_never_loaded_a_second_time(tmp_path):
    files = {**TREE, "app/old.py": "", OLD: None, SUB: None, "use.py": ""}
    after = carried_out(shim(), {path: text for path, text in files.items() if text is not None})
    code = """
    import app.new.sub
    import app.old
    try:
        import app.old.sub
    except ImportError as error:
        print(error)
    """
    assert told(code, tmp_path, after) == "No module named 'app.old.sub'; 'app.old' is not a package\n"


def test_once_there_it_is_no_site_and_its_users_go_straight(tmp_path):
    assert everywhere(shim(), TREE) == {OLD: ["open"], SUB: ["open"], "use.py": ["open", "open"]}
    after = carried_out(shim(), TREE)
    assert everywhere(shim(), after) == {}
    assert told("import use", tmp_path, after, "-W", "error") == "3 1\n"
    assert everywhere(shim(shim=False), TREE) == {"use.py": ["open", "open"]}
    gate = rule("forbid-module", module="app.old")
    assert set(everywhere(gate, after | {"use.py": TREE["use.py"]})) - {OLD, SUB} == {"use.py"}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "# moved\n", '"""Old."""\n', "from app.new import run", "pass\n"])
def test_what_is_written(before, newline, tmp_path):
    before = before.replace("\n", newline)
    after, blocked = rewritten(shim(), {**TREE, OLD: before}, OLD)
    assert blocked == []
    kept = newline if newline in before else "\n"
    assert after.count("\n") == after.count(kept)
    assert after.endswith(kept) is (before.endswith(kept) or not before)
    assert after.startswith(("#", '"', "from typing import TYPE_CHECKING", "pass"))
    assert told("import app.old; print(app.old.run())", tmp_path, {**TREE, OLD: after}) == "3\n"
    assert everywhere(shim(), {**TREE, OLD: after}).get(OLD) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def run(): ...\n", "still-defined"),
        ("from app.new import run\n\nx = 1\n", "still-defined"),
        ("import app.new\n", "still-defined"),
        ("from app.other import run\n", "still-defined"),
        ("from app.other import *\n", "still-defined"),
        ("'a'\n'b'\n", "still-defined"),
        ("from app.new import run as go\n", "not-there"),
        ("from app.new import _inner as LIMIT\n", "still-defined"),
        ("from app.new import *\n__all__ = [one for one in dir()]\n", "dynamic-name"),
        ("from app.new import *\n\n\ndef __getattr__(name): ...\n", "own-getattr"),
        ("from app.new import *\nimport warnings\nwarnings.warn('old', DeprecationWarning)\n", ""),
        ("from app.new import *\n", "open"),
        ("from __future__ import annotations\n\nfrom ..new import run, _inner\n\n__all__ = ['run']\n", "open"),
    ],
)
def test_what_can_become_a_shim(text, reason):
    files = {**TREE, "app/other.py": "def run(): ...\n", OLD: text}
    assert [site.split()[1] for site in found(shim(), files, OLD)] == ([reason] if reason else [])
    after, _ = rewritten(shim(), files, OLD)
    assert (after == text) is (reason != "open")


def test_a_submodule_that_did_not_move_is_refused():
    (site,) = found(shim(), {**TREE, "app/old/more.py": ""}, "app/old/more.py")
    assert site == "1: not-there app.old.more is to be a shim that gives what app.new.more has"
    assert found(shim(), {**TREE, "app/old/more.pyi": ""}, "app/old/more.pyi") == []


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            {"from": "app.gone"},
            "a shim stands in the old module, and the tree has no app.gone: leave an empty file there",
        ),
        ({"to": "app.gone"}, "a shim needs the new module in the tree"),
        ({"from": "app", "to": "app.new"}, "a module cannot be the shim of one within it"),
        ({}, None),
    ],
)
def test_what_makes_no_sense_is_a_problem_of_the_plan(names, message):
    assert problems(shim(**names), TREE) == ([message] if message else [])
    assert problems(shim(**names, shim=False), TREE) == []

"""What a change can reach: held against what Python truly loads, and every way in which nobody can know."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.scan.scan_values import MemorySources
from workbench.scan.leads import leads_of
from workbench.scan.reach import Reach

TREE = {
    "app/__init__.py": "",
    "app/low.py": "",
    "app/mid.py": "from app import low\n",
    "app/sub/__init__.py": "",
    "app/sub/deep.py": "from ..mid import low\n",
    "lib/near.py": "",
    "tests/test_low.py": "import app.low\n",
    "tests/test_deep.py": "def test():\n    from app.sub import deep\n",
    "tests/test_patch.py": "from unittest import mock\n\n\n@mock.patch('app.mid.low')\ndef test(m): ...\n",
    "tests/test_near.py": "import near\n",
    "tests/test_none.py": "import os\n",
}


def reached_in(files, *changed, unreadable=(), words=(), later=None) -> set[str]:
    reached = Reach(MemorySources(files, unreadable), words=words).touched(changed, MemorySources(later or files))
    return {path for path in files if "test_" in path and (reached.everything or path in reached.paths)}


ALL = {path for path in TREE if "test_" in path}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("app/low.py", {"tests/test_low.py", "tests/test_deep.py", "tests/test_patch.py"}),
        ("app/sub/deep.py", {"tests/test_deep.py"}),
        ("app/sub/__init__.py", {"tests/test_deep.py"}),
        ("app/__init__.py", {"tests/test_low.py", "tests/test_deep.py", "tests/test_patch.py"}),
        ("lib/near.py", {"tests/test_near.py"}),
        ("tests/test_none.py", {"tests/test_none.py"}),
        ("README.md", ALL),
        ("app/new.py", ALL),
    ],
)
def test_who_sees_a_change(changed, expected):
    assert reached_in(TREE, changed) == expected


def test_where_no_change_is_named_all_is_reached():
    assert reached_in(TREE) == ALL


@pytest.mark.parametrize(
    "code",
    [
        "import importlib\nname = 'x'\nimportlib.import_module(name)\n",
        "import importlib\nimportlib.import_module('.low', 'app')\n",
        "from importlib import import_module\n",
        "__import__('a' + 'b')\n",
        "exec('')\n",
        "import subprocess\n",
        "import runpy\n",
        "from subprocess import run\n",
        "import os\nos.system('true')\n",
        "from os import listdir\n",
        "import pathlib\nall = pathlib.Path('app').rglob('*')\n",
        "open('sub/deep.py')\n",
        "open(name + '.py')\n",
        "import pickle\n",
        "__getattr__ = late()\n",
        "def broken(:\n",
        "x = 1\n" * 300_000,
    ],
)
def test_a_file_that_may_lead_anywhere_is_always_reached(code):
    files = TREE | {"tests/test_odd.py": code}
    assert reached_in(files, "app/sub/deep.py") == {"tests/test_deep.py", "tests/test_odd.py"}
    through = TREE | {"tool.py": code, "tests/test_odd.py": "import tool\n"}
    assert "tests/test_odd.py" in reached_in(through, "app/sub/deep.py")


@pytest.mark.parametrize(
    "code",
    [
        "import importlib\nimportlib.import_module('app.mid')\n",
        "import ast\nast.walk(tree)\n",
        "import platform\nplatform.system()\n",
        '"""Told in app/low.py."""\n',
        "def f():\n    'glob and walk'\n",
    ],
)
def test_what_only_looks_as_if_leads_nowhere_else(code):
    assert reached_in(TREE | {"tests/test_odd.py": code}, "app/sub/deep.py") == {"tests/test_deep.py"}


@pytest.mark.parametrize(
    ("extra", "changed"),
    [
        ({"tests/conftest.py": "import app.low\n"}, "app/low.py"),
        ({"conftest.py": "pytest_plugins = ['app.low']\n"}, "app/low.py"),
        ({"conftest.py": ""}, "conftest.py"),
        ({"far/conftest.py": ""}, "far/conftest.py"),
        ({"far/setup.py": ""}, "far/setup.py"),
        ({"pytest.ini": "[pytest]\naddopts = -p app.low\n"}, "app/low.py"),
        ({"pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["-papp.low"]\n'}, "app/low.py"),
        ({"pyproject.toml": '[project.entry-points.pytest11]\nmine = "app.low"\n'}, "app/low.py"),
        ({"setup.py": "setup(entry_points={'pytest11': ['mine = app.low']})\n"}, "app/low.py"),
        ({"lib/sitecustomize.py": "import app.low\n"}, "app/low.py"),
        ({"tests/conftest.py": "import subprocess\n"}, "lib/near.py"),
    ],
)
def test_what_all_tests_share_reaches_them_all(extra, changed):
    assert reached_in(TREE | extra, changed) == ALL | {path for path in extra if "test_" in path}


def test_a_setting_that_has_nothing_to_do_with_tests_reaches_none():
    extra = {"pyproject.toml": '[project.scripts]\nrun = "app.low:main"\n', "setup.py": "setup()\nimport subprocess\n"}
    assert "tests/test_none.py" not in reached_in(TREE | extra, "app/low.py")
    extra = {"pyproject.toml": '[project.optional-dependencies]\nnear = ["pytest"]\n'}
    assert reached_in(TREE | extra, "lib/near.py") == {"tests/test_near.py"}


def test_words_of_the_gates_may_name_plug_ins_but_paths_do_not():
    assert reached_in(TREE, "app/low.py", words=("-p", "app.low")) == ALL
    assert reached_in(TREE, "lib/near.py", words=("lib/near.py",)) == {"tests/test_near.py"}


@pytest.mark.parametrize(
    ("path", "reason", "known"),
    [
        ("code", "symlink", False),
        ("a/b.py", "symlink", False),
        ("README.md", "symlink", True),
        ("x", "submodule", False),
    ],
)
def test_names_a_tree_does_not_tell(path, reason, known):
    found = reached_in(TREE, "lib/near.py", unreadable=((path, reason),))
    assert found == ({"tests/test_near.py"} if known else ALL)


def test_the_packages_around_a_test_run_with_it():
    files = TREE | {"tests/__init__.py": "", "tests/in/__init__.py": "", "tests/in/test_in.py": ""}
    assert reached_in(files, "tests/in/__init__.py") == {"tests/in/test_in.py"}
    assert reached_in(files, "tests/__init__.py") == {path for path in files if "test_" in path}


def test_an_import_that_came_since_counts():
    later = TREE | {"app/low.py": "import near\n"}
    reach = Reach(MemorySources(TREE))
    assert "tests/test_low.py" not in reach.touched(["lib/near.py"], MemorySources(later)).paths
    assert "tests/test_low.py" in reach.touched(["lib/near.py"], MemorySources(later), ["app/low.py"]).paths
    assert reach.touched(["lib/near.py"], MemorySources(later), ["app/fresh.py"]).everything


def test_a_text_that_names_a_package_means_all_in_it():
    for name in ("app.sub", "app"):
        files = TREE | {"tests/test_apps.py": f"APPS = ['{name}']\n"}
        assert "tests/test_apps.py" in reached_in(files, "app/sub/deep.py")


def test_words_of_prose_name_nothing():
    assert leads_of("a.py", b"say('the app is near', 'app', 'of app.low')").spelled == {"app", "app.low"}


# What a module may do to get at another, with `{to}` its dotted name, `{last}` the last part, `{of}` the rest.
WAYS = (
    "import {to}",
    "from {of} import {last}",
    "from {to} import *",
    "from .{last} import __name__ as n",
    "def late():\n    import {to}\nlate()",
    "try:\n    import {to}\nexcept ImportError:\n    pass",
    "import importlib\nimportlib.import_module('{to}')",
    "import importlib\nimportlib.import_module('{of}.' + '{last}')",
    "import importlib\nimportlib.import_module('.{last}', '{of}')",
    "exec('import {to}')",
    "__import__('{to}')",
    "import sys\nsys.path.insert(0, '{folder}')\nimport {last}",
    "from unittest import mock\nwith mock.patch('{to}.__doc__', ''):\n    pass",
    "import pkgutil\npkgutil.resolve_name('{to}')",
)
PACKAGES = ("pkg", "pkg.inner", "other")


@st.composite
def trees(draw: DrawFn) -> dict[str, str]:
    """A tree of packages whose modules reach for earlier ones in every way there is, with tests and a conftest."""
    names = [f"{draw(st.sampled_from(PACKAGES))}.m{number}" for number in range(draw(st.integers(2, 8)))]
    files = {f"{package.replace('.', '/')}/__init__.py": "" for package in PACKAGES}

    def code(earlier: list[str], of: str) -> str:
        lines = ["# free of imports"]
        for to in draw(st.lists(st.sampled_from(earlier), max_size=2)) if earlier else ():
            ways = WAYS if to.rpartition(".")[0] == of else [way for way in WAYS if "from ." not in way]
            package, _, last = to.rpartition(".")
            way = draw(st.sampled_from(ways))
            lines.append(way.format(to=to, of=package, last=last, folder=package.replace(".", "/")))
        return "\n".join(lines) + "\n"

    for at, name in enumerate(names):
        files[f"{name.replace('.', '/')}.py"] = code(names[:at], name.rpartition(".")[0])
    for number in range(3):
        files[f"tests/test_{number}.py"] = code(names, "")
    if draw(st.booleans()):
        files["tests/conftest.py"] = code(names, "")
    return files


LOADS = """
import json, runpy, sys
from pathlib import Path

def loads(test):
    before = set(sys.modules)
    path = list(sys.path)
    for file in ("tests/conftest.py", test):
        if Path(file).exists():
            runpy.run_path(file)
    new = [sys.modules.pop(name) for name in set(sys.modules) - before]
    sys.path[:] = path
    files = [getattr(one, "__file__", None) for one in new]
    return [str(Path(one).relative_to(Path.cwd())) for one in files if one and Path.cwd() in Path(one).parents]

sys.path.insert(0, ".")
sys.dont_write_bytecode = True
print(json.dumps({str(test): loads(str(test)) for test in Path("tests").glob("test_*.py")}))
"""


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=trees())
def test_no_test_that_runs_a_changed_file_is_ever_left_out(files, tmp_path_factory):
    root: Path = tmp_path_factory.mktemp("tree")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-c", LOADS], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    reach = Reach(MemorySources(files))
    for test, loaded in json.loads(told.stdout).items():
        for path in {*loaded, test}:
            reached = reach.touched([path], MemorySources(files))
            assert reached.everything or test in reached.paths, f"{test} runs {path}"

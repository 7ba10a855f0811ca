"""A module moves: every spelling of its name follows, and programs do what they did."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Mapping
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_trees import ROOTS, carried_out, found, reason, rewritten, rule, sites

CONTENT = "LIMIT = 3\n\n\ndef run(): return 'run'\n\n\nclass X: ...\n"
TREE = {
    "app/__init__.py": "",
    "app/new/__init__.py": CONTENT,
    "app/new/sub.py": "y = 1\n",
    "app/other.py": "z = 2\n",
    "lib/__init__.py": "",
    "lib/fresh/__init__.py": CONTENT,
    "lib/fresh/sub.py": "y = 1\n",
}
USER = "app/user.py"


def move(**more):
    return rule("move-module", **{"from_": "app.old", "to": "app.new", **more})


def becomes(code, *, path=USER, tree=None, **more):
    """Return what a file becomes, and the reasons of all places that stay."""
    files = {**TREE, **(tree or {}), path: code}
    one = move(**more)
    after, refused = rewritten(one, files, path)
    stay = [reason(site) for site, _ in sites(one, files, path)]
    return after, [*(why for why in stay if why != "open"), *refused]


def follows(code, expected, **more):
    assert becomes(code, **more) == (expected, [])


def stays(code, *reasons, **more):
    assert becomes(code, **more) == (code, [*reasons])


@pytest.mark.parametrize(
    "code",
    [
        "import app.OLD\n\napp.OLD.run()\n",
        "import app.OLD as o, os\n\no.run()\n",
        "import app.OLD\nimport app.OLD.sub\n\nprint(app.OLD.sub.y, app.OLD.run)\n",
        "import app.OLD.sub as s\n",
        "from app.OLD import X, run as r\n",
        "from app.OLD.sub import y\n",
        "from app.OLD import sub\n",
        "from app.OLD import *\n\nrun()\n",
        "from .OLD import *\n",
        "from .OLD import run\nfrom .OLD.sub import y\n",
        "from . import OLD as o\n",
        "from app import OLD, other\n\nOLD.run(other)\n",
        "from app import (\n    OLD,  # two\n    other,  # one\n)\n\nOLD.run(other)\n",
        "from . import OLD\n\n__all__ = ['OLD', u\"OLD\"]\n",
        "def f():\n    import app.OLD\n    return app.OLD.run()\n",
        "try:\n    from app import OLD\nexcept ImportError:\n    OLD = None\nif OLD: OLD.run()\n",
        "import app.OLD; import sys\napp.OLD.run(f'{app.OLD.run()}')\n",
        "import app.OLD  # noqa: F401\n",
        "import app.OLD\nx: 'app.OLD.X'\nz = []  # type: list[app.OLD.X]\n",
        "if TYPE_CHECKING:\n    from app.OLD import X\n    import app.OLD\ndef f(x: 'app.OLD.X', z: X): ...\n",
        "from app import other\nfrom app.OLD import X\nfrom app.OLD.sub import y\n",
        "\ufeffimport app.OLD\r\n\r\nprint('ä', app.OLD.run)\r\n",
    ],
)
def test_every_spelling_follows(code):
    follows(code.replace("OLD", "old"), code.replace("OLD", "new"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "import app\nprint(app.old.run, app.VERSION)\n",
            "import app\nimport app.new\nprint(app.new.run, app.VERSION)\n",
        ),
        ("import app\nprint(app.old.run)\n", "import app.new\nprint(app.new.run)\n"),
        ("import app as a\nprint(a.old.run)\n", "from app import new\nprint(new.run)\n"),
        ("import app.old, app.new\nprint(app.old.run)\n", "import app.new\nprint(app.new.run)\n"),
        ("from app.old import run\nfrom app.new import X\n", "from app.new import X, run\n"),
        ("from app.old import run\nfrom app.new import run\n", "from app.new import run\n"),
    ],
)
def test_what_the_new_path_makes_of_imports_beside_it(code, expected):
    follows(code, expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import app.old\napp.old.run()\n", "import lib.fresh\nlib.fresh.run()\n"),
        ("import app.old\napp.old.run(app.V)\n", "import app\nimport lib.fresh\nlib.fresh.run(app.V)\n"),
        (
            "import app.other\nimport app.old\napp.old.run(app.V)\n",
            "import app.other\nimport lib.fresh\nlib.fresh.run(app.V)\n",
        ),
        ("import app.old\nx: 'app.old.X'\n", "import lib.fresh\nx: 'lib.fresh.X'\n"),
        (
            "import app.old\nx: 'app.old.X'\nz: 'app.V'\n",
            "import app\nimport lib.fresh\nx: 'lib.fresh.X'\nz: 'app.V'\n",
        ),
        ("from app import old\nold.run()\n", "from lib import fresh\nfresh.run()\n"),
        ("from app import old as o\no.run()\n", "from lib import fresh as o\no.run()\n"),
        ("import app.old, app.other\n", "import app.other, lib.fresh\n"),
    ],
)
def test_a_module_moves_to_another_package(code, expected):
    follows(code, expected, to="lib.fresh")


def test_a_module_at_the_top_moves_too():
    tree = {"top.py": "def run(): ...\n"}
    code = "import gone\nimport gone as g\ngone.run()\npatch('gone.run')\nload('gone.txt', 'gone')\n"
    expected = "import top\nimport top as g\ntop.run()\npatch('top.run')\nload('gone.txt', 'gone')\n"
    follows(code, expected, path="u.py", tree=tree, from_="gone", to="top", strings="rewrite")
    follows("from gone import run\n", "from top import run\n", path="u.py", tree=tree, from_="gone", to="top")


def test_a_local_name_stays_where_others_need_it():
    hub = "from app import old\nold.run()\n"
    kept = "from app import new as old\nold.run()\n"
    follows(hub, kept, tree={"app/more.py": "from app.user import old\n"})
    follows(
        "from app import old\n\ndef f(new): old.run(new)\n", "from app import new as old\n\ndef f(new): old.run(new)\n"
    )
    follows("from . import old\n", "from . import new as old\n", path="app/__init__.py")


def test_who_imports_from_a_hub_is_left_alone():
    files = {**TREE, "app/hub.py": "from app.old import run\nfrom app import old as o\n"}
    files[USER] = "from app.hub import run, o\n\nrun(o.run())\n"
    assert found(move(), files, USER) == []
    assert carried_out(move(), files)["app/hub.py"] == "from app.new import run\nfrom app import new as o\n"


def test_the_old_module_itself_is_left_alone_and_the_new_one_is_not():
    old = {"app/old/__init__.py": "from app.old.sub import y\n", "app/old/sub.py": "y = 1\n"}
    assert found(move(), {**TREE, **old}, "app/old/__init__.py") == []
    follows("import app.old.sub\n", "import app.new.sub\n", path="app/new/more.py")


# ---- refused


@pytest.mark.parametrize(
    "code",
    [
        "from app.old import gone\n",
        "import app.old.gone\n",
        "import app.old.run\n",
        "import app.old\n\napp.old.gone()\n",
        "import app.old as o\n\no.gone()\n",
        "import app\n\napp.old.gone()\n",
    ],
)
def test_what_the_new_module_lacks_is_not_written(code):
    after, reasons = becomes(code)
    assert after == code
    assert set(reasons) == {"not-there"}


def test_one_name_that_is_not_there_holds_back_no_other():
    after, reasons = becomes("from app.old import run, gone\n")
    assert (after, reasons) == ("from app.new import run\nfrom app.old import gone\n", ["not-there"])


def test_an_import_and_its_uses_change_together_or_not_at_all():
    stays("import app.old\n\nif app.old.run():\n    app = None\napp.old.run()\n", "rebound", "rebound", "rebound")
    stays("from app import old\n\nold.run(old.gone)\n", "not-there", "not-there", "not-there")
    stays("import app.old\nlib = 3\napp.old.run(lib)\n", "name-taken", "name-taken", to="lib.fresh")
    stays("import app.old\n\ndef f(lib):\n    app.old.run(lib)\n", "name-taken", "name-taken", to="lib.fresh")


def test_imports_of_one_name_are_refused_together_even_when_one_of_them_was_planned():
    tree = {"lib/fresh/sub.py": "import app.user\n", "app/old/__init__.py": CONTENT, "app/old/sub.py": "y = 1\n"}
    code = "import app.old\nimport app.old.sub\n\nprint(app.old.sub.y)\n"
    stays(code, "import-cycle", "import-cycle", "import-cycle", to="lib.fresh", tree=tree)


def test_a_star_is_followed_where_it_brings_the_same():
    old = {"app/old.py": "def run(): ...\n"}
    follows("from app.old import *\nrun()\n", "from app.new import *\nrun()\n", tree=old)
    stays("from app.old import *\n", "not-there", tree={"app/old.py": "def run(): ...\ndef more(): ...\n"})
    stays("from app.old import *\n", "star-import", tree={"app/old.py": "from lib2 import *\n"})


def test_a_name_that_means_something_else_in_the_package_is_left_alone():
    tree = {
        "app/__init__.py": "from .old import old\n",
        "app/old.py": "def old(): ...\n",
        "app/new/__init__.py": "old = 1\n",
    }
    assert becomes("from app import old\nimport app\n\nold(app.old)\n", tree=tree)[1] == []
    stays("import app.old\n\napp.old()\n", "alternatives", tree=tree)
    follows("from app.old import old\n", "from app.new import old\n", tree=tree)


def test_an_import_cycle_is_not_closed():
    tree = {"app/new/__init__.py": "from app.user import x\ndef run(): ...\n"}
    code = "from app.old import run\nx = 1\n"
    stays(code, "import-cycle", tree={**tree, "app/old.py": "def run(): ...\n"})
    follows(code, code.replace("old", "new"), tree=tree)  # the circle is there: the moved module is what it was


# ---- strings


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("patch('app.old.run.x')\n", "patch('app.new.run.x')\n"),
        ("import_module('app.old.sub')\n", "import_module('app.new.sub')\n"),
        ("__import__('app.old', fromlist=['x'])\n", "__import__('app.new', fromlist=['x'])\n"),
        ("x = ['app.old', 'app.older', 'app.old!', 'old']\n", "x = ['app.new', 'app.older', 'app.old!', 'old']\n"),
        ("x = r'app.old.run'\n", "x = r'app.new.run'\n"),
    ],
)
def test_strings_follow_only_if_asked(code, expected):
    follows(code, expected, strings="rewrite")
    stays(code, "string")
    stays(code, strings="ignore")


def test_strings_that_cannot_be_changed_safely_stay():
    stays("__import__('app.old')\n", "dynamic-name", strings="rewrite")
    stays("patch('app.' 'old.run')\n", "dynamic-name", strings="rewrite")
    stays("patch('app.old.gone')\n", "not-there", strings="rewrite")


# ---- programs


FORMS = {
    "import app.old": ("app.old.run()", "app.old.LIMIT"),
    "import app.old as o": ("o.run()",),
    "from app import old": ("old.run()", "old.sub.y"),
    "from app import old as alias": ("alias.LIMIT",),
    "from app.old import run": ("run()",),
    "from app.old import run as r": ("r()",),
    "from app.old import *": ("LIMIT", "run()"),
    "from app.old import sub": ("sub.y",),
    "import app.old.sub": ("app.old.sub.y", "app.old.run()"),
    "from app.old.sub import y": ("y",),
    "import app": ("app.old.run()", "app.other.z"),
    "import app.other": ("app.other.z", "app.old.LIMIT"),
    "import lib": ("lib.fresh.LIMIT",),
}
PLACES = ("{}", "try:\n    {}\nexcept ImportError:\n    pass", "if True:\n    {}")
NOISE = ("new = 7", "fresh = 8", "def f(new): return new", "import os", "x = [app for app in (1,)]", "")


@st.composite
def programs(draw: st.DrawFn) -> str:
    lines = ["RESULT = []"]
    for number in range(draw(st.integers(1, 4))):
        form = draw(st.sampled_from(sorted(FORMS)))
        use = draw(st.sampled_from(FORMS[form]))
        if draw(st.booleans()) and "*" not in form:
            lines += [f"def f{number}():", f"    {form}", f"    return {use}", f"RESULT.append(f{number}())"]
        else:
            lines += [draw(st.sampled_from(PLACES)).format(form), f"RESULT.append({use})"]
            lines += (
                [f"def g{number}(new=1): return {use}", f"RESULT.append(g{number}())"] if draw(st.booleans()) else []
            )
        lines.append(draw(st.sampled_from(NOISE)))
    return "\n".join(lines) + "\n"


class _Memory(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, files: Mapping[str, str]) -> None:
        self.modules = {ROOTS.name_of(path): code for path, code in files.items()}

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        for is_package in (True, False):
            if (name, is_package) in self.modules:
                return importlib.util.spec_from_loader(name, self, is_package=is_package)
        return None

    def exec_module(self, module: ModuleType) -> None:
        code = next(code for known, code in self.modules.items() if known and known[0] == module.__name__)
        exec(compile(code, module.__name__, "exec"), vars(module))


def ran(files: Mapping[str, str], *loaded: str) -> object:
    """Run `app.user` of a tree in memory with some modules loaded before; return its results."""
    finder = _Memory(files)
    sys.meta_path.insert(0, finder)
    try:
        for name in loaded:
            importlib.import_module(name)
        return importlib.import_module("app.user").RESULT
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] in ("app", "lib")]:
            del sys.modules[name]


@settings(max_examples=120, deadline=None)
@given(programs(), st.sampled_from(["app.new", "lib.fresh"]))
def test_programs_do_what_they_did(code, to):
    old = {"app/old/__init__.py": CONTENT, "app/old/sub.py": "y = 1\n"}
    before = {**TREE, **old, USER: code}
    others = ["app.other", "lib.fresh.sub", "app.new.sub"]
    try:
        expected = ran(before, "app.old.sub", *others)
    except (NameError, AttributeError, UnboundLocalError):
        return  # not a program
    one = move(to=to)
    after, refused = rewritten(one, before, USER)
    left = [site for site, _ in sites(one, {**before, USER: after}, USER)]
    assert len(left) == len(refused) + sum(reason(site) != "open" for site, _ in sites(one, before, USER))
    tree = before if left else TREE
    assert ran({**tree, USER: after}, *(["app.old.sub"] if left else []), *others) == expected

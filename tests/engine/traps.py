"""Ways in which a suite comes to test the original checkout, each with what must come of it.

SITE is the site-packages of the gates' interpreter, ROOT the user's checkout, SOURCE its source root: `src` below it,
or itself. In every trap the checkout is green and the migrated tree is red: whoever tests the original keeps the batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field

RIGHT = ""
"""The sandbox comes first: its red is seen."""

PROBE = "the gates would not test the sandbox: app comes from SOURCE/app/__init__.py, not from SANDBOX"
WITNESS = "the gate `check` does not test the sandbox: app.a came from SOURCE/app/a.py, not from SANDBOX"
HIDDEN = WITNESS.replace("SOURCE/app/a.py", "SANDBOX/src/app/a/__init__.pyc")
CANARY = "the gate `check` may test an original: it did not notice a canary in SANDBOX"

FINDER = """
import os, sys
from importlib.util import spec_from_file_location

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        place = os.path.join("SOURCE", *name.split("."))
        if name.partition(".")[0] != "app":
            return None
        if os.path.isdir(place):
            return spec_from_file_location(name, place + "/__init__.py", submodule_search_locations=[place])
        return spec_from_file_location(name, place + ".py")

sys.meta_path.HOW
"""
EGGS = (
    "import sys; sys.__plen = len(sys.path)\nSOURCE\n"
    "import sys; new = sys.path[sys.__plen:]; del sys.path[sys.__plen:]; sys.path[0:0] = new\n"
)

SCRIPT = '["{python}", "check.py"]'
PYTEST = (
    '["{python}", "-m", "pytest", "--disable-plugin-autoload", "-q", "-p", "no:cacheprovider", "tests", '
    '"--junitxml={junit}"]'
)
CHECK = "import app.a\nassert app.a.run() == ('old', 1)\n"
TEST = "def test_a():\n    from app import a\n\n    assert a.run() == ('old', 1)\n"
INSERT = "import sys\n\nsys.path.insert(0, 'SOURCE')\n"


@dataclass(frozen=True)
class Trap:
    """`files` lie in SITE or ROOT and are written there, `links` likewise; `then` is what must come of it.

    `stale` is where bytecode of the module as it is in the checkout lies, in ROOT.
    """

    name: str
    then: str = RIGHT
    layout: str = "src"
    run: str = SCRIPT
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    keys: str = ""
    copy: str = ""
    stale: str = ""


def listed(name: str, pth: str, then: str = RIGHT, *, layout: str = "src", text: str = "SOURCE\n") -> Trap:
    return Trap(name, then, layout, files={f"SITE/{pth}": text})


def hooked(name: str, module: str, pth: str, *, first: bool, layout: str = "src") -> Trap:
    """A finder of the installer's, asked before all others or after them."""
    finder = FINDER.replace("HOW", "insert(0, Finder)" if first else "append(Finder)")
    files = {f"SITE/{module}.py": finder, f"SITE/{pth}": f"import {module}\n"}
    return Trap(name, PROBE if first else RIGHT, layout, files=files)


TRAPS = (
    listed("setuptools, a path", "__editable__.app-1.0.pth"),
    hooked("setuptools, a finder", "__editable___app_1_0_finder", "__editable__.app-1.0.pth", first=False),
    Trap("setuptools, strict", files={"SITE/__editable__.app-1.0.pth": "ROOT/build/__editable__.app\n"},
         links={"ROOT/build/__editable__.app/app/__init__.py": "SOURCE/app/__init__.py",
                "ROOT/build/__editable__.app/app/a.py": "SOURCE/app/a.py"}),
    listed("setup.py develop, flat", "easy-install.pth", layout="flat"),
    listed("setup.py develop, as it put eggs first", "easy-install.pth", PROBE, text=EGGS),
    listed("poetry, pdm, hatchling: a path, flat", "app.pth", layout="flat"),
    hooked("hatchling, exact", "_editable_impl_app", "_editable_impl_app.pth", first=False),
    Trap("flit, a link", links={"SITE/app": "SOURCE/app"}),
    hooked("meson-python", "_app_editable_loader", "app-editable.pth", first=True),
    hooked("scikit-build-core, flat", "_app_editable", "_app_editable.pth", first=True, layout="flat"),
    listed("a path that puts itself first", "first.pth", PROBE, text="import sys; sys.path.insert(0, 'SOURCE')\n"),
    Trap("a sitecustomize", PROBE, files={"SITE/sitecustomize.py": INSERT}),
    Trap("a path, and a gate that does not heed PYTHONPATH", CANARY, files={"SITE/app.pth": "SOURCE\n"},
         run='["{python}", "-I", "check.py"]'),
    Trap("a script that does not heed PYTHONPATH and puts the checkout first", CANARY,
         run='["{python}", "-I", "check.py"]', files={"ROOT/check.py": INSERT + CHECK}),
    Trap("PYTHONPATH of the gate", WITNESS, keys='env = { PYTHONPATH = "SOURCE" }'),
    Trap("PYTHONPATH of the gate, flat", WITNESS, "flat", PYTEST.replace('"-m"', '"-P", "-m"'),
         keys='env = { PYTHONPATH = "SOURCE" }'),
    Trap("a conftest", WITNESS, run=PYTEST, files={"ROOT/tests/conftest.py": INSERT}),
    Trap("a conftest, flat", WITNESS, "flat", PYTEST, files={"ROOT/tests/conftest.py": INSERT}),
    Trap("pytest's pythonpath", WITNESS, run=PYTEST, files={"ROOT/pytest.ini": "[pytest]\npythonpath = SOURCE\n"}),
    Trap("pytest's rootdir: tests of the checkout", WITNESS, "flat", PYTEST.replace('"tests"', '"ROOT/tests"'),
         files={"ROOT/tests/__init__.py": ""}),
    Trap("another working directory", WITNESS, "flat", '["cd ROOT && {python} -m pytest -q tests --junitxml={junit}"]',
         keys="shell = true"),
    Trap("a link back", WITNESS, run=PYTEST, links={"ROOT/tests/app": "SOURCE/app"}),
    Trap("bytecode that is never checked", stale="SOURCE/app/__pycache__/a.TAG.pyc"),
    Trap("bytecode that is never checked, and a gate that looks for it", stale="SOURCE/app/__pycache__/a.TAG.pyc",
         layout="flat", run='["{python}", "-E", "check.py"]'),
    Trap("bytecode without a source, beside it", stale="SOURCE/app/a.pyc"),
    Trap("bytecode without a source, as a package", HIDDEN, stale="SOURCE/app/a/__init__.pyc"),
    Trap("the same, copied in", HIDDEN, stale="SOURCE/app/a/__init__.pyc", copy="src/app/a/*"),
)  # fmt: skip

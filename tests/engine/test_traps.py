"""R13: a suite that tests the checkout and not the sandbox is found out, or does not come to it."""

from __future__ import annotations

import py_compile
import re
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.engine.conftest import Case
from tests.engine.traps import CHECK, RIGHT, TEST, TRAPS, Trap
from workbench.model.batch import BatchState
from workbench.model.errors import ProvenanceFailed

PLAN = """
name = "small"
title = "One way to build"

[scope]
source_roots = ["{source}"]

[[rules]]
id = "old-make"
kind = "move-symbol"
from = "app.old.make"
to = "app.new.build"
why = "The old module is going away."

[run]
python = "{python}"
{copy}

[[gates]]
id = "check"
level = "tests"
run = {run}
timeout = 60
{keys}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Make a virtual environment that has our pytest; return its site-packages."""
    venv.create(tmp_path / "env", symlinks=True)
    found = Path(sysconfig.get_path("purelib", "venv", vars=dict.fromkeys(("base", "platbase"), str(tmp_path / "env"))))
    (found / "zz-ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return found


@pytest.mark.parametrize("trap", TRAPS, ids=[one.name for one in TRAPS])
def test_no_trap_lets_a_wrong_change_pass(make_repo, git, means, site, trap: Trap) -> None:
    root = make_repo({"README": ""})
    words = {"SITE": site, "ROOT": root, "SOURCE": root / trap.layout if trap.layout == "src" else root}
    words["TAG"] = sys.implementation.cache_tag
    lay(trap, words)
    git(root, "add", "--all", "--force")
    git(root, "commit", "--quiet", "--message", "trap")
    _go_stale(trap, words, copied=True)
    case = Case(root, means)
    if trap.then == RIGHT:
        assert [one.state for one in case.run(on_red="rollback").batches] == [BatchState.ROLLED_BACK]
        return
    with pytest.raises(ProvenanceFailed, match=_expected(trap, words)) as raised:
        case.run()
    assert raised.value.exit_code == 5
    assert git(root, "rev-parse", "workbench/small") == git(root, "rev-parse", "main")


def lay(trap: Trap, words) -> None:
    """Write the project, green as it is and red once it is migrated, and the trap around it."""
    plan = PLAN.format(
        source="src" if trap.layout == "src" else ".",
        python=words["SITE"].parents[2] / "bin/python",
        copy=f'copy = ["{trap.copy}"]' if trap.copy else "",
        run=trap.run,
        keys=trap.keys,
    )
    files = {
        "ROOT/plans/small.toml": plan,
        "SOURCE/app/__init__.py": "",
        "SOURCE/app/old.py": "def make(value):\n    return ('old', value)\n",
        "SOURCE/app/new.py": "def build(value):\n    return ('new', value)\n",
        "SOURCE/app/a.py": "from app.old import make\n\n\ndef run():\n    return make(1)\n",
        "ROOT/check.py": CHECK,
        "ROOT/tests/test_a.py": TEST,
        **trap.files,
    }
    for name, text in files.items():
        place = Path(_said(name, words))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(_said(text, words))
    for name, target in trap.links.items():
        place = Path(_said(name, words))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(_said(target, words))
    _go_stale(trap, words, copied=False)


def _go_stale(trap: Trap, words, *, copied: bool) -> None:
    """Leave bytecode of the module as it is, which no time and no size can show to be old."""
    if trap.stale and copied is bool(trap.copy):
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        source, place = words["SOURCE"] / "app/a.py", _said(trap.stale, words)
        py_compile.compile(str(source), place, doraise=True, invalidation_mode=mode)


def _said(text: str, words) -> str:
    for word, meant in words.items():
        text = text.replace(word, str(meant))
    return text


def _expected(trap: Trap, words) -> str:
    return _said(re.escape(trap.then), words).replace("SANDBOX", r"\S+/sandbox/tree")

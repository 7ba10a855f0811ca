"""The imports gate on small trees: what a change imports exists, and nobody is left behind."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from workbench.codemod.facts import facts
from workbench.codemod.project import Project, project_of
from workbench.codemod.roots import ModuleMap
from workbench.codemod.source import Module, Unparsable
from workbench.gates.builtin import imports_gate
from workbench.model.gate import GateReport, Outcome, Verdict

ROOTS = ModuleMap((".",))
TREE = {
    "app/__init__.py": "from app.old import thing\n",
    "app/old.py": "def thing(): pass\ndef other(): pass\n",
    "app/new.py": "def thing(): pass\n",
    "app/dynamic.py": "def __getattr__(name): pass\n",
    "app/user.py": "from app.old import thing\n",
    "app/lazy.py": "def f():\n    from .old import other\n",
    "app/whole.py": "import app.old\nfrom app.dynamic import whatever\n",
    "app/starred.py": "from app.old import *\n",
    "app/broken.py": "from app.old import never\n",
    "bin/my-script.py": "import app.old\n",
}


def project(tree: Mapping[str, str]) -> Project:
    found = []
    for path, text in tree.items():
        name = ROOTS.name_of(path)
        try:
            found += [facts(Module(path, text.encode(), *name))] if name else []
        except Unparsable:
            continue
    return project_of(found)


def judged(changes: Mapping[str, str | None], tree: Mapping[str, str] = TREE) -> GateReport:
    after = {path: text for path, text in {**tree, **changes}.items() if text is not None}
    return imports_gate(
        {path: None if text is None else text.encode() for path, text in changes.items()},
        {path: text.encode() for path, text in tree.items()},
        project(tree),
        project(after),
        ROOTS,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"app/user.py": "from app.new import thing\n"},
        {"app/user.py": "import app.new, os, numpy.nowhere\nfrom numpy import nothing\n"},
        {"app/user.py": "from . import new, thing\nfrom .new import *\n"},
        {"app/user.py": "from app.dynamic import whatever\n"},
        {"app/user.py": "from app.starred import thing\n"},
        {"app/user.py": "from app import user\n"},
        {"app/broken.py": "from app.old import never, thing\n"},
        {"app/user.py": "from app.nowhere import (\n"},
        {"README.md": "from app.nowhere import thing\n"},
        {"app/lazy.py": None},
        {"bin/my-script.py": "import app.new\n"},
    ],
)
def test_imports_that_resolve_or_cannot_be_known_pass(change: dict[str, str | None]) -> None:
    report = judged(change)
    assert (report.verdict, report.failures) == (Verdict.PASS, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from app.new import thingy\n", "imports app.new.thingy, which does not exist (near it: app.new.thing)"),
        ("import app.nowhere\n", "imports app.nowhere, which does not exist"),
        ("def f():\n    from .nowhere import thing\n", "imports app.nowhere.thing, which does not exist"),
        ("import app.new.thing\n", "imports app.new.thing, which does not exist"),
        ("from app.new.thing import *\n", "imports app.new.thing, which does not exist"),
        ("from app.starred import nothing\n", "imports app.starred.nothing, which does not exist"),
    ],
)
def test_an_import_that_does_not_resolve_convicts_the_file_that_began_it(text: str, said: str) -> None:
    report = judged({"app/user.py": text})
    assert (report.verdict, set(report.failures)) == (Verdict.FAIL, {"app/user.py"})
    assert report.failures["app/user.py"].startswith(said)
    assert report.reason == "app/user.py: imports something that does not exist"


def test_scripts_no_import_can_spell_are_judged_too() -> None:
    assert set(judged({"bin/my-script.py": "import app.nowhere\n"}).failures) == {"bin/my-script.py"}


def test_what_did_not_resolve_before_cannot_convict() -> None:
    assert judged({"app/broken.py": "x = 1\nfrom app.old import never\n"}).verdict is Verdict.PASS
    assert judged({"app/broken.py": "from app.old import never_ever\n"}).verdict is Verdict.FAIL


def test_whoever_stops_offering_a_name_is_convicted_by_those_who_import_it() -> None:
    report = judged({"app/old.py": "def other(): pass\n", "app/new.py": TREE["app/new.py"] + "x = 1\n"})
    assert (report.verdict, set(report.failures)) == (Verdict.FAIL, {"app/old.py"})
    said = report.failures["app/old.py"]
    assert "no longer offers app.old.thing, which app/user.py imports (near it: app.new.thing" in said
    assert "which app/__init__.py imports" in said
    assert report.tests == {"app/new.py": Outcome.PASSED, "app/old.py": Outcome.FAILED}


def test_imports_inside_functions_are_left_behind_too() -> None:
    report = judged({"app/old.py": "def thing(): pass\n"})
    assert "no longer offers app.old.other, which app/lazy.py imports" in report.failures["app/old.py"]


def test_importers_through_a_star_and_a_re_export_are_left_behind() -> None:
    tree = {**TREE, "app/far.py": "from app.starred import other\n"}
    said = judged({"app/old.py": "def thing(): pass\n"}, tree).failures["app/old.py"]
    assert "no longer offers app.starred.other, which app/far.py imports" in said


def test_a_deleted_module_is_convicted_by_its_importers() -> None:
    report = judged({"app/old.py": None})
    assert set(report.failures) == {"app/old.py"}
    assert report.tests == {"app/old.py": Outcome.FAILED}
    assert "which app/lazy.py imports" in report.failures["app/old.py"]


def test_whoever_imports_a_deleted_module_itself_is_left_behind() -> None:
    assert "app.old, which app/whole.py imports" in judged({"app/old.py": None}).failures["app/old.py"]
    assert "app/whole.py imports" in judged({"app/dynamic.py": None}).failures["app/dynamic.py"]


def test_a_whole_move_leaves_nobody_behind() -> None:
    moved = {
        "app/old.py": None,
        "app/new.py": TREE["app/old.py"],
        **{path: text.replace("old", "new") for path, text in TREE.items() if "old" in text},
    }
    assert judged(moved).verdict is Verdict.PASS


def test_a_changed_importer_that_kept_its_import_is_not_the_guilty_one() -> None:
    report = judged({"app/old.py": "def other(): pass\n", "app/user.py": "x = 1\nfrom app.old import thing\n"})
    assert report.failures["app/old.py"].count("which app/user.py imports") == 1
    assert "app/user.py" not in report.failures


def test_a_shim_that_keeps_the_name_is_enough() -> None:
    assert judged({"app/old.py": "from app.new import thing\ndef other(): pass\n"}).verdict is Verdict.PASS

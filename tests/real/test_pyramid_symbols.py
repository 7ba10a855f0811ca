"""Two names of Pyramid move to new modules. Most of their imports stand inside test functions, and must go on standing there.

Pyramid is also installed in the environment of the gates, so a gate that judges the installed copy must be found out.
"""

from __future__ import annotations

import ast
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real.suite import GATE, TESTS, Suite
from tests.real.workshop import Answer, Workshop

pytestmark = pytest.mark.real

MOVES = {
    ("pyramid.renderers", "null_renderer"): "pyramid.null",
    ("pyramid.config", "Configurator"): "pyramid.configurator",
}

NEW_MODULES = {
    "src/pyramid/null.py": "from pyramid.renderers import null_renderer\n\n__all__ = ['null_renderer']\n",
    "src/pyramid/configurator.py": "from pyramid.config import Configurator\n\n__all__ = ['Configurator']\n",
}

BY_ATTRIBUTE = {
    "src/pyramid/viewderivers.py": (
        ("from pyramid import renderers\n", "from pyramid import null, renderers\n"),
        ("if renderer is renderers.null_renderer:", "if renderer is null.null_renderer:"),
    )
}
"""The one file that reaches a moved name through its module, and goes on using the module for other things."""

PLAN = """
name = "{name}"

[scope]
source_roots = ["src", "."]

[[rules]]
id = "null-renderer"
kind = "move-symbol"
from = "pyramid.renderers.null_renderer"
to = "pyramid.null.null_renderer"

[[rules]]
id = "configurator"
kind = "move-symbol"
from = "pyramid.config.Configurator"
to = "pyramid.configurator.Configurator"

[batches]
by = ["rule"]
max_files = 100
"""

Import = tuple[str, str, str, str]
"""Enclosing scope, module, name and alias of one imported name."""


@dataclass(frozen=True)
class Outcome:
    workshop: Workshop
    astray: Answer
    ran: Answer


@pytest.fixture(scope="module")
def outcome(pyramid: Workshop, pyramid_python: Path) -> Outcome:
    for path, text in NEW_MODULES.items():
        (pyramid.root / path).write_text(text, encoding="utf-8")
    # Without `src` in front, the gates would import the installed copy.
    astray = pyramid.root / "plans" / "astray.toml"
    astray.parent.mkdir()
    text = GATE.format(python=pyramid_python, pythonpath='["."]')
    astray.write_text(PLAN.format(name="astray") + text, encoding="utf-8")
    text = GATE.format(python=pyramid_python, pythonpath='["src", "."]')
    pyramid.begin("homes", PLAN.format(name="homes") + text)
    stopped = pyramid.workbench("run", "astray")
    pyramid.workbench("abort")
    return Outcome(pyramid, stopped, pyramid.workbench("run", "homes"))


@pytest.fixture(scope="module")
def suite(pyramid_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    return Suite(pyramid_python, tmp_path_factory.mktemp("reports"))


def _imports(tree: ast.AST, scope: str = "") -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        inner = scope
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = f"{scope}.{node.name}"
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((scope, node.module or "", one.name, one.asname or "") for one in node.names)
        yield from _imports(node, inner)


def _moved(one: Import) -> Import:
    scope, module, name, alias = one
    return scope, MOVES.get((module, name), module), name, alias


def _as_wished(path: str, text: str) -> str:
    """Return what a person with a text editor would make of a file, but for the order of imports."""
    for (module, name), new in MOVES.items():
        text = text.replace(f"from {module} import {name}", f"from {new} import {name}")
    for old, wished in BY_ATTRIBUTE.get(path, ()):
        assert text.count(old) == 1
        text = text.replace(old, wished)
    return text


def _files(workshop: Workshop) -> Iterator[tuple[str, str]]:
    """Yield the files of the base that import a moved name, or are named above, with their text."""
    for path in workshop.tree("main"):
        if path.endswith(".py") and path not in NEW_MODULES:
            text = workshop.read("main", path)
            if not any(name in text for _, name in MOVES):
                continue  # among these are files of Python 2
            wanted = (one[1:3] in MOVES for one in _imports(ast.parse(text)))
            if path in BY_ATTRIBUTE or any(wanted):
                yield path, text


def test_gates_that_would_judge_the_installed_copy_stop_the_run(outcome: Outcome, pyramid_python: Path):
    found = subprocess.run(
        [pyramid_python, "-c", "import pyramid; print(pyramid.__file__)"],
        cwd=outcome.workshop.home,
        capture_output=True,
        text=True,
        check=True,
    )
    installed = found.stdout.strip()
    assert not Path(installed).is_relative_to(outcome.workshop.root)
    assert outcome.astray.code == 5
    assert f"pyramid comes from {installed}" in outcome.astray.document["error"]["message"]
    assert outcome.workshop.changed("main", "workbench/astray") == set()


def test_everything_lands_and_the_suite_was_the_judge(outcome: Outcome):
    ran = outcome.ran.document
    assert (outcome.ran.code, ran["outcome"], ran["quarantined"], ran["blocked"]) == (0, "complete", [], [])
    # An import of the null renderer is one site, and so is the one use of it through its module.
    assert {rule: line["fixed"] for rule, line in ran["totals"]["by_rule"].items()} == {
        "null-renderer": 122,
        "configurator": 98,
    }
    assert ran["totals"]["found"] == 220
    for batch in ran["batches"]:
        assert batch["gates"][-1]["tests"] == {"passed": TESTS, "failed": 0, "error": 0, "skipped": 0}


def test_every_file_is_what_a_person_would_make_of_it(outcome: Outcome):
    wished = {path: _as_wished(path, text) for path, text in _files(outcome.workshop)}
    assert outcome.workshop.changed("main", "workbench/homes") == set(wished)
    for path, text in wished.items():
        made = outcome.workshop.read("workbench/homes", path)
        assert Counter(made.splitlines()) == Counter(text.splitlines()), path


def test_an_import_stays_in_its_function(outcome: Outcome):
    nested = 0
    for path, text in _files(outcome.workshop):
        before = Counter(map(_moved, _imports(ast.parse(text))))
        after = Counter(_imports(ast.parse(outcome.workshop.read("workbench/homes", path))))
        if path in BY_ATTRIBUTE:
            before["", "pyramid", "null", ""] += 1
        assert after == before, path
        nested += sum(bool(scope) for scope, module, _, _ in after.elements() if module in MOVES.values())
    assert nested == 158


def test_the_branch_is_green_without_workbench(outcome: Outcome, suite: Suite, tmp_path: Path):
    found = suite.run(outcome.workshop.checkout("workbench/homes", tmp_path / "branch"))
    assert len(found) == TESTS
    assert {test for test, message in found.items() if message} == set()

"""Help, version and text arguments import nothing heavy: each of these costs more than all the rest of a start."""

import json
import subprocess
import sys

import pytest

HEAVY = {"git", "libcst", "sqlite_utils", "sqlite3", "pydantic", "jinja2", "rich", "ahocorasick", "psutil"}

ANSWER = """
import json, sys
from workbench.cli.boundary import answer
code = answer(sys.argv[1:])
sys.stderr.write(json.dumps([code, sorted(sys.modules)]))
"""

LOAD_EVERY_VERB = """
import json, sys
from workbench.cli.verbs import VERBS, load
for verb in VERBS:
    load(verb)
sys.stderr.write(json.dumps([0, sorted(sys.modules)]))
"""

A_VERB_WITH_TEXT = (
    """
import sys, typer
from types import ModuleType
from workbench.cli.verbs import VERBS

def verb(context: typer.Context, plan: str = typer.Argument(""), deep: bool = typer.Option(False)) -> int:
    return 0 if plan == "x" and deep else 1

sys.modules["workbench.cli.verb"] = ModuleType("workbench.cli.verb")
sys.modules["workbench.cli.verb"].verb = verb
VERBS["verb"] = "For the test."
"""
    + ANSWER
)


def imported(script, *arguments):
    """Run a script in a process of its own; return the modules it imported, heavy ones only."""
    command = [sys.executable, "-c", script, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    code, names = json.loads(ran.stderr)
    assert code == 0
    return set(names)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["-C", ".", "schema", "--help"], ["rules", "--help"]])
def test_nothing_heavy_is_imported(arguments):
    assert not imported(ANSWER, *arguments) & HEAVY


def test_help_imports_no_verb():
    names = imported(ANSWER, "--help")
    assert "workbench.cli.verbs" in names
    assert not {"workbench.cli.schema", "workbench.cli.rules"} & names


def test_text_and_flags_are_converted_without_pydantic():
    assert not imported(A_VERB_WITH_TEXT, "-C", ".", "verb", "x", "--deep") & HEAVY


def test_no_verb_imports_anything_heavy_before_it_is_called():
    assert not imported(LOAD_EVERY_VERB) & HEAVY


def test_the_standing_of_a_plan_is_laid_out_without_anything_heavy():
    script = "import workbench.report.status, json, sys; sys.stderr.write(json.dumps([0, sorted(sys.modules)]))"
    assert not imported(script) & HEAVY


def test_what_status_asks_reads_no_plan():
    script = (
        "import workbench.engine.standing, workbench.ledger.record, json, sys\n"
        "sys.stderr.write(json.dumps([0, sorted(sys.modules)]))"
    )
    names = imported(script)
    assert "workbench.engine.standing" in names
    assert not names & (HEAVY - {"sqlite3"})
    assert not {one for one in names if one.startswith(("workbench.codemod", "workbench.planning"))}

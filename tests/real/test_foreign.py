"""The doors to other tools, with the tools themselves, each in an environment of its own."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.real.released import environment
from workbench.codemod.foreign.findings import read_findings
from workbench.codemod.registry import kinds
from workbench.codemod.trial import faults

pytestmark = pytest.mark.real

FIXIT = kinds()["fixit"]
SAMPLE = (
    '"""Sample."""\nimport os\n\n\ndef half(value: int) -> int:\n    return value / 2\n\n\nnumber: int = half("one")\n'
)
RULE = "id: no-half\nlanguage: python\nseverity: warning\nmessage: no\nrule: {pattern: half($X)}\n"
SEMGREP = "rules: [{id: no-half, languages: [python], severity: WARNING, message: no, pattern: half($X)}]\n"
IMPORT, RETURN, CALL = 2, 6, 9
QUIET = ("scan", "--metrics=off", "--disable-version-check", "--config", "semgrep.yml", "--quiet")

# What is installed, what is run, the format, and the lines and codes of what it finds.
TOOLS = {
    "ruff": ("ruff==0.17.5", ["ruff", "check", "--isolated", "--output-format", "json"], "ruff", {(IMPORT, "F401")}),
    "ruff-sarif": (
        "ruff==0.17.5",
        ["ruff", "check", "--isolated", "--output-format", "sarif"],
        "sarif",
        {(IMPORT, "F401")},
    ),
    "mypy": ("mypy==2.4.1", ["mypy", "-O", "json"], "mypy", {(RETURN, "return-value"), (CALL, "arg-type")}),
    "mypy-text": ("mypy==2.4.1", ["mypy"], "mypy-text", {(RETURN, "return-value"), (CALL, "arg-type")}),
    "pyright": (
        "pyright==1.1.414",
        ["pyright", "--outputjson"],
        "pyright",
        {(RETURN, "reportReturnType"), (CALL, "reportArgumentType")},
    ),
    "flake8": ("flake8==7.5.0", ["flake8"], "flake8", {(IMPORT, "F401")}),
    "pylint": ("pylint==4.1.4", ["pylint", "--output-format", "json2"], "pylint", {(IMPORT, "W0611"), (5, "C0116")}),
    "ast-grep": (
        "ast-grep-cli==0.51.1",
        ["ast-grep", "scan", "-r", "rule.yml", "--json=stream"],
        "ast-grep",
        {(CALL, "no-half")},
    ),
    "semgrep": ("semgrep==1.170.1", ["semgrep", *QUIET, "--json"], "semgrep", {(CALL, "no-half")}),
    "semgrep-sarif": ("semgrep==1.170.1", ["semgrep", *QUIET, "--sarif"], "sarif", {(CALL, "no-half")}),
}


@pytest.mark.parametrize("example", FIXIT.examples, ids=lambda one: one.why)
def test_a_rule_of_fixit(example, store):
    python = environment(("fixit==2.2.1",), store)
    assert faults(FIXIT, replace(example, parameters=(*example.parameters, ("python", str(python))))) == ()


@pytest.mark.parametrize("name", TOOLS)
def test_what_a_tool_found(name, store, tmp_path):
    installed, command, form, expected = TOOLS[name]
    Path(tmp_path, "sample.py").write_text(SAMPLE)
    Path(tmp_path, "rule.yml").write_text(RULE)
    Path(tmp_path, "semgrep.yml").write_text(SEMGREP)
    program = environment((installed, "setuptools==79.0.1"), store).with_name(command[0])
    ended = subprocess.run(
        [program, *command[1:], "sample.py"],
        cwd=tmp_path,
        env={"PATH": f"{program.parent}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    for asked in (form, "auto"):
        found = read_findings(ended.stdout, asked, str(tmp_path))
        assert {one.path for one in found} == {"sample.py"}
        assert {(one.line, one.code) for one in found} == expected

"""Tells a gate that never began from one that is red: what never judged anything cannot be held against later. Pure.

On a candidate it is a red like any other, for a broken import does just that. On the base it means that the gate does
not work, and would convict nobody for the whole run.
"""

from __future__ import annotations

import re

from workbench.gates.verdict import PYTEST_UNUSABLE, runs_pytest
from workbench.model.gate import GateReport, Verdict
from workbench.planning.spec import GateSpec

_NO_MODULE = re.compile(r"\S*python\S*: (No module named \S+)")
_ERROR = re.compile(r"(?:\b\w*error\b|\bno such\b).*", re.IGNORECASE)


def never_began(report: GateReport, gate: GateSpec) -> str:
    """Return why a red gate came to no test and no judgement: in the program's own words; "" if it did judge.

    pytest says so by its exit code 4: a command line it cannot read, a plug-in, a conftest or a folder that is not
    there. Python says so when it has no module of the name after `-m`. Other programs cannot be told apart.
    """
    if report.verdict is not Verdict.FAIL or report.tests:
        return ""
    if runs_pytest(gate.run) and report.exit_code == PYTEST_UNUSABLE:
        return _complaint(report.output) or report.reason
    missing = _NO_MODULE.fullmatch(report.output.strip())
    return missing[1] if missing else ""


def _complaint(output: str) -> str:
    """Return the last error that a program told of, without the marks before it."""
    found = [match[0] for line in output.splitlines() if ": " in line and (match := _ERROR.search(line))]
    return found[-1].strip() if found else ""

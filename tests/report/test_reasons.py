"""Every reason code the house can give is documented: what it means, and what a person can do."""

import ast
from pathlib import Path

import pytest

import workbench.model
from workbench.codemod.registry import kinds
from workbench.codemod.rule import Refuse
from workbench.report.reasons import REASONS, reason

HOUSE = Path(workbench.model.__file__).parents[1]
CODE_AT = {"Blocked": 0, "Unparsable": 1, "FileFailed": 1, "Skipped": 1}


def given():
    """Yield (code, where) for every reason code spelled out in the source."""
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CODE_AT:
                for argument in node.args[CODE_AT[node.func.id] :][:1]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value, f"{path.relative_to(HOUSE)}:{node.lineno}"


def test_every_code_in_the_source_is_documented():
    codes = dict(given())
    assert "name-taken" in codes
    missing = {code: where for code, where in codes.items() if code not in REASONS}
    assert not missing, f"add these to report/reasons.py: {missing}"


def test_every_code_the_examples_refuse_with_is_documented():
    refused = {one.reason for kind in kinds().values() for one in kind.examples if isinstance(one, Refuse)}
    assert refused <= REASONS.keys()


@pytest.mark.parametrize("code", REASONS)
def test_a_reason_is_two_plain_sentences(code):
    for sentence in (reason(code).meaning, reason(code).advice):
        assert sentence
        assert not sentence.endswith(".")
        assert sentence.count("`") % 2 == 0


def test_a_code_from_elsewhere_has_general_advice():
    assert reason("their-own").advice == "see the rule's page: `workbench rules show KIND`"

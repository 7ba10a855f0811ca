"""Every example of every rule kind, through finding, rewriting and all the checks."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.codemod.registry import kinds
from workbench.codemod.rule import Example, Rule
from workbench.codemod.trial import faults, shortcomings

CASES = [
    pytest.param(rule, example, id=f"{kind}-{number}-{example.why[:50]}")
    for kind, rule in kinds().items()
    for number, example in enumerate(rule.examples if not rule.elsewhere else (), 1)
]


@pytest.mark.parametrize(("kind", "example"), CASES)
def test_example(kind: type[Rule[Any]], example: Example) -> None:
    assert faults(kind, example) == ()


@pytest.mark.parametrize("kind", [pytest.param(kind, id=name) for name, kind in kinds().items()])
def test_a_kind_shows_what_it_does(kind: type[Rule[Any]]) -> None:
    assert shortcomings(kind) == ()

"""Every example of the kind holds, through finding, rewriting and the checks that every rewrite must pass."""

import pytest
from workbench.codemod.rule import Example
from workbench.codemod.trial import faults, shortcomings

from workbench_logger_name.rule import LoggerName


@pytest.mark.parametrize("example", LoggerName.examples, ids=lambda one: one.why)
def test_example(example: Example) -> None:
    assert faults(LoggerName, example) == ()


def test_the_kind_is_whole() -> None:
    assert shortcomings(LoggerName) == ()

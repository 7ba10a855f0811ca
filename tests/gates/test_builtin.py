"""Syntax and rescan: what convicts a file, and what was wrong before and cannot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.gates.builtin import Compiler, rescan_gate, syntax_gate
from workbench.model.gate import Level, Outcome, Verdict


@pytest.fixture
def compiler() -> Iterator[Compiler]:
    with Compiler(Path(sys.executable)) as compiler:
        yield compiler


def test_files_that_compile_pass(compiler: Compiler) -> None:
    report = syntax_gate({"a.py": b"x = 1\n", "stubs/b.pyi": b"x: int\n"}, {"a.py": b""}, compiler)
    assert (report.gate, report.level, report.verdict) == ("syntax", Level.SYNTAX, Verdict.PASS)
    assert report.tests == {"a.py": Outcome.PASSED, "stubs/b.pyi": Outcome.PASSED}


def test_a_file_that_stopped_compiling_is_red_by_name(compiler: Compiler) -> None:
    report = syntax_gate({"a.py": b"x = 1\n", "b.py": b"x = (\n"}, {"a.py": b"", "b.py": b""}, compiler)
    assert report.verdict is Verdict.FAIL
    assert report.failures == {"b.py": "line 1: '(' was never closed"}
    assert report.reason == "b.py: does not compile"
    assert report.output == "b.py: line 1: '(' was never closed"


def test_a_new_file_has_no_excuse(compiler: Compiler) -> None:
    report = syntax_gate({"b.py": b"x = (\n", "c.py": b")"}, {}, compiler)
    assert report.verdict is Verdict.FAIL
    assert report.reason == "b.py and 1 more: does not compile"


def test_a_file_that_did_not_compile_before_cannot_convict(compiler: Compiler) -> None:
    report = syntax_gate({"a.py": b"print 'new'\n"}, {"a.py": b"print 'old'\n"}, compiler)
    assert (report.verdict, report.tests) == (Verdict.PASS, {"a.py": Outcome.SKIPPED})


def test_deleted_files_and_other_languages_are_not_compiled(compiler: Compiler) -> None:
    report = syntax_gate({"a.py": None, "b.toml": b"(", "c.pyx": b"("}, {"a.py": b""}, compiler)
    assert (report.verdict, report.tests) == (Verdict.PASS, {})


A, B = ("a.py", "move"), ("b.py", "move")
OTHER = ("a.py", "other")


def test_what_was_fixed_is_gone_and_the_rest_is_there() -> None:
    report = rescan_gate({A: 3, B: 1, OTHER: 2}, {A: 1, OTHER: 2}, {A: 2, B: 1})
    assert (report.gate, report.verdict, report.failures) == ("rescan", Verdict.PASS, {})
    assert report.tests == {"a.py": Outcome.PASSED, "b.py": Outcome.PASSED}


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({A: 2}, "move: 3 found before, 2 fixed, 2 found now"),
        ({A: 0}, "move: 3 found before, 2 fixed, 0 found now"),
        ({A: 1, OTHER: 1}, "other: 0 found before, 0 fixed, 1 found now; move wrote it"),
    ],
    ids=["a site came back", "a site was hidden", "another rule rose"],
)
def test_what_does_not_add_up_names_the_file(after: dict[tuple[str, str], int], said: str) -> None:
    report = rescan_gate({A: 3, B: 1}, {**after}, {A: 2, B: 1})
    assert (report.verdict, report.failures) == (Verdict.FAIL, {"a.py": said})
    assert report.reason == "a.py: does not add up"


def test_another_rule_may_lose_sites() -> None:
    assert rescan_gate({A: 1, OTHER: 2}, {OTHER: 1}, {A: 1}).verdict is Verdict.PASS


keys = st.tuples(st.sampled_from(["a.py", "b.py"]), st.sampled_from(["r", "s"]))
counts = st.dictionaries(keys, st.integers(0, 4))


@given(counts, counts, counts)
def test_a_pass_adds_up_on_every_line(
    before: dict[tuple[str, str], int], after: dict[tuple[str, str], int], fixed: dict[tuple[str, str], int]
) -> None:
    adds_up = all(before.get(key, 0) - count == after.get(key, 0) for key, count in fixed.items())
    none_rose = all(count <= before.get(key, 0) for key, count in after.items() if key not in fixed)
    assert (rescan_gate(before, after, fixed).verdict is Verdict.PASS) == (adds_up and none_rose)

"""Reports of every shape: what pytest writes and others print, and what must never be believed."""

from __future__ import annotations

import base64
import itertools
from pathlib import Path

import pytest

from workbench.gates import reports
from workbench.gates.reports import Case, TestReport, Unreadable, collect, read_junit, trim
from workbench.gates.streams import read_lines, read_subunit, read_tap
from workbench.model.gate import Outcome

PASSED, FAILED, ERROR, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "report"


def junit(file: Path, *cases: str) -> TestReport:
    file.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    found = read_junit(file)
    assert isinstance(found, TestReport)
    return found


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ('<testcase classname="tests.test_a" name="test_x"/>', "tests.test_a::test_x"),
        ('<testcase classname="tests.test_a.T" name="test_x[1]"/>', "tests.test_a.T::test_x[1]"),
        ('<testcase file="tests/test_a.py" classname="tests.test_a" name="test_x"/>', "tests/test_a.py::test_x"),
        ('<testcase file="tests/test_a.py" classname="tests.test_a.T.U" name="x"/>', "tests/test_a.py::T::U::x"),
        ('<testcase file="a.cc" classname="Suite" name="x"/>', "a.cc::Suite::x"),
        ('<testcase classname="" name="tests.test_a"/>', "tests.test_a"),
        ('<testcase file="tests/test_a.py" classname="" name="tests.test_a"/>', "tests/test_a.py"),
        ('<testcase classname="tests.test_a"/>', "tests.test_a::(nameless)"),
        ("<testcase/>", "(nameless)"),
    ],
)
def test_ids_are_those_of_pytest_as_far_as_the_file_says(file: Path, case: str, name: str) -> None:
    assert junit(file, case).tests == {name: PASSED}


@pytest.mark.parametrize(
    ("inside", "outcome"),
    [
        ("<failure/>", FAILED),
        ("<error/>", ERROR),
        ("<skipped/>", SKIPPED),
        ("<failure/><error/>", ERROR),
        ("<error/><failure/>", ERROR),
        ("<skipped/><failure/>", FAILED),
        ("<system-out>FAILED</system-out><properties/>", PASSED),
    ],
)
def test_the_worst_a_case_says_counts(file: Path, inside: str, outcome: Outcome) -> None:
    assert junit(file, f'<testcase name="x">{inside}</testcase>').tests == {"x": outcome}


def test_a_red_case_brings_its_words_and_a_green_one_none(file: Path) -> None:
    found = junit(
        file,
        '<testcase name="x"><failure message="assert 0">trace</failure><error>again</error></testcase>',
        '<testcase name="y"><skipped message="later"/></testcase>',
    )
    assert found.failures == {"x": "assert 0\ntrace\nagain"}


def test_a_lone_suite_will_do(file: Path) -> None:
    file.write_text('<testsuite><testcase name="x"/></testsuite>')
    assert read_junit(file) == TestReport({"x": PASSED})


def test_an_empty_suite_is_a_report_of_no_tests(file: Path) -> None:
    assert junit(file) == TestReport({})


@pytest.mark.parametrize("order", list(itertools.permutations([PASSED, FAILED, SKIPPED])))
def test_cases_of_one_name_are_numbered_in_the_same_way_in_any_order(order: tuple[Outcome, ...]) -> None:
    found = collect([Case("x", outcome, str(outcome)) for outcome in order])
    assert found.tests == {"x": FAILED, "x#2": PASSED, "x#3": SKIPPED}
    assert found.failures["x#2"] == "passed"


def test_long_words_lose_their_middle() -> None:
    text = "a" * 900 + "-" * 5000 + "E  the error"
    assert len(trim(text)) < 4_020
    assert trim(text).startswith("a" * 900)
    assert trim(text).endswith("E  the error")
    assert trim("short") == "short"


BOMB = '<!DOCTYPE x [<!ENTITY a "{}">]><testsuite name="&a;"/>'.format("a" * 1000)
REMOTE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite name="&a;"/>'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "refused: EntitiesForbidden"),
        (REMOTE, "refused: EntitiesForbidden"),
        ("<testsuites><testsuite><testcase name='x'/>", "cannot be read"),
        ("", "cannot be read"),
        ("<html/>", "no test suite"),
        ('<?xml version="1.0" encoding="no-such"?><testsuite/>', "cannot be read"),
    ],
)
def test_what_is_no_report_is_unreadable(file: Path, text: str, reason: str) -> None:
    file.write_text(text)
    found = read_junit(file)
    assert isinstance(found, Unreadable)
    assert reason in found.reason


def test_a_missing_or_monstrous_report_is_unreadable(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_junit(file) == Unreadable("the JUnit report is missing")
    assert isinstance(read_junit(file.parent), Unreadable)
    file.write_text("<testsuite/>")
    monkeypatch.setattr(reports, "_LARGEST", 5)
    assert read_junit(file) == Unreadable("the JUnit report is larger than 64 MiB")


def test_tap(file: Path) -> None:
    file.write_text(
        "TAP version 13\nnoise\n1..7\nok 1 - first\nnot ok 2 - second\n  ---\n  message: x\n  ...\nok 3\n"
        "ok 4 - fourth # SKIP no network\nnot ok 5 - fifth # TODO\nok - sixth\nok 7 - seventh # TODO fixed\n"
        "    ok 1 - nested\n"
    )
    found = read_tap(file)
    assert found == TestReport(
        {
            "first": PASSED,
            "second": FAILED,
            "test 3": PASSED,
            "fourth": SKIPPED,
            "fifth": SKIPPED,
            "sixth": PASSED,
            "seventh": PASSED,
        },
        {"second": "not ok 2 - second"},
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ok 1 - a\n", "the TAP report has no plan (`1..N`)"),
        ("1..2\nok 1 - a\n", "the TAP report has 1 of 2 tests"),
        ("1..2\nok 1 - a\nBail out! no database\n", "Bail out! no database"),
    ],
)
def test_tap_cut_short_is_unreadable(file: Path, text: str, reason: str) -> None:
    file.write_text(text)
    assert read_tap(file) == Unreadable(reason)


def test_tap_of_nothing_is_a_report_of_no_tests(file: Path) -> None:
    file.write_text("1..0 # SKIP all\n")
    assert read_tap(file) == TestReport({})


LINE = r"^(?P<test>\S+)? ?\.\.\. (?P<outcome>.+)$"


def test_lines(file: Path) -> None:
    file.write_bytes(b"start \xff\na ... ok\nb ... FAIL\nc ... ERROR\nd ... skipped\n ... not ok\n")
    assert read_lines(file, LINE) == TestReport(
        {"a": PASSED, "b": FAILED, "c": ERROR, "d": SKIPPED, "(nameless)": FAILED},
        {"b": "b ... FAIL", "c": "c ... ERROR", "(nameless)": " ... not ok"},
    )


def test_an_unknown_outcome_is_never_taken_for_a_pass(file: Path) -> None:
    file.write_text("a ... perhaps\n")
    found = read_lines(file, LINE)
    assert isinstance(found, Unreadable)
    assert "'perhaps' is no outcome that is known" in found.reason


SUBUNIT = base64.b64decode(
    "bm9pc2UgsyBoZXJlCrMrAhJpVbkAAARhLm9rayuUcrMrgxdpVbkAAARhLm9rAQN3LTGN71bPsysCE2lVuQAABWEuYmFkhHOVW7Mr"
    "hhhpVbkAAAVhLmJhZAEDdy0xFfEU1LMrAhRpVbkAAAZhLnNraXBiPbL8syuFGWlVuQAABmEuc2tpcAEDdy0xq/6NGLMrAhVpVbkA"
    "AAdhLnhmYWlsY2Ox/7MrhxppVbkAAAdhLnhmYWlsAQN3LTGhsvDQsysCGWlVuQAAC2EudXhzdWNjZXNzjK82yrMrhB5pVbkAAAth"
    "LnV4c3VjY2VzcwEDdy0xcXfwyrMrcEBqaVW5AAAEYS5vawp0ZXh0L3BsYWluA2xvZ0BGeHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
    "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eOjOwmyzKQEQB2EubGF0ZXL29bo8"
)
"""Written by python-subunit 1.4: noise, five tests begun and ended with tags, an attachment, and a test announced."""


def test_subunit(file: Path) -> None:
    file.write_bytes(SUBUNIT)
    assert read_subunit(file) == TestReport(
        {"a.ok": PASSED, "a.bad": FAILED, "a.skip": SKIPPED, "a.xfail": SKIPPED, "a.uxsuccess": FAILED},
        {"a.bad": "failed", "a.uxsuccess": "failed"},
    )


def test_subunit_cut_inside_a_test_is_unreadable(file: Path) -> None:
    file.write_bytes(SUBUNIT[: SUBUNIT.index(b"a.bad") + 9])
    assert read_subunit(file) == Unreadable("the subunit report has no end for a.bad")


@pytest.mark.parametrize("end", range(0, len(SUBUNIT), 7))
def test_subunit_cut_anywhere_is_never_misread(file: Path, end: int) -> None:
    file.write_bytes(SUBUNIT[:end] + b"\xb3\x2b")
    found = read_subunit(file)
    assert (
        isinstance(found, Unreadable)
        or found.tests.items()
        <= {
            "a.ok": PASSED,
            "a.bad": FAILED,
            "a.skip": SKIPPED,
            "a.xfail": SKIPPED,
            "a.uxsuccess": FAILED,
        }.items()
    )


def test_subunit_with_a_changed_byte_is_not_believed(file: Path) -> None:
    file.write_bytes(SUBUNIT.replace(b"a.bad", b"a.baa"))
    found = read_subunit(file)
    assert isinstance(found, TestReport)
    assert "a.baa" not in found.tests

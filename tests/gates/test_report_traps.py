"""Reports that lie, are cut short or contradict themselves: each has the outcome or the refusal that it must have."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from making import gate

from workbench.gates.bench import Bench
from workbench.gates.command import run_command
from workbench.gates.repeated import run_gate
from workbench.gates.reports import TestReport, Unreadable, read_junit
from workbench.gates.streams import read_lines, read_subunit, read_tap
from workbench.model.gate import Outcome, Verdict

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED
OUT = " (outside its tests)"
LINE = r"^(?P<test>\S+) \.\.\. (?P<outcome>\w+)$"
JUNIT, TAP, LINES = "junit", "tap", "lines"


def suite(*inside: str, **said: str) -> str:
    words = "".join(f" {name}='{value}'" for name, value in said.items())
    return f"<testsuite name='s'{words}>{''.join(inside)}</testsuite>"


def case(inside: str = "", words: str = "") -> str:
    return f"<testcase name='a' {words}>{inside}</testcase>"


READ = (
    (JUNIT, "names fewer than it counts", suite(case(), tests="5"), "has 1 of 5 tests"),
    (JUNIT, "need not name what it skipped", suite(case(), tests="5", skipped="3", disabled="1"), {"a": P}),
    (JUNIT, "has an error outside its tests", suite(case(), "<error message='x'/>"), {"a": P, f"s{OUT}": E}),
    (JUNIT, "counts an error that it does not name", suite(case(), errors="1"), {"a": P, f"s{OUT}": E}),
    (JUNIT, "counts the red that it names", suite(case("<failure/>"), errors="0", failures="1"), {"a": F}),
    (JUNIT, "counts in words", suite(case(), tests="five", errors="none"), {"a": P}),
    (JUNIT, "red again when tried again", suite(case("<rerunFailure/>")), {"a": F}),
    (JUNIT, "an error when tried again", suite(case("<rerunError/>")), {"a": E}),
    (JUNIT, "passed when tried again", suite(case("<flakyFailure/>")), {"a": P}),
    (JUNIT, "red in capitals", suite(case("<Failure/>")), {"a": F}),
    (JUNIT, "red by its status", suite(case(words="status='failed'")), {"a": F}),
    (JUNIT, "not run by its status", suite(case(words="status='notrun' result='suppressed'")), {"a": S}),
    (JUNIT, "run by its status", suite(case(words="status='run' result='completed'")), {"a": P}),
    (JUNIT, "two of one name", suite(case(), case("<failure/>")), {"a": F, "a#2": P}),
    (JUNIT, "suites in suites", suite(suite(case(), tests="1"), tests="1"), {"a": P}),
    (JUNIT, "an escape sequence", suite(case("<system-out>\x1b[31m</system-out>")), "cannot be read"),
    (JUNIT, "an escape sequence as pytest writes it", suite(case("<system-out>#x1B[31m</system-out>")), {"a": P}),
    (JUNIT, "red in what it printed", suite(case("<system-out>&lt;failure/></system-out>")), {"a": P}),
    (JUNIT, "two documents", suite(case()) * 2, "cannot be read"),
    (JUNIT, "of another format", "<x:testsuite xmlns:x='urn:x'/>", "no test suite"),
    (JUNIT, "another encoding than it says", b"<?xml version='1.0' encoding='utf-8'?><testsuite name='\xe9'/>",
     "cannot be read"),
    (JUNIT, "of an old encoding",
     b"<?xml version='1.0' encoding='latin-1'?><testsuite><testcase name='\xe9'/></testsuite>", {"é": P}),
    (TAP, "four of five", "1..5\nok 1 a\nok 2 b\nok 3 c\nok 4 d\n", "has 4 of 5 tests"),
    (TAP, "a plan at the end", "ok 1 a\nnot ok 2 b\n1..2\n", {"a": P, "b": F}),
    (TAP, "two plans", "1..2\nok 1 a\n1..1\n", "has two plans"),
    (TAP, "two numbers alike", "1..2\nok 1 a\nok 1 b\n", "does not number its 2 tests"),
    (TAP, "a number beyond the plan", "1..2\nok 1 a\nok 3 c\n", "does not number its 2 tests"),
    (TAP, "tests in another order", "1..2\nok 2 b\nok 1 a\n", {"b": P, "a": P}),
    (TAP, "bails out in a subtest", "1..1\n    Bail out! x\nok 1 a\n", "Bail out! x"),
    (TAP, "bails out in small letters", "1..1\nok 1 a\nbail out! x\n", "bail out! x"),
    (TAP, "to do, and red", "1..1\nnot ok 1 a # TODO later\n", {"a": S}),
    (TAP, "to do, and green", "1..1\nok 1 a # TODO later\n", {"a": P}),
    (TAP, "skipped, with more letters", "1..1\nok 1 a # skipped: no disk\n", {"a": S}),
    (TAP, "a hash in a name", "1..2\nok 1 a \\# b\nok 2 a \\# c # SKIP\n", {"a \\# b": P, "a \\# c": S}),
    (TAP, "a red subtest of a red test", "1..1\n    not ok 1 in\n    1..1\nnot ok 1 a\n", {"a": F}),
    (TAP, "a separator in a name", "1..1\nok 1 a\u2028not ok 2 b\n", {"a\u2028not ok 2 b": P}),
    (TAP, "lines of another system", "1..1\r\nok 1 a\r\n", {"a": P}),
    (TAP, "colours", "1..1\n\x1b[32mok 1 a\x1b[0m\n", "has 0 of 1 tests"),
    (TAP, "what is no number of tests", "1..2 seconds\nok 1 a\nok 2 b\n", "has no plan"),
    (LINES, "cut in a word", "a ... ok\nb ... fai", "'fai' is no outcome"),
    (LINES, "one test twice", "a ... ok\na ... fail\n", {"a": F, "a#2": P}),
    (LINES, "lines of another system", "a ... ok\r\nb ... fail\r\n", {"a": P, "b": F}),
    (LINES, "nothing that it knows", "all well\n", {}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text", "then"), [pytest.param(kind, *rest, id=f"{kind}: {name}") for kind, name, *rest in READ]
)
def test_a_report_is_believed_as_far_as_it_goes(
    tmp_path: Path, kind: str, text: str | bytes, then: str | Mapping[str, Outcome]
) -> None:
    file = tmp_path / "report"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    assert_read({JUNIT: read_junit, TAP: read_tap, LINES: lambda place: read_lines(place, LINE)}[kind](file), then)


def assert_read(found: TestReport | Unreadable, then: str | Mapping[str, Outcome]) -> None:
    """`then` is what each test came to, or a part of the reason why the report is not believed."""
    if isinstance(then, str):
        assert isinstance(found, Unreadable)
        assert then in found.reason
    else:
        assert isinstance(found, TestReport)
        assert found.tests == then
        assert set(found.failures) <= {test for test, outcome in then.items() if outcome in (F, E)}


def packet(test: str, status: int, flags: int = 0x2800) -> bytes:
    name = test.encode()
    whole = b"\xb3" + (flags | status).to_bytes(2) + bytes([9 + len(name), len(name)]) + name
    return whole + zlib.crc32(whole).to_bytes(4)


@pytest.mark.parametrize(
    ("stream", "then"),
    [
        pytest.param(packet("a", 3) + packet("b", 6)[:-1], "ends inside a packet", id="one byte short"),
        pytest.param(packet("a", 3) + packet("b", 6)[:1], "ends inside a packet", id="a first byte"),
        pytest.param(packet("a", 3) + b"\nol\xc3\xb3 ", {"a": P}, id="ends with text that looks like one"),
        pytest.param(packet("a", 2) + packet("a", 3) + packet("b", 2), "has no end for b", id="never ended"),
        pytest.param(packet("a", 3) + packet("a", 6), {"a": F}, id="two ends: the last"),
        pytest.param(packet("a", 1), {}, id="announced only"),
        pytest.param(packet("a", 3) + packet("a", 6, 0x2000), {"a": P}, id="names no test"),
        pytest.param(packet("a", 3) + packet("a", 6, 0x3800), {"a": P}, id="of another version"),
        pytest.param(b"", {}, id="nothing"),
    ],
)
def test_a_stream_is_believed_as_far_as_it_goes(tmp_path: Path, stream: bytes, then: str | dict[str, Outcome]) -> None:
    file = tmp_path / "report"
    file.write_bytes(stream)
    assert_read(read_subunit(file), then)


def test_a_report_of_an_earlier_run_is_not_found_by_the_next(bench: Bench) -> None:
    place = bench.scratch / "been"
    script = f"import os, sys; os.path.exists({str(place)!r}) or open(sys.argv[1], 'w').write({suite(case())!r})"
    spec = gate("{python}", "-c", f"{script}; open({str(place)!r}, 'w').close()", "{junit}", repeat=2)
    report = run_gate(spec, bench=lambda: bench, files=())
    assert (report.verdict, report.reason) == (Verdict.ERROR, "run 2 of 2: the JUnit report is missing")


SUBTESTS = """
import unittest

class TestParts(unittest.TestCase):
    def test_parts(self):
        for part in range(3):
            with self.subTest(part=part):
                self.assertLess(part, 3)
"""


def test_pytest_counts_the_parts_of_a_test_and_names_them_not(bench: Bench, fill) -> None:
    fill({"test_parts.py": SUBTESTS})
    report = run_command(gate(), bench=bench, files=())
    assert (report.verdict, report.tests) == (Verdict.PASS, {"test_parts.TestParts::test_parts": P})

"""What pytest records of itself: exact ids and outcomes, with nothing installed, and no evidence when it breaks off."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from making import gate

from workbench.gates.bench import Bench
from workbench.gates.command import run_command
from workbench.gates.recorded import read_record
from workbench.gates.reports import TestReport, Unreadable
from workbench.model.gate import GateReport, Outcome, Verdict

Fill = Callable[..., None]
P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED
EVERYTHING = """
import pytest

@pytest.fixture
def broken(): raise RuntimeError("no fixture")
@pytest.fixture
def leaves():
    yield
    raise RuntimeError("no teardown")

@pytest.mark.parametrize("x", ["a/b", "c::d", "ü"])
def test_params(x): assert x != "c::d", "this one"
def test_setup(broken): pass
def test_teardown(leaves): pass
@pytest.mark.skip
def test_skip(): pass
@pytest.mark.xfail
def test_xfail(): assert False
@pytest.mark.xfail
def test_xpass(): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
class TestIn:
    def test_it(self): pass
"""


def record(bench: Bench, *words: str, **keys: object) -> GateReport:
    run = words or ("{python}", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    return run_command(gate(*run, report="pytest", **keys), bench=bench, files=())


def test_every_outcome_has_its_exact_id(bench: Bench, fill: Fill) -> None:
    fill({"tests/sub/test_all.py": EVERYTHING, "tests/test_broken.py": "import nowhere\n"})
    report = record(bench, "{python}", "-m", "pytest", "-q", "tests", "--continue-on-collection-errors")
    at = "tests/sub/test_all.py::"
    assert report.tests == {
        "tests/test_broken.py": E,
        f"{at}test_params[a/b]": P,
        f"{at}test_params[c::d]": F,
        f"{at}test_params[\\xfc]": P,
        f"{at}test_setup": E,
        f"{at}test_teardown": E,
        f"{at}test_skip": S,
        f"{at}test_xfail": S,
        f"{at}test_xpass": P,
        f"{at}test_strict": F,
        f"{at}TestIn::test_it": P,
    }
    assert report.verdict is Verdict.FAIL
    assert "this one" in report.failures[f"{at}test_params[c::d]"]
    assert report.failures[f"{at}test_setup"].startswith("setup: ")
    assert "No module named 'nowhere'" in report.failures["tests/test_broken.py"]


def test_a_pytest_inside_a_test_is_not_recorded(bench: Bench, fill: Fill) -> None:
    inner = "import os, subprocess, sys\ndef test_outer():\n    assert 'PYTEST_ADDOPTS' not in os.environ\n"
    inner += "    subprocess.run([sys.executable, '-m', 'pytest', '-q', 'inner'], check=True)\n"
    fill({"tests/test_outer.py": inner, "inner/test_inner.py": "def test_inner(): pass\n"})
    report = record(bench)
    assert (report.tests, report.verdict) == ({"tests/test_outer.py::test_outer": P}, Verdict.PASS)


def test_options_of_the_gate_stay(bench: Bench, fill: Fill) -> None:
    fill({"tests/test_a.py": "def test_a(): pass\ndef test_b(): pass\n"})
    assert record(bench, env={"PYTEST_ADDOPTS": "-k test_b"}).tests == {"tests/test_a.py::test_b": P}


def test_what_is_run_by_workers_is_recorded_once(bench: Bench, fill: Fill) -> None:
    pytest.importorskip("xdist")
    fill({"tests/test_a.py": "def test_a(): pass\ndef test_b(): assert 0\n"})
    report = record(bench, "{python}", "-m", "pytest", "-p", "xdist", "-n", "2", "tests")
    assert report.tests == {"tests/test_a.py::test_a": P, "tests/test_a.py::test_b": F}


def test_one_session_after_the_other_is_recorded_and_no_red_is_written_over(bench: Bench, fill: Fill) -> None:
    fill({"a/test_a.py": "def test_a(): assert 0\n", "b/test_b.py": "def test_b(): pass\n"})
    report = record(bench, "{python} -m pytest -q a; {python} -m pytest -q b", shell=True)
    assert (report.verdict, report.tests) == (Verdict.FAIL, {"a/test_a.py::test_a": F, "b/test_b.py::test_b": P})


AGAIN = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    from _pytest.runner import runtestprotocol
    tries = iter(range(3))
    for number in tries:
        item._initrequest()
        for report in runtestprotocol(item, nextitem=nextitem, log=False):
            if report.failed and number < 2:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
            if report.outcome == "rerun":
                break
        else:
            return True
"""


def test_the_last_try_is_what_a_plugin_that_repeats_says_of_a_test(bench: Bench, fill: Fill) -> None:
    flaky = "tries = []\ndef test_flaky():\n    tries.append(1)\n    assert len(tries) > 1\ndef test_red(): assert 0\n"
    fill({"tests/conftest.py": AGAIN, "tests/test_a.py": flaky})
    assert record(bench).tests == {"tests/test_a.py::test_flaky": P, "tests/test_a.py::test_red": F}


def test_parts_of_a_test_are_of_that_test(bench: Bench, fill: Fill) -> None:
    test = (
        "import pytest\ndef test_{0}(subtests):\n    with subtests.test(i=1): {1}\n    with subtests.test(i=2): pass\n"
    )
    each = {"passed": "pass", "skipped": "pytest.skip()", "failed": "assert 0, 'this part'"}
    fill({f"tests/test_{name}.py": test.format(name, body) for name, body in each.items()})
    outcomes = {"passed": P, "skipped": P, "failed": F}
    report = record(bench)
    assert report.tests == {f"tests/test_{name}.py::test_{name}": one for name, one in outcomes.items()}
    assert "this part" in report.failures["tests/test_failed.py::test_failed"]
    # JUnit names the same three tests, and the same one red.
    by_junit = run_command(gate(), bench=bench, files=())
    assert by_junit.tests is not None
    assert {test.rpartition("::")[2] for test in by_junit.tests} == {f"test_{name}" for name in outcomes}
    assert {test.rpartition("::")[2] for test, one in by_junit.tests.items() if one in (F, E)} == {"test_failed"}


@pytest.mark.parametrize(
    "command",
    [
        ["{python}", "-E", "-m", "pytest", "-q"],
        ["{python}", "-I", "-m", "pytest", "-q"],
        ["{python}", "-m", "pytest", "-q", "-p", "no:workbench_recorder"],
        ["env", "-u", "PYTEST_ADDOPTS", "{python}", "-m", "pytest", "-q"],
    ],
    ids=["-E", "-I", "switched off", "no options"],
)
def test_where_pytest_cannot_be_made_to_record_nothing_passes(bench: Bench, fill: Fill, command: list[str]) -> None:
    fill({"test_a.py": "def test_a(): pass\n"})
    report = record(bench, *command)
    assert report.verdict is Verdict.ERROR
    assert "record" in report.reason


def test_a_conftest_that_breaks_is_red_though_nothing_was_recorded(bench: Bench, fill: Fill) -> None:
    fill({"tests/conftest.py": "import nowhere\n", "tests/test_a.py": "def test_a(): pass\n"})
    assert (record(bench).verdict, record(bench).reason) == (Verdict.FAIL, "pytest could not begin: exit code 4")


@pytest.mark.parametrize("code", [0, 1])
def test_a_session_that_is_broken_off_is_no_evidence(bench: Bench, fill: Fill, code: int) -> None:
    fill({"tests/test_a.py": f"import os\ndef test_a(): pass\ndef test_b(): os._exit({code})\n"})
    report = record(bench)
    assert (report.verdict, report.reason) == (Verdict.ERROR, "the record of the tests is cut short")


def test_no_tests_are_red(bench: Bench, fill: Fill) -> None:
    fill({"tests/README": ""})
    assert (record(bench).verdict, record(bench).reason) == (Verdict.FAIL, "no tests ran")


def test_a_runner_that_records_nothing_did_not_finish(bench: Bench) -> None:
    report = record(bench, "{python}", "-c", "pass")
    assert report.verdict is Verdict.ERROR
    assert "record" in report.reason


def test_the_plugin_is_no_part_of_other_gates(bench: Bench, fill: Fill) -> None:
    fill({"test_env.py": "import os\ndef test_env(): assert 'PYTEST_ADDOPTS' not in os.environ\n"})
    assert run_command(gate(), bench=replace(bench), files=()).verdict is Verdict.PASS


def test_a_test_that_is_run_again_has_two_cases(tmp_path: Path) -> None:
    phases = "".join(
        f'{{"id": "a", "when": "{when}", "outcome": "{outcome}", "xfail": false, "said": "no"}}\n'
        for when, outcome in [("setup", "passed"), ("call", "failed"), ("setup", "passed"), ("call", "passed")]
    )
    (tmp_path / "record").write_text('{"begin": 1}\n' + phases + '{"end": 0}\n')
    found = read_record(tmp_path / "record")
    assert isinstance(found, TestReport)
    assert found.tests == {"a": F, "a#2": P}


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"begin": 1}\n', '{"begin": 1}\n{"end": 0}\n{"begin": 2}\n', '{"end": 0}\n{"end": 0}\n'],
    ids=["empty", "torn", "no end", "a second one without end", "no begin"],
)
def test_a_record_without_its_end_is_unreadable(tmp_path: Path, text: str) -> None:
    (tmp_path / "record").write_text(text)
    assert isinstance(read_record(tmp_path / "record"), Unreadable)


def test_a_monstrous_record_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "record").write_text('{"begin": 1}\n{"end": 0}\n')
    os.truncate(tmp_path / "record", (256 << 20) + 1)
    assert read_record(tmp_path / "record") == Unreadable("the record of the tests is larger than 256 MiB")

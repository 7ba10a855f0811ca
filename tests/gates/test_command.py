"""Command gates with real pytest and real shells: verdicts by evidence, never by exit code 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from making import PYTEST, gate

from workbench.gates.bench import Bench
from workbench.gates.command import names_files, run_command
from workbench.gates.process import CAP
from workbench.gates.verdict import runs_pytest
from workbench.model.gate import Outcome, TestCounts, Verdict

Fill = Callable[..., None]

RED = "def test_red(): assert 1 == 2, 'sums'\n"
GREEN = "def test_green(): pass\n"


def test_green_tests_pass(bench: Bench, fill: Fill) -> None:
    fill({"tests/test_a.py": GREEN})
    report = run_command(gate(), bench=bench, files=())
    assert (report.gate, report.verdict, report.exit_code, report.reason) == ("unit", Verdict.PASS, 0, "")
    assert report.tests == {"tests.test_a::test_green": Outcome.PASSED}
    assert report.seconds > 0
    assert not list(bench.scratch.iterdir())


def test_a_red_test_fails_and_says_why(bench: Bench, fill: Fill) -> None:
    fill({"test_a.py": GREEN + RED})
    report = run_command(gate(), bench=bench, files=())
    assert (report.verdict, report.exit_code, report.reason) == (Verdict.FAIL, 1, "1 of 2 tests red")
    assert "assert 1 == 2" in report.failures["test_a::test_red"]
    assert "1 failed, 1 passed" in report.output


def test_an_import_that_broke_is_a_red_test(bench: Bench, fill: Fill) -> None:
    fill({"test_a.py": GREEN, "test_b.py": "import nowhere\n"})
    report = run_command(gate(), bench=bench, files=())
    assert (report.verdict, report.exit_code) == (Verdict.FAIL, 2)
    assert report.tests == {"test_b": Outcome.ERROR}
    assert "No module named 'nowhere'" in report.failures["test_b"]


def test_a_conftest_that_broke_fails_without_a_report(bench: Bench, fill: Fill) -> None:
    fill({"conftest.py": "import nowhere\n", "test_a.py": GREEN})
    report = run_command(gate(), bench=bench, files=())
    assert (report.verdict, report.exit_code, report.tests) == (Verdict.FAIL, 4, None)
    assert "No module named 'nowhere'" in report.output


@pytest.mark.parametrize(
    ("files", "code", "ran"),
    [
        pytest.param({}, 5, TestCounts(), id="nothing collected"),
        pytest.param(
            {"test_a.py": "import pytest\n@pytest.mark.skip\n" + GREEN}, 0, TestCounts(skipped=1), id="skipped"
        ),
    ],
)
def test_no_test_is_no_pass(bench: Bench, fill: Fill, files: dict[str, str], code: int, ran: TestCounts) -> None:
    fill(files)
    report = run_command(gate(), bench=bench, files=())
    assert (report.verdict, report.reason, report.exit_code) == (Verdict.FAIL, "no tests ran", code)
    assert report.counts == ran


def test_leaving_early_with_zero_did_not_finish(bench: Bench, fill: Fill) -> None:
    fill({"test_a.py": "import os\nos._exit(0)\n"})
    report = run_command(gate(), bench=bench, files=())
    assert (report.verdict, report.exit_code, report.reason) == (Verdict.ERROR, 0, "the JUnit report is missing")


def test_a_crash_did_not_finish(bench: Bench, fill: Fill) -> None:
    fill({"test_a.py": "def test_crash():\n    import os, signal\n    os.kill(os.getpid(), signal.SIGSEGV)\n"})
    report = run_command(gate(), bench=bench, files=())
    assert (report.verdict, report.reason) == (Verdict.ERROR, "killed by SIGSEGV")


def test_a_hanging_test_is_stopped(bench: Bench, fill: Fill) -> None:
    fill({"test_a.py": "def test_hang():\n    while True: pass\n"})
    report = run_command(gate(timeout=1.5), bench=bench, files=())
    assert (report.verdict, report.reason) == (Verdict.TIMEOUT, "stopped after 2 s")


def shell(text: str, **keys: object) -> object:
    return gate(text, shell=True, **keys)


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("exit 0", Verdict.PASS, "judged by its exit code alone"),
        ("exit 1", Verdict.FAIL, "exit code 1"),
        ("exit 125", Verdict.FAIL, "exit code 125"),
        ("./not-executable", Verdict.ERROR, "exit code 126"),
        ("no-such-program", Verdict.ERROR, "exit code 127"),
        ("exit 139", Verdict.ERROR, "exit code 139"),
        ("kill -9 $$", Verdict.ERROR, "killed by SIGKILL"),
        ("kill -40 $$", Verdict.ERROR, "killed by signal 40"),
        ("pytest() { return 3; }; pytest", Verdict.ERROR, "exit code 3"),
    ],
)
def test_three_values_of_an_exit_code(bench: Bench, fill: Fill, text: str, verdict: Verdict, reason: str) -> None:
    fill({"not-executable": ""})
    report = run_command(shell(text), bench=bench, files=())
    assert (report.verdict, report.reason, report.tests) == (verdict, reason, None)


def test_a_missing_command_did_not_finish(bench: Bench) -> None:
    report = run_command(gate("no-such-program"), bench=bench, files=())
    assert (report.verdict, report.exit_code) == (Verdict.ERROR, None)
    assert report.reason == "cannot start no-such-program: No such file or directory"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ('<testsuite><testcase name="a"/>', "cannot be read"),
        ('<!DOCTYPE x [<!ENTITY a "aaa">]><testsuite name="&a;"/>', "EntitiesForbidden"),
    ],
    ids=["cut short", "entity bomb"],
)
def test_a_report_that_is_no_evidence_did_not_finish(bench: Bench, written: str, reason: str) -> None:
    report = run_command(shell(f"printf %s '{written}' > {{junit}}"), bench=bench, files=())
    assert report.verdict is Verdict.ERROR
    assert reason in report.reason


def test_a_report_of_an_earlier_run_is_never_read(bench: Bench, fill: Fill) -> None:
    fill({"test_a.py": GREEN})
    assert run_command(gate(), bench=bench, files=()).verdict is Verdict.PASS
    fill({"test_a.py": "import os\nos._exit(0)\n"})
    assert run_command(gate(), bench=bench, files=()).verdict is Verdict.ERROR


def test_a_red_test_counts_whatever_the_exit_code(bench: Bench, fill: Fill) -> None:
    fill({"test_a.py": RED})
    report = run_command(shell(f"{' '.join(PYTEST)} || true"), bench=bench, files=())
    assert (report.verdict, report.exit_code) == (Verdict.FAIL, 0)


def test_a_failing_exit_without_a_red_test_says_so(bench: Bench, fill: Fill) -> None:
    fill({"test_a.py": GREEN})
    report = run_command(shell(f"{' '.join(PYTEST)}; exit 1"), bench=bench, files=())
    assert (report.verdict, report.reason) == (Verdict.FAIL, "exit code 1 with no red test")


ECHO = "import sys; print(sys.argv[1:])"


def said(bench: Bench, *words: str, files: tuple[str, ...] = (), **keys: object) -> str:
    return run_command(gate("{python}", "-c", ECHO, *words, **keys), bench=bench, files=files).output.strip()


def test_placeholders_are_filled_and_other_braces_left(bench: Bench) -> None:
    assert said(bench, "{sandbox}/x", '{"a": {junk}}') == repr([f"{bench.sandbox}/x", '{"a": {junk}}'])


def test_files_become_arguments_that_cannot_be_options(bench: Bench, fill: Fill) -> None:
    fill({"a b.py": "", "-rf.py": "", "pkg/c.py": ""})
    files = ("a b.py", "-rf.py", "pkg/c.py", "deleted.py")
    assert said(bench, "{files}", files=files) == repr(["a b.py", "./-rf.py", "pkg/c.py"])
    assert said(bench, "--on={files}", "end", files=files[:2]) == repr(["--on=a b.py", "--on=./-rf.py", "end"])
    assert said(bench, "{files}", files=files, cwd="pkg") == repr(["../a b.py", "../-rf.py", "c.py"])


def test_a_gate_on_files_has_nothing_to_do_without_any(bench: Bench) -> None:
    on_files = gate("{python}", "-c", "raise SystemExit(1)", "{files}")
    report = run_command(on_files, bench=bench, files=("deleted.py",))
    assert (report.verdict, report.seconds) == (Verdict.SKIP, 0.0)
    assert names_files(on_files)
    assert not names_files(gate())


def test_a_shell_gets_quoted_values(bench: Bench, fill: Fill) -> None:
    fill({"$(touch hacked) '.py": ""})
    listing = shell("printf '<%s>' {files} && echo $((1 + 1))")
    report = run_command(listing, bench=bench, files=("$(touch hacked) '.py",))
    assert report.output == "<$(touch hacked) '.py>2\n"
    assert not (bench.sandbox / "hacked").exists()


def test_the_gates_own_variables_are_laid_over_the_benchs(bench: Bench) -> None:
    show = "import os; print(os.environ['MODE'], os.environ['PYTHONPATH'])"
    own = gate("{python}", "-c", show, env={"MODE": "strict", "PYTHONPATH": "stubs"})
    assert run_command(own, bench=bench, files=()).output.strip() == f"strict stubs:{bench.sandbox}"


def test_a_missing_working_directory_did_not_finish(bench: Bench) -> None:
    assert run_command(gate("true", cwd="gone"), bench=bench, files=()).verdict is Verdict.ERROR


def test_secrets_are_taken_out_of_everything_it_said(bench: Bench, fill: Fill) -> None:
    red = "def test_red():\n    print(os.environ['API_TOKEN'])\n    assert 'hunter2hunter2' == 1\n"
    fill({"test_a.py": f"import os\n{red}"})
    secrets = {"SOME_SECRET": "hunter2hunter2"}
    own = gate(env={"API_TOKEN": "opensesame99"})
    report = run_command(own, bench=replace(bench, environ=secrets), files=())
    everything = report.output + "".join(report.failures.values())
    assert report.verdict is Verdict.FAIL
    assert "[redacted]" in everything
    assert "hunter2hunter2" not in everything
    assert "opensesame99" not in everything


def test_the_end_of_long_output_is_kept_as_text(bench: Bench) -> None:
    code = "import os; os.write(1, b'x' * 300000 + b'\\n\\xff last')"
    report = run_command(gate("{python}", "-c", code), bench=bench, files=())
    assert report.output.endswith("\n\\xff last")
    assert len(report.output) == 16_000


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({"report": "tap"}, "echo 1..2; echo ok 1 - a; echo not ok 2 - b"),
        ({"report": {"lines": r"^(?P<outcome>PASS|FAIL) (?P<test>\w+)"}}, "echo PASS a; echo FAIL b"),
    ],
    ids=["tap", "lines"],
)
def test_tests_are_read_from_output(bench: Bench, keys: dict[str, object], text: str) -> None:
    report = run_command(shell(text, **keys), bench=bench, files=())
    assert report.verdict is Verdict.FAIL
    assert report.tests == {"a": Outcome.PASSED, "b": Outcome.FAILED}


def test_output_that_was_cut_is_no_evidence(bench: Bench) -> None:
    flood = gate("{python}", "-c", f"print('1..1\\nok 1 - a'); print('x' * {CAP})", report="tap")
    report = run_command(flood, bench=bench, files=())
    assert report.verdict is Verdict.ERROR
    assert "too many to keep" in report.reason


@pytest.mark.parametrize(
    ("command", "does"),
    [
        (("pytest",), True),
        ((".venv/bin/py.test", "-q"), True),
        (("{python}", "-m", "pytest"), True),
        (("coverage run -m pytest; coverage report",), True),
        (("echo 'unbalanced && pytest",), True),
        (("ruff", "check", "pytest_plugin"), False),
    ],
)
def test_pytest_is_known_by_name_behind_anything(command: tuple[str, ...], does: bool) -> None:
    assert runs_pytest(command) is does


def test_a_command_without_output_has_no_evidence_either(bench: Bench) -> None:
    report = run_command(gate("no-such-program", report="subunit"), bench=bench, files=())
    assert report.verdict is Verdict.ERROR

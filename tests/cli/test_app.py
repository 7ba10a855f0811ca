"""The frame of the command line: global options, the one boundary, and exit codes."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
import typer

from workbench.cli.options import Options, options_of, print_document, print_text
from workbench.cli.verbs import SECTIONS, VERBS, load
from workbench.model.errors import (
    Conflict,
    EnvironmentFailed,
    Interrupted,
    LedgerBroken,
    LockHeld,
    PlanFileError,
    Problem,
    Refused,
    StalePlan,
    UsageError,
    WorkbenchError,
)

seen: list[Options] = []


def notice(context: typer.Context, what: Annotated[str, typer.Argument()] = "") -> int:
    """Notice the options."""
    seen.append(options_of(context))
    print_text(f"{what}\n")
    return 1 if what == "bad" else 0


def fails_with(error):
    def fail(context: typer.Context) -> int:
        """Fail."""
        raise error

    return fail


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], Options()),
        (["-C", "/some/where"], Options(directory=Path("/some/where"))),
        (["--json", "-q", "-v", "--no-color"], Options(json=True, quiet=True, verbose=True, color=False)),
        (["--quiet", "--verbose"], Options(quiet=True, verbose=True)),
    ],
)
def test_global_options(call, verb, arguments, wanted):
    verb(notice)
    seen.clear()
    assert call(*arguments, "notice").code == 0
    assert seen == [wanted]


def test_global_flags_may_follow_the_verb(call, verb):
    verb(notice)
    seen.clear()
    ran = call("notice", "x", "--json", "--no-color")
    assert (ran.code, ran.out) == (0, "x\n")
    assert seen == [Options(json=True, color=False)]


def test_after_two_dashes_nothing_is_a_flag(call, verb):
    verb(notice)
    seen.clear()
    assert call("notice", "--", "--json").out == "--json\n"
    assert seen == [Options()]


def test_a_verb_s_number_is_the_exit_code(call, verb):
    verb(notice)
    assert call("notice", "bad").code == 1


def test_help_lists_every_verb_in_its_section(call):
    ran = call("--help")
    assert ran.code == 0
    for title, verbs in SECTIONS.items():
        assert f"{title}:" in ran.out
        for name, summary in verbs.items():
            assert f"  {name} " in ran.out
            assert summary.endswith(".")
    assert all(len(line) <= 80 for line in ran.out.splitlines())
    assert call("-h").out == ran.out


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_verb_has_a_help_page(call, name):
    assert load(name).help
    ran = call(name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: workbench {name}")


def test_version(call):
    ran = call("--version")
    assert ran.code == 0
    assert ran.out.startswith("workbench 0.")


def test_no_command_is_a_usage_error(call):
    ran = call()
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Usage: workbench")
    assert ran.err.endswith("workbench: no command was given\n  next: workbench --help\n")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["shema"], "there is no command 'shema'; did you mean schema?", "workbench --help"),
        (["\x1b[31m"], "there is no command '\\x1b[31m'", "workbench --help"),
        (["--colour", "schema"], "No such option: --colour", "workbench --help"),
        (["-C"], "Option '-C' requires an argument.", "workbench --help"),
        (["schema", "--nope"], "No such option: --nope", "workbench schema --help"),
        (["schema", "x"], "Got unexpected extra argument(s) (x)", "workbench schema --help"),
        ([], "no command was given", "workbench --help"),
    ],
)
def test_usage_errors(call, arguments, message, hint):
    spoken = call(*arguments)
    assert (spoken.code, spoken.out) == (2, "")
    assert f"workbench: {message}" in spoken.err
    assert spoken.err.endswith(f"  next: {hint}\n")
    as_json = call("--json", *arguments)
    assert (as_json.code, as_json.err) == (2, "")
    told = json.loads(as_json.out)
    assert told["schema"] == 1
    assert (told["error"]["code"], told["error"]["hint"]) == ("usage", hint)
    assert told["error"]["message"].replace("\x1b", "\\x1b").startswith(message)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("odd"), 2),
        (Refused("no"), 3),
        (LockHeld("held"), 3),
        (Conflict("moved"), 4),
        (StalePlan("stale"), 4),
        (EnvironmentFailed("disk full"), 5),
        (LedgerBroken("chain"), 6),
        (WorkbenchError("a bug"), 70),
        (Interrupted("stopped"), 130),
        (KeyboardInterrupt(), 130),
        (typer.Abort(), 130),
        (typer.Exit(7), 7),
    ],
)
def test_exit_codes(call, verb, error, code):
    verb(fails_with(error))
    ran = call("fail")
    assert (ran.code, ran.out) == (code, "")
    if isinstance(error, WorkbenchError):
        assert json.loads(call("--json", "fail").out)["error"]["code"] == error.code


def test_an_error_says_where_what_was_left_alone_and_what_next(call, verb):
    verb(fails_with(StalePlan("the plan is stale", hint="workbench plan x", path="plans/x.toml", line=3)))
    assert call("fail").err == (
        "workbench: the plan is stale\n  at plans/x.toml:3\n  nothing was overwritten\n  next: workbench plan x\n"
    )
    verb(fails_with(Refused("edits in the way", path="a.py")))
    assert call("fail").err == "workbench: edits in the way\n  at a.py\n  nothing was changed\n"


def test_a_plan_file_s_problems_are_listed_all_at_once(call, verb):
    problems = (Problem("unknown key", "rules.0.kynd", 4, "did you mean kind?"), Problem("no name is given"))
    verb(fails_with(PlanFileError("plans/x.toml", problems)))
    ran = call("fail")
    assert ran.code == 2
    assert ran.err.splitlines() == [
        "workbench: plans/x.toml: 2 problems in the plan file",
        "  line 4: rules.0.kynd: unknown key; did you mean kind?",
        "  no name is given",
        "  next: mend the plan file; `workbench schema` prints what it may hold",
    ]
    assert len(json.loads(call("fail", "--json").out)["error"]["problems"]) == 2


def test_an_error_cannot_command_the_terminal(call, verb):
    verb(fails_with(Conflict("\x1b[2Jgone\u202e", hint="\x9b", path="a\nb")))
    assert all(one.isprintable() or one == "\n" for one in call("fail").err)


def test_an_interrupt_says_how_to_go_on(call, verb):
    verb(fails_with(KeyboardInterrupt()))
    assert call("fail").err.endswith("  next: workbench resume\n")


def test_a_bug_is_logged_and_named(call, verb, tmp_path):
    verb(fails_with(ZeroDivisionError("seven by nought")))
    ran = call("fail")
    assert (ran.code, ran.out) == (70, "")
    (log,) = (tmp_path / "state" / "workbench" / "bugs").iterdir()
    assert str(log) in ran.err
    assert "a bug in workbench: ZeroDivisionError: seven by nought" in ran.err
    assert "Traceback" not in ran.err
    text = log.read_text(encoding="utf-8")
    assert "arguments: ['fail']" in text
    assert "raise error" in text
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_bug_is_one_document_too(call, verb):
    verb(fails_with(RuntimeError("oh")))
    ran = call("--json", "fail")
    assert ran.err == ""
    assert json.loads(ran.out)["error"]["code"] == "bug"


def test_a_bug_that_cannot_be_logged_is_told_all_the_same(call, verb, tmp_path):
    (tmp_path / "state").write_text("no directory", encoding="utf-8")
    verb(fails_with(RuntimeError("oh")))
    ran = call("fail")
    assert ran.code == 70
    assert "RuntimeError: oh (and no log could be written:" in ran.err
    assert ran.err.endswith("  next: run it again with --verbose\n")


@pytest.mark.parametrize("flag", ["-v", "--verbose"])
def test_verbose_shows_the_traceback(call, verb, flag):
    verb(fails_with(RuntimeError("\x1b[2J")))
    ran = call("fail", flag)
    assert ran.code == 70
    assert "Traceback (most recent call last)" in ran.err
    assert "\x1b" not in ran.err


def test_what_an_encoding_lacks_is_shown_as_an_escape(call, verb):
    verb(notice)
    ran = call("notice", "é✓", encoding="ascii")
    assert (ran.code, ran.out) == (0, "\\xe9\\u2713\n")


def test_one_document_and_nothing_else(call, verb):
    def tell(context: typer.Context) -> int:
        """Tell."""
        print_document({"schema": 1, "name": "é"})
        return 0

    verb(tell)
    assert json.loads(call("--json", "tell").out) == {"schema": 1, "name": "é"}


def test_a_reader_that_leaves_ends_us_quietly():
    command = [sys.executable, "-m", "workbench", "schema"]
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen(command, stdout=write, stderr=subprocess.PIPE) as process:
        os.close(write)
        _, err = process.communicate()
    assert (process.returncode, err) == (141, b"")


def test_the_command_and_the_module_are_one():
    script = Path(sys.executable).with_name("workbench")
    for command in ([str(script)], [sys.executable, "-m", "workbench"]):
        ran = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
        assert ran.stdout.startswith("workbench ")


class Terminal:
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("environ", "options", "moves"),
    [
        ({"TERM": "xterm"}, Options(), True),
        ({"TERM": "xterm", "CI": "true"}, Options(), False),
        ({"TERM": "dumb"}, Options(), False),
        ({}, Options(), False),
        ({"TERM": "xterm"}, Options(quiet=True), False),
    ],
)
def test_progress_moves_only_where_somebody_watches(monkeypatch, environ, options, moves):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert options.animated(environ) is moves


def test_progress_does_not_move_in_a_pipe(call):
    call("--version")
    assert Options().animated({"TERM": "xterm"}) is False


def test_results_and_progress_go_their_own_ways(capsys):
    options = Options(quiet=True)
    options.results().print("result")
    options.progress().print("progress")
    assert capsys.readouterr() == ("result\n", "")
    Options().progress().print("progress")
    assert capsys.readouterr() == ("", "progress\n")

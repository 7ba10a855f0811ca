"""Kinds that open a door to other tools, in a run: their changes land like ours, and what goes wrong is told."""

from __future__ import annotations

import json
import subprocess

import psutil
import pytest

from tests.engine.conftest import PLAN, user
from workbench.codemod.foreign.program import end_group
from workbench.engine.freeze import freeze_and_store, scan_tree
from workbench.engine.workspace import open_workspace
from workbench.model.errors import PlanFileError
from workbench.model.run import RunOutcome
from workbench.model.violation import totals

READ = "import sys, pathlib; p = pathlib.Path(sys.argv[1]); text = p.read_text()"
EDIT = f"{READ}; p.write_text(text.replace('return make', 'return  make'))"


def git(root, *words):
    return subprocess.run(["git", "-C", root, *words], capture_output=True, text=True, check=True).stdout.strip()


def plan(rule):
    head, rest = PLAN.split("[[rules]]", 1)
    return f"{head}{rule}\n[batches]{rest.partition('[batches]')[2]}"


def command(script, **more):
    lines = "".join(f"{name} = {value}\n" for name, value in more.items())
    return plan(f'[[rules]]\nid = "spaces"\nkind = "command"\nrun = ["python3", "-c", {script!r}]\n{lines}')


def problems(case, means):
    with pytest.raises(PlanFileError) as caught:
        freeze_and_store(case.root, None, "HEAD", means)
    return [(one.message, one.key) for one in caught.value.problems]


def reasons(record):
    return {(one.path, one.reason, one.detail) for one in record.violations if one.state == "blocked"}


def test_what_a_program_makes_of_the_files_is_committed_like_any_change(make_case):
    case = make_case(user("a"), user("b"), plan=command(EDIT, words='["make"]', paths='["app/*.py", "!app/old.py"]'))
    record = case.run()
    assert record.outcome is RunOutcome.COMPLETE
    counted = totals(record.violations).all
    assert (counted.found, counted.fixed) == (2, 2)
    assert "return  make" in git(case.root, "show", "workbench/small:app/a.py")
    assert "return make" in git(case.root, "show", "HEAD:app/a.py")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("import sys; sys.exit('cannot do that')", "python3 ended with 1: cannot do that"),
        ("import os, sys; os.remove(sys.argv[1])", "python3 took the file away"),
        ("open('log.txt', 'w').write('x')", "python3 wrote log.txt, which is not the file it was given"),
        ("import sys; open(sys.argv[1], 'a').write('#\\n')", "python3 still changes the file after 3 rounds"),
        ("import time; time.sleep(60)", "python3 took longer than 1 s"),
    ],
)
def test_a_program_that_does_something_else_changes_nothing(make_case, script, told):
    case = make_case(user("a"), plan=command(script, words='["make"]', seconds="1", paths='["app/a.py"]'))
    record = case.run()
    assert reasons(record) == {("app/a.py", "program-failed", told)}
    assert git(case.root, "rev-parse", "workbench/small^{tree}") == git(case.root, "rev-parse", "HEAD^{tree}")


def test_a_program_may_leave_behind_what_the_rule_says(make_case):
    script = EDIT + "; open('log.txt', 'w').write('x')"
    case = make_case(user("a"), plan=command(script, leaves='["log.txt"]', paths='["app/a.py"]'))
    assert case.run().outcome is RunOutcome.COMPLETE
    assert "log.txt" not in git(case.root, "ls-tree", "-r", "--name-only", "workbench/small")


def test_a_program_finds_the_files_it_is_configured_by(make_case):
    script = f"{READ}; p.write_text(text.replace('# a', '# ' + pathlib.Path('style.cfg').read_text().strip()))"
    case = make_case(
        user("a"), {"style.cfg": "said there\n"}, plan=command(script, config='["style.cfg"]', paths='["app/a.py"]')
    )
    case.run()
    assert git(case.root, "show", "workbench/small:app/a.py").endswith("# said there")


def test_what_a_program_breaks_is_not_written(make_case):
    script = "import sys; open(sys.argv[1], 'w').write('def (:\\n')"
    case = make_case(user("a"), plan=command(script, fixpoint="1", paths='["app/a.py"]'))
    record = case.run()
    assert {reason for _, reason, _ in reasons(record)} == {"does-not-compile"}


def test_a_program_that_is_not_there_is_a_problem_of_the_plan_file(make_case, means):
    rule = '[[rules]]\nid = "x"\nkind = "command"\nrun = ["no-such-program-at-all"]\nconfig = ["none.cfg"]\n'
    assert set(problems(make_case(plan=plan(rule)), means)) == {
        ("there is no file none.cfg", "rules[x].config"),
        ("there is no program no-such-program-at-all", "rules[x].run"),
    }


def test_what_a_program_started_ends_with_it(make_case):
    script = "import subprocess; subprocess.Popen(['sleep', '4242'])"
    make_case(user("a"), plan=command(script, paths='["app/a.py"]')).run()
    assert not [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", "4242"]]
    end_group(2**22 + 1)  # nobody's


FINDINGS = '[[rules]]\nid = "lint"\nkind = "findings"\nfile = "report.txt"\n{more}'


def test_what_another_tool_found_waits_for_a_person(make_case):
    report = "app/a.py:1:1: F401 unused\napp/a.py:99:1: W391 blank\napp/old.py:1:1: D103 undocumented\n"
    lint = FINDINGS.format(more='codes = ["F*", "W*"]\n')
    rename = PLAN.partition("[[rules]]")[2].partition("[batches]")[0]
    case = make_case(user("a"), {"report.txt": report}, plan=plan(f"{lint}\n[[rules]]{rename}"))
    record = case.run()
    assert reasons(record) == {
        ("app/a.py", "detect-only", "F401: unused"),
        ("app/a.py", "drifted", "the file has no such line: the report was made for another version of it"),
    }
    counted = totals(record.violations)
    assert (counted.by_rule["lint"].blocked, counted.by_rule["old-make"].fixed) == (2, 2)


def test_a_line_that_changed_since_the_commit_of_the_report_has_drifted(make_case):
    case = make_case({"app/a.py": "import os\nimport sys\n"}, plan=plan(FINDINGS.format(more="")))
    commit = git(case.root, "rev-parse", "HEAD")

    def found(commit):
        lines = ({"artifactLocation": {"uri": "app/a.py"}, "region": {"startLine": line}} for line in (1, 2))
        results = [{"ruleId": "R", "locations": [{"physicalLocation": one}]} for one in lines]
        run = {"versionControlProvenance": [{"revisionId": commit}], "results": results}
        (case.root / "report.txt").write_text(json.dumps({"runs": [run]}))
        with open_workspace(case.root, None, case.means) as ws:
            return [(one.reason, one.detail) for one in scan_tree(ws, None).violations]

    assert [reason for reason, _ in found(commit)] == ["detect-only", "detect-only"]
    (case.root / "app/a.py").write_text("import os\nimport re\n")
    drifted = ("drifted", "the report shows 'import sys' here")
    assert [found(commit)[0][0], found(commit)[1]] == ["detect-only", drifted]
    for nobodys in ("0" * 40, "HEAD", ""):
        assert [reason for reason, _ in found(nobodys)] == ["detect-only", "detect-only"]


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (None, "report.txt cannot be used: No such file or directory"),
        ("{", "report.txt cannot be used: its format is not known; say it with `format`"),
        ("app/a.py is bad\n", "report.txt cannot be used: line 1 is not `path:line:column: CODE message`"),
        ("", "report.txt holds no finding that counts"),
        (
            '{"runs":[{"results":[{"ruleId":"A"}]}]}',
            "report.txt holds 1 findings that name no file, so no place can be shown for them",
        ),
        ("gone.py:1:1: F401 unused\n", "report.txt names 1 files that the tree does not have, gone.py for one"),
    ],
)
def test_a_report_that_cannot_be_used_is_a_problem_of_the_plan_file(make_case, means, report, told):
    case = make_case({} if report is None else {"report.txt": report}, plan=plan(FINDINGS.format(more="")))
    assert problems(case, means) == [(told, "rules[lint].file")]


LIBCST = (
    '[[rules]]\nid = "strings"\nkind = "libcst"\ncodemod = "{codemod}"\narguments = {arguments}\npaths = ["app/a.py"]\n'
)
OURS = """
import argparse
from libcst import SimpleString
from libcst.codemod import CodemodContext, SkipFile, VisitorBasedCodemodCommand

class Shout(VisitorBasedCodemodCommand):
    @staticmethod
    def add_args(parser):
        parser.add_argument("--how", required=True)

    def __init__(self, context, how):
        super().__init__(context)
        self.how = how

    def leave_SimpleString(self, node, updated):
        print("working")
        if self.how == "raise":
            raise RuntimeError(self.context.full_module_name)
        if self.how == "skip":
            raise SkipFile("not this one")
        return updated.with_changes(value=updated.value.upper())
"""
WITH_OURS = {"app/a.py": "X = 'loud'\n", "mods/ours.py": OURS, "tests/test_it.py": "def test_it():\n    pass\n"}


@pytest.mark.parametrize(
    ("how", "text", "refused"),
    [
        ("up", "X = 'LOUD'", set()),
        ("skip", "X = 'loud'", set()),
        ("raise", "X = 'loud'", {("app/a.py", "program-failed", "RuntimeError: app.a")}),
    ],
)
def test_a_codemod_of_the_teams_own(make_case, how, text, refused):
    rule = LIBCST.format(codemod="mods.ours.Shout", arguments=["--how", how])
    case = make_case(WITH_OURS, plan=plan(rule))
    record = case.run()
    assert reasons(record) == refused
    assert git(case.root, "show", "workbench/small:app/a.py") == text


@pytest.mark.parametrize(
    ("codemod", "told"),
    [("mods.ours.Missing", "AttributeError"), ("os.path.join", "TypeError: os.path.join is no CodemodCommand")],
)
def test_a_codemod_that_cannot_be_used_is_said_to_be_none(make_case, codemod, told):
    case = make_case(WITH_OURS, plan=plan(LIBCST.format(codemod=codemod, arguments=[])))
    [(_, reason, detail)] = reasons(case.run())
    assert reason == "program-failed"
    assert told in detail

"""Reports of real tools on one small file, as those tools wrote them, and reports that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from codemod_trees import module

from workbench.codemod.foreign.findings import FORMATS, Finding, UnreadableFindings, otherwise, read_findings

REPORTS = Path(__file__).with_name("reports")
IMPORT = ("app/sample.py", 2)
HALF = ("app/sample.py", 9)

# What each report says: path, line, column, code.
SAYS = {
    "ast-grep.jsonl": [(*HALF, 21, "no-half")],
    "ast-grep.sarif": [(*HALF, 21, "no-half")],
    "flake8.txt": [(*IMPORT, 1, "F401")],
    "mypy.json": [("app/sample.py", 6, 12, "return-value"), (*HALF, 20, "operator"), (*HALF, 25, "arg-type")],
    "mypy.txt": [("app/sample.py", 6, 12, "return-value"), (*HALF, 20, "operator"), (*HALF, 25, "arg-type")],
    "pylint.json": [("app/sample.py", 5, 1, "C0116"), (*IMPORT, 1, "W0611")],
    "pylint2.json": [("app/sample.py", 5, 1, "C0116"), (*IMPORT, 1, "W0611")],
    "pyright.json": [
        ("app/sample.py", 6, 12, "reportReturnType"),
        (*HALF, 15, "reportOperatorIssue"),
        (*HALF, 26, "reportArgumentType"),
    ],
    "ruff.json": [(*IMPORT, 8, "F401")],
    "ruff.sarif": [(*IMPORT, 8, "F401")],
    "semgrep.json": [(*HALF, 22, "no-half")],
    "semgrep.sarif": [(*HALF, 22, "no-half")],
}
NAMED = {"mypy.txt": "mypy-text", "pylint2.json": "pylint", "ast-grep.jsonl": "ast-grep"}


def test_every_report_is_read():
    assert {one.name for one in REPORTS.iterdir()} == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
@pytest.mark.parametrize("told", [True, False])
def test_reports_of_real_tools(name, told):
    form = "sarif" if name.endswith(".sarif") else NAMED.get(name, name.partition(".")[0])
    found = read_findings((REPORTS / name).read_text("utf-8"), form if told else "auto", "/repo")
    assert [(one.path, one.line, one.column, one.code) for one in found] == SAYS[name]
    assert all(one.message for one in found)


def test_a_table_with_columns_in_any_order():
    text = 'rule,message,line,path,severity,col\nR1,"no, not so",3,a.py,high,7\nR2,never,1,b.py,low,\n'
    expected = (Finding("a.py", 3, "R1", "no, not so", 7), Finding("b.py", 1, "R2", "never"))
    assert read_findings(text, "auto") == read_findings(text, "csv") == expected


@pytest.mark.parametrize(
    ("uri", "path"),
    [("file:///repo/a%20b.py", "a b.py"), ("src/a.py", "src/a.py"), ("./a.py", "a.py"), ("/else/a.py", "/else/a.py")],
)
def test_paths_are_told_from_the_repository(uri, path):
    assert read_findings(f"path,line,rule,message\n{uri},1,R,m\n", "csv", "/repo")[0].path == path


def test_what_was_suppressed_is_left_out_and_an_index_names_the_rule():
    place = '"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.py"},"region":{"startLine":1}}}]'
    text = (
        '{"runs":[{"tool":{"driver":{"rules":[{"id":"A"},{"id":"B"}]}},"results":['
        f'{{"ruleId":"A","suppressions":[{{"kind":"inSource"}}],{place}}},{{"ruleIndex":1,"message":{{"text":"m"}},{place}}}'
        "]}]}"
    )
    assert read_findings(text, "auto") == (Finding("a.py", 1, "B", "m"),)


def test_a_suppression_that_was_rejected_suppresses_nothing_and_no_result_is_lost():
    rejected = '"suppressions":[{"kind":"inSource","status":"rejected"}]'
    text = f'{{"runs":[{{"results":[{{"ruleId":"A",{rejected}}},{{"ruleId":"B"}}]}}]}}'
    assert read_findings(text, "auto") == (Finding("", 0, "A", ""), Finding("", 0, "B", ""))


def test_an_error_about_a_whole_file_is_one():
    assert read_findings("a.py: error: Source file found twice\n", "mypy-text") == (
        Finding("a.py", 0, "", "Source file found twice"),
    )


def test_notes_of_a_type_checker_are_no_findings():
    assert read_findings("a.py:1: note: see there\na.py:2: error: no  [x-y]\n", "auto") == (
        Finding("a.py", 2, "x-y", "no"),
    )


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_no_such_report_is_said_to_be_none(form):
    text = '{"something": "else"}'
    if form == "mypy-text":
        assert read_findings(text, form) == ()
        return
    with pytest.raises(UnreadableFindings, match=form if form not in ("flake8", "csv") else "line 1"):
        read_findings(text, form)


def test_json_of_no_known_tool_asks_for_the_format():
    with pytest.raises(UnreadableFindings, match="say it with `format`"):
        read_findings('{"something": "else"}', "auto")


@pytest.mark.parametrize("name", [name for name in SAYS if name.startswith(("ast-grep", "semgrep.s"))])
def test_the_code_a_report_shows_is_held_against_the_file(name):
    [one] = read_findings((REPORTS / name).read_text("utf-8"), "auto", "/repo")
    line = 'number: int = "ß" + half("one")'
    text = "\n" * 8 + f"{line}\n"
    assert otherwise(module("app/sample.py", text), one) == ""
    assert otherwise(module("app/sample.py", text.replace("\n", "\r\n")), one) == ""
    changed = otherwise(module("app/sample.py", text.replace("one", "two")), one)
    assert changed.startswith("the report shows ")
    assert otherwise(module("app/sample.py", f"\n{text}"), one).endswith("; that is in line 10 now")


@pytest.mark.parametrize(
    ("seen", "column", "line", "same"),
    [
        ("os", 8, "import os", True),
        ("os", 8, "import sys", False),
        ("import os", 8, "import os", True),
        ("  import os  ", 0, "import os", True),
        ("import os", 0, "import os, sys", False),
        ("f(\n    1,\n)", 5, "x = f(\n  1,\n)", True),
        ("f(\n    1,\n)", 5, "x = f(\n  2,\n)", False),
        ("f(\n    1,\n)", 5, "x = f(\n  1,", False),
        ("", 1, "anything", True),
        (" ", 1, "anything", True),
    ],
)
def test_which_code_is_the_same(seen, column, line, same):
    one = Finding("a.py", 1, "R", "m", column, seen)
    assert (otherwise(module("a.py", f"{line}\n"), one) == "") is same


def test_what_a_report_says_of_the_code_it_saw():
    run = '"versionControlProvenance":[{"revisionId":"abc1234"}]'
    region = '"region":{"startLine":2,"snippet":{"text":"x = 1"}}'
    place = f'"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"a.py"}},{region}}}}}]'
    [one] = read_findings(f'{{"runs":[{{{run},"results":[{{"ruleId":"A",{place}}}]}}]}}', "sarif")
    assert (one.text, one.revision) == ("x = 1", "abc1234")
    [row] = read_findings("path,line,rule,message,text\na.py,1,R,m,x = 1\n", "csv")
    assert (row.text, row.revision) == ("x = 1", "")
    [hidden] = read_findings((REPORTS / "semgrep.json").read_text("utf-8"), "auto")
    assert hidden.text == ""

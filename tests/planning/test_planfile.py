"""A plan file is read whole, or refused with everything that is wrong with it, line by line."""

from fractions import Fraction

import pytest
from planning_values import move

from workbench.model.errors import PlanFileError, UsageError
from workbench.model.gate import Level
from workbench.model.violation import Priority
from workbench.planning.planfile import find_plan, load
from workbench.planning.spec import LinesReport

CONTRACT = """\
name = "websocket-ssot"
title = "One WebSocket manager, one way to get it"
issue = "#1066"
[scope]
include = ["netra_backend/**", "tests/**"]
exclude = ["**/generated/**"]
source_roots = ["."]

[[rules]]
id = "legacy-import"
kind = "move-symbol"
from = "netra_backend.app.websocket_core.websocket_manager_factory.create_websocket_manager"
to = "netra_backend.app.websocket_core.websocket_manager.get_websocket_manager"
strings = "rewrite"
why = "The factory module initialises at import time."

[[rules]]
id = "direct-construction"
kind = "replace-call"
call = "netra_backend.app.websocket_core.websocket_manager.WebSocketManager"
with = "netra_backend.app.websocket_core.websocket_manager.get_websocket_manager"
arguments = [{ name = "user_context", from_scope = ["user_context", "context"], otherwise = "block" }]
allow = ["netra_backend/app/websocket_core/**"]
after = ["legacy-import"]

[[rules]]
id = "await-on-sync"
kind = "remove-await"
call = "netra_backend.app.websocket_core.websocket_manager.get_websocket_manager"

[priorities]
default = "P2"
rules = [
  { priority = "P0", paths = ["tests/mission_critical/**"] },
  { priority = "P0", reachable_from = ["netra_backend.app.routes.websocket"] },
  { priority = "P1", rule = ["direct-construction"], fan_in_at_least = 10 },
]

[batches]
by = ["rule", "package"]
max_files = 25
together = [["legacy-import", "direct-construction"]]

[run]
python = ".venv/bin/python"
on_red = "isolate"
copy = [".env", "build/*.so"]
pythonpath = ["."]
env = ["CI", "DATABASE_URL"]
format = [["ruff", "format", "{files}"]]

[[gates]]
id = "static"
level = "static"
run = ["ruff", "check", "--output-format", "json", "{files}"]
[[gates]]
id = "unit"
level = "tests"
run = ["{python}", "-m", "pytest", "-q", "tests/unit", "--junitxml={junit}"]
when = "batch"
timeout = 600
select = "impacted"
[[gates]]
id = "mission-critical"
level = "protected"
run = ["{python}", "-m", "pytest", "-q", "tests/mission_critical", "--junitxml={junit}"]
target = "17/18"
min_tests = 18
[[gates]]
id = "detection"
level = "tests"
run = ["{python}", "-m", "pytest", "-q", "tests/detection", "--junitxml={junit}"]
expect = "red-then-green"
when = "run"
env = { B = "2", A = "1" }
cwd = "sub/"
"""

RULE = move("one", "app.old.f", "app.new.g")
GATE = '[[gates]]\nid = "unit"\nlevel = "tests"\n'


def problems_of(path):
    with pytest.raises(PlanFileError) as caught:
        load(path)
    return [(one.line, one.key, one.message, one.suggestion) for one in caught.value.problems]


def test_the_contracts_example_is_read_with_all_its_defaults(write):
    spec = load(write(CONTRACT))
    assert [rule.id for rule in spec.rules] == ["legacy-import", "direct-construction", "await-on-sync"]
    assert [entry.priority for entry in spec.priorities.rules] == [Priority.P0, Priority.P0, Priority.P1]
    assert [entry.needs_graph for entry in spec.priorities.rules] == [False, True, True]
    assert spec.run.copy_in == (".env", "build/*.so")
    assert spec.run.format == (("ruff", "format", "{files}"),)
    static, unit, critical, detection = spec.gates
    assert (static.report, static.when, static.timeout, static.select) == ("exit-code", "batch", 600.0, "all")
    assert (unit.report, unit.level) == ("junit", Level.TESTS)
    assert (critical.target, critical.min_tests, critical.level) == (Fraction(17, 18), 18, Level.PROTECTED)
    assert (detection.env, detection.cwd, detection.shell) == ((("A", "1"), ("B", "2")), "sub", False)


def test_the_digest_is_that_of_the_files_bytes(write):
    first = load(write(CONTRACT))
    assert load(write(CONTRACT)).source_digest == first.source_digest
    assert load(write(CONTRACT + "# a remark\n")).source_digest != first.source_digest


def test_all_problems_are_told_at_once_by_line(write):
    path = write(
        """\
nam = "x"
title = 3
[scope]
exlude = ["**/generated/**"]
include = ["a/../b"]
source_roots = ["/src"]
[[rules]]
id = "a"
kind = "remove-awiat"
[[rules]]
id = "b"
kind = "move-symbol"
frm = "a.b.c"
to = "x.y.z"
after = ["c", "bb"]
paths = ["../elsewhere/**"]
[[gates]]
id = "tests"
level = "test"
run = []
target = "18/17"
when = "bach"
[[rules]]
id = "c"
kind = "remove-await"
call = "a.b.c"
[priorities]
rules = [
  { priority = "P3", rule = ["cc"], label = ["urgent"] },
  { priority = "P1" },
]
[batches]
by = ["rule", "rule"]
max_files = true
together = [["a"], ["a", "b"]]
[run]
copy = ["/etc/passwd"]
env = ["A B"]
"""
    )
    told = [(line, key, suggestion) for line, key, _, suggestion in problems_of(path)]
    assert told == [
        (1, "nam", "did you mean 'name'?"),
        (1, "name", ""),
        (2, "title", ""),
        (4, "scope.exlude", "did you mean 'exclude' or 'include'?"),
        (5, "scope.include[0]", ""),
        (6, "scope.source_roots[0]", ""),
        (9, "rules[a].kind", "did you mean 'remove-await'?"),
        (10, "rules[b].from", ""),
        (13, "rules[b].frm", "did you mean 'from'?"),
        (15, "rules[b].after[1]", "did you mean 'b'?"),
        (16, "rules[b].paths[0]", ""),
        (19, "gates[tests].level", "did you mean 'tests'?"),
        (20, "gates[tests].run", ""),
        (21, "gates[tests].target", ""),
        (22, "gates[tests].when", "did you mean 'batch'?"),
        (29, "priorities.rules[0].label[0]", ""),
        (29, "priorities.rules[0].priority", ""),
        (29, "priorities.rules[0].rule[0]", "did you mean 'c'?"),
        (30, "priorities.rules[1]", ""),
        (33, "batches.by[1]", ""),
        (34, "batches.max_files", ""),
        (35, "batches.together[0]", ""),
        (35, "batches.together[1][0]", ""),
        (37, "run.copy[0]", ""),
        (38, "run.env[0]", ""),
    ]


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (RULE + RULE, "rules[1].id", "two rules have the id 'one'"),
        (RULE + f'{GATE}run = ["a"]\n{GATE}run = ["b"]\n', "gates[1].id", "two gates have the id 'unit'"),
        (RULE + f'{GATE}run = [" "]\n', "gates[unit].run", "the first word, the program, is empty"),
        (RULE + f'{GATE}run = "pytest"\n', "gates[unit].run", "a list is wanted here, not 'pytest'"),
        (RULE + f'{GATE}run = ["a"]\nshell = 1\n', "gates[unit].shell", "true or false is wanted here, not 1"),
        (RULE + f'{GATE}run = ["a"]\nlevel2 = 1\n', "gates[unit].level2", "unknown key 'level2'"),
        (RULE + f'{GATE}run = ["a"]\ntimeout = 0\n', "gates[unit].timeout", "input should be greater than 0"),
        (RULE + f'{GATE}run = ["a"]\ncwd = "a/../../b"\n', "gates[unit].cwd", "'..' leads out of the repository"),
        (RULE + f'{GATE}run = ["a"]\nenv = {{ "A B" = "x" }}\n', "gates[unit].env", "'A B' does not fit"),
        (RULE + f'{GATE}run = ["{{juint}}"]\n', "gates[unit].run[0]", "unknown placeholder {juint}"),
        (RULE + f'{GATE}run = ["a"]\ntarget = "90%"\n', "gates[unit]", "`target` counts tests, and an exit code"),
        (RULE + f'{GATE}run = ["a"]\nreport = "junit"\n', "gates[unit]", "a junit report needs {junit}"),
        (RULE + f'{GATE}run = ["a"]\nreport = "xml"\n', "gates[unit].report", "'xml' is not one of junit, pytest, tap"),
        (
            RULE + f'{GATE}run = ["a"]\nreport = {{ lines = "(" }}\n',
            "gates[unit].report.lines",
            "the regular expression does not compile",
        ),
        (
            RULE + f'{GATE}run = ["a"]\nreport = {{ lines = "(?P<test>.)" }}\n',
            "gates[unit].report",
            "the expression needs (?P<outcome>...)",
        ),
        (
            RULE + '[[gates]]\nid = "rescan"\nlevel = "static"\nrun = ["a"]\n',
            "gates[rescan].id",
            "'rescan' is the name",
        ),
        ("rules = []\n", "rules", "a list of at least 1 is wanted here"),
        ("rules = 3\n", "rules", "a list is wanted here, not 3"),
        ("rules = [3]\n", "rules[0]", "a table is wanted here, not 3"),
        ('[[rules]]\nid = "x"\n', "rules[x]", "the key 'kind' is missing"),
        ('[[rules]]\nid = "x"\nkind = "zzz"\n', "rules[x].kind", "unknown kind 'zzz'"),
        ("", "rules", "the key 'rules' is missing"),
        (RULE + '[scope]\ninclude = ["a\\u0007"]\n', "scope.include[0]", "'a\\x07' does not fit"),
        (RULE + "[batches]\nby = []\n", "batches.by", "a list of at least 1 is wanted here"),
        (
            RULE + '[batches]\ntogether = [["one", "two"]]\n',
            "batches.together[0][1]",
            "no rule has the id 'two'",
        ),
    ],
)
def test_a_problem_is_told_where_it_is(write, text, key, message):
    found = problems_of(write(f'name = "some"\n{text}'))
    assert [one[1] for one in found] == [key]
    assert found[0][2].startswith(message)


@pytest.mark.parametrize("value", ['"17/18"', '"90%"', "0.9", "1", '"66.6%"'])
def test_pass_rates_are_exact(spec, value):
    gate = spec(RULE + f'{GATE}run = ["{{junit}}"]\ntarget = {value}\n').gates[0]
    assert (
        gate.target
        == {
            '"17/18"': Fraction(17, 18),
            '"90%"': Fraction(9, 10),
            "0.9": Fraction(9, 10),
            "1": Fraction(1),
            '"66.6%"': Fraction(333, 500),
        }[value]
    )


@pytest.mark.parametrize(
    "value", ['"17/0"', '"0%"', "0", "-1", "1.01", '"18/17"', "90", "nan", '"half"', "true", "[1]"]
)
def test_what_is_no_pass_rate_is_refused(write, value):
    [found] = problems_of(write(f'name = "some"\n{RULE}{GATE}run = ["{{junit}}"]\ntarget = {value}\n'))
    assert found[1] == "gates[unit].target"


def test_a_rate_above_one_hints_at_the_percentage(write):
    [found] = problems_of(write(f'name = "some"\n{RULE}{GATE}run = ["{{junit}}"]\ntarget = 90\n'))
    assert found[2].endswith('did you mean "90%"?')


def test_a_report_may_be_read_from_lines(spec):
    gate = spec(RULE + f"{GATE}run = ['a']\nreport = {{ lines = '(?P<test>.*): (?P<outcome>.*)' }}\nmin_tests = 2\n")
    assert gate.gates[0].report == LinesReport(lines="(?P<test>.*): (?P<outcome>.*)")


def test_a_leading_slash_ties_a_pattern_to_the_root(spec):
    assert spec(RULE + '[scope]\nexclude = ["/setup.py"]\n').scope.exclude == ("/setup.py",)


def test_toml_that_is_none_is_told_with_its_line(write):
    assert problems_of(write('name = "x"\n[scope\n'))[0][0] == 2
    assert problems_of(write('name = "x"\ntitle = """\n\n'))[0][:2] == (4, "")


def test_bytes_that_are_no_utf8_are_told_with_their_line(write):
    path = write("")
    path.write_bytes(b'name = "x"\n\n# \xff\n')
    assert problems_of(path) == [(3, "", "the file is not UTF-8", "save it as UTF-8")]


def test_nesting_that_no_parser_follows_is_a_problem(write):
    assert "nested too deeply" in problems_of(write("a = " + "[" * 20_000))[0][2]


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(write):
    path = write("")
    path.write_bytes(b"\xef\xbb\xbf" + CONTRACT.replace("\n", "\r\n").encode())
    assert load(path).name == "websocket-ssot"


def test_a_huge_file_is_not_read(write):
    path = write("#" * ((4 << 20) + 1))
    with pytest.raises(UsageError, match="larger than 4 MiB"):
        load(path)
    path.write_text(f'name = "x"\n{RULE}' + "#" * 1000)
    assert load(path).name == "x"


def test_a_file_that_is_not_there_names_those_that_are(write):
    path = write(CONTRACT)
    with pytest.raises(UsageError) as caught:
        load(path.with_name("other.toml"))
    assert "some.toml" in caught.value.hint


def test_a_plan_is_found_by_path_by_name_or_by_being_the_only_one(write, tmp_path, monkeypatch):
    path = write(CONTRACT)
    monkeypatch.chdir(tmp_path)
    assert find_plan(None, tmp_path) == path
    assert find_plan("some", tmp_path) == path
    assert find_plan("plans/some.toml", tmp_path / "elsewhere").resolve() == path
    assert find_plan("plans/some.toml", tmp_path) in (path, path.relative_to(tmp_path))
    (tmp_path / "some").mkdir()
    assert find_plan("some", tmp_path) == path


def test_a_plan_that_is_not_found_names_those_there_are(write, tmp_path):
    write(CONTRACT).with_name("more.toml").write_text("")
    with pytest.raises(UsageError) as caught:
        find_plan(None, tmp_path)
    assert caught.value.hint == "there are: more, some"
    with pytest.raises(UsageError) as caught:
        find_plan("sone", tmp_path)
    assert caught.value.hint == "did you mean 'some'?"
    with pytest.raises(UsageError) as caught:
        find_plan(None, tmp_path / "empty")
    assert "init" in caught.value.hint


def test_a_trigger_names_a_gate_that_is_there(tmp_path):
    path = tmp_path / "p.toml"
    gate = '[[gates]]\nid = "unit"\nlevel = "tests"\nrun = ["make"]\n'
    head = 'name = "p"\n[[rules]]\nid = "a"\nkind = "move-symbol"\nfrom = "a.b"\nto = "a.c"\n'
    path.write_text(head + gate + '[[triggers]]\ngate = "units"\ndo = "rollback-phase"\n')
    with pytest.raises(PlanFileError) as raised:
        load(path)
    (problem,) = raised.value.problems
    assert (problem.line, problem.message, problem.suggestion) == (
        12,
        "there is no gate 'units'",
        "did you mean 'unit'?",
    )
    path.write_text(path.read_text().replace("units", "unit") + '[[triggers]]\ngate = "unit"\ndo = "freeze"\n')
    with pytest.raises(PlanFileError) as again:
        load(path)
    assert [one.message for one in again.value.problems] == ["two triggers have the gate 'unit'"]

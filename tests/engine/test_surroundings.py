"""What stands around the gates: formatters, copied files, the interpreter, and the proof of what is tested."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.engine.conftest import PLAN, user
from tests.engine.test_run import at, git
from workbench.model.errors import EnvironmentFailed, ProvenanceFailed, Refused
from workbench.model.run import RunOutcome

FORMATTER = """
import pathlib, sys
for name in sys.argv[1:]:
    path = pathlib.Path(name)
    path.write_text(path.read_text().replace("#", "# formatted:"))
pathlib.Path("app/new.py").write_text("a formatter that wanders")
"""


def with_run(text):
    return PLAN.replace("[run]\n", f"[run]\n{text}\n")


def test_formatters_see_changed_files_and_nothing_else_of_theirs_is_kept(make_case):
    plan = with_run('format = [[{python!r}, "tool.py", "{{files}}"]]')
    case = make_case(user("a"), {"tool.py": FORMATTER}, plan=plan)
    record = case.run()
    assert record.outcome is RunOutcome.COMPLETE
    assert "# formatted: a" in at(case.root, record.branch, "app/a.py")
    assert git(case.root, "diff", "--name-only", "main", record.branch) == "app/a.py"


def test_a_formatter_that_fails_stops_the_run(make_case):
    case = make_case(user("a"), plan=with_run('format = [["false"]]'))
    with pytest.raises(EnvironmentFailed, match="formatter"):
        case.run()
    assert git(case.root, "rev-parse", "workbench/small") == git(case.root, "rev-parse", "main")


def test_ignored_files_that_gates_need_are_copied_in(make_case):
    needs = {
        ".gitignore": "secret.cfg\n__pycache__/\n",
        "tests/test_needs.py": "import pathlib\n\n\n"
        "def test_there():\n    assert pathlib.Path('secret.cfg').exists()\n",
    }
    case = make_case(user("a"), needs, plan=with_run('copy = ["secret.cfg"]'))
    (case.root / "secret.cfg").write_text("x")
    record = case.run()
    (suite,) = record.suites
    assert (suite.baseline.passed, suite.now.passed) == (2, 2)


def test_a_suite_that_would_test_something_else_is_found_out(make_case, tmp_path):
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", venv], check=True)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "app").mkdir(parents=True)
    (elsewhere / "app" / "__init__.py").write_text("")
    (site,) = venv.glob("lib/python*/site-packages")
    finder = f"""
        import sys
        from importlib.machinery import PathFinder

        class First:
            @staticmethod
            def find_spec(name, path=None, target=None):
                return PathFinder.find_spec(name, [{str(elsewhere)!r}]) if name == "app" else None

        sys.meta_path.insert(0, First)
        """
    (site / "editable_finder.py").write_text(textwrap.dedent(finder))
    (site / "editable.pth").write_text("import editable_finder\n")
    plan = PLAN.replace("python = {python!r}", f"python = {str(venv / 'bin' / 'python')!r}")
    case = make_case(user("a"), plan=plan)
    with pytest.raises(ProvenanceFailed, match="elsewhere"):
        case.run()


def test_an_interpreter_that_is_not_there_is_named(make_case):
    case = make_case(user("a"), plan=PLAN.replace("python = {python!r}", 'python = "nowhere/python"'))
    with pytest.raises(EnvironmentFailed, match="nowhere/python"):
        case.run()


def test_a_branch_with_foreign_commits_is_not_moved(make_case):
    case = make_case(user("a"))
    foreign = git(case.root, "commit-tree", "-p", "main", "-m", "foreign", "main^{tree}")
    git(case.root, "update-ref", "refs/heads/workbench/small", foreign)
    with pytest.raises(Refused, match="holds commits"):
        case.run()
    assert git(case.root, "rev-parse", "workbench/small") == foreign
    assert case.run(branch="other").outcome is RunOutcome.COMPLETE


def test_a_run_branch_that_is_checked_out_is_refused(make_case):
    case = make_case(user("a"))
    git(case.root, "checkout", "--quiet", "-b", "workbench/small")
    with pytest.raises(Refused, match="checked out"):
        case.run()


def test_nothing_of_ours_stays_behind(make_case, shared_cache: Path):
    case = make_case(user("a"), user("bad", breaks=True))
    case.run()
    assert list((shared_cache / "workbench" / "sandboxes").iterdir()) == []
    ours = sorted(path.name for path in (case.root / ".git" / "workbench").iterdir())
    assert ours == ["ledger.db", "memo.db", "run.lock"]
    refs = git(case.root, "for-each-ref", "--format=%(refname) %(objectname)", "refs/workbench").splitlines()
    base = git(case.root, "rev-parse", "main")
    assert refs == [f"refs/workbench/run-1/base {base}", f"refs/workbench/run-1/cand {base}"]
    assert [path.name for path in (case.root / ".git").rglob("*.lock")] == ["run.lock"]

"""The worked example of a team's own rule kind does what its page says, as a package installed beside this one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

from tests.docs.pages import DOCS

EXAMPLE = DOCS / "own-kind"
PLAN = (EXAMPLE / "loggers.toml").read_text(encoding="utf-8")
TREE = {
    "shop/__init__.py": "",
    "shop/orders.py": 'import logging\n\nlog = logging.getLogger("shop.orders")\n',
    "shop/bills.py": 'from logging import getLogger\n\nlog = getLogger("shop.bills")\naudit = getLogger("audit")\n',
    "check.py": (
        "from shop import bills, orders\n\n"
        "assert orders.log.name == 'shop.orders'\nassert bills.log.name == 'shop.bills'\n"
    ),
    "plans/loggers.toml": f'{PLAN}\n[run]\npython = "{sys.executable}"\n',
}


def entry_points() -> str:
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = project["entry-points"].items()
    lines = [line for group, points in groups for line in (f"[{group}]", *(f"{k} = {v}" for k, v in points.items()))]
    return "\n".join(lines) + "\n"


@pytest.fixture
def installed(tmp_path):
    """The package as an installer leaves it, in a directory that only PYTHONPATH names."""
    place = tmp_path / "site"
    shutil.copytree(EXAMPLE, place, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    info = place / "workbench_logger_name-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: workbench-logger-name\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(entry_points())
    return place


def ran(*command, env, code=0, cwd=None):
    ended = subprocess.run(
        [str(one) for one in command], env={**os.environ, **env}, cwd=cwd, capture_output=True, text=True, check=False
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout


def carries_out(command, root, git, env):
    """Scan and run the plan on a small repository; hold what came of it against what the page says."""
    page = ran(*command, "rules", "show", "logger-name", env=env)
    assert page.startswith("# logger-name\n\nA logger named after its module says `__name__`.")
    scanned = json.loads(ran(*command, "-C", root, "--json", "scan", "loggers", env=env, code=1))
    places = {(one["path"], one["line"]): (one["state"], one["reason"]) for one in scanned["violations"]}
    assert places == {
        ("shop/bills.py", 3): ("open", ""),
        ("shop/bills.py", 4): ("blocked", "other-logger"),
        ("shop/orders.py", 3): ("open", ""),
    }
    record = json.loads(ran(*command, "-C", root, "--json", "run", "loggers", env=env, code=1))
    totals = record["totals"]
    assert (totals["found"], totals["fixed"], totals["blocked"], totals["remaining"]) == (3, 2, 1, 0)
    assert {gate["verdict"] for batch in record["batches"] for gate in batch["gates"]} == {"pass"}
    changed = git(root, "show", "workbench/loggers:shop/bills.py")
    assert changed == 'from logging import getLogger\n\nlog = getLogger(__name__)\naudit = getLogger("audit")'


def test_the_kind_scans_and_runs_beside_ours(installed, make_repo, git):
    env = {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    carries_out([sys.executable, "-m", "workbench"], make_repo(TREE), git, env)


def test_without_the_package_its_plan_is_refused(make_repo):
    told = subprocess.run(
        [sys.executable, "-m", "workbench", "-C", make_repo(TREE), "scan", "loggers"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert "logger-name" in told.stderr


def test_the_kind_passes_its_own_test(installed):
    env = {"PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "-c", os.devnull]
    told = ran(sys.executable, "-m", "pytest", *options, EXAMPLE / "tests", env=env, cwd=installed)
    assert "9 passed" in told


def test_the_page_quotes_the_plan():
    assert f"```toml\n{PLAN}```\n" in (DOCS / "own-kind.md").read_text(encoding="utf-8")


@pytest.mark.real
def test_the_package_builds_and_installs_into_a_fresh_environment(tmp_path, make_repo, git):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    root = Path(__file__).resolve().parents[2]
    ran(*pip, "-c", root / "constraints.txt", root, EXAMPLE, env={})
    carries_out([tmp_path / "env" / "bin" / "workbench"], make_repo(TREE), git, {})
    ran(tmp_path / "env" / "bin" / "workbench", "rules", "new", "page-limit", env={}, cwd=tmp_path)
    ran(*pip, tmp_path / "workbench-page-limit", env={})
    assert "page-limit" in ran(tmp_path / "env" / "bin" / "workbench", "rules", env={})

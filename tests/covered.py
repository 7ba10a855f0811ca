"""Holds the rooms that must not lose anything to full branch coverage by their own tests; a plugin of pytest.

`python3 -m workbench.bootstrap test` runs every test with it, and traces only those of `OWN`: all others cost nothing.
What is measured, and what is not and why, stands in pyproject.toml under [tool.coverage]. A single line or branch that
is missed makes the run red and is named.
"""

from __future__ import annotations

import importlib
import io
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from coverage import Coverage, CoverageData

ROOT = Path(__file__).resolve().parent.parent
OWN = ("ledger", "repo", "gates", "engine/test_land.py", "engine/test_land_killed.py", "cli/test_doctor.py")
_OWN = tuple(ROOT / "tests" / one for one in OWN)
_SENT = "covered"


class Covered:
    """Traces the tests of the rooms in this process, and gathers what workers traced in theirs."""

    def __init__(self) -> None:
        self._coverage = _coverage()
        self._coverage.start()
        self._report = ""

    def pytest_configure(self, config: pytest.Config) -> None:
        if config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput"):
            self._coverage.stop()
            self._coverage = _coverage()  # the workers trace, and here it is gathered
            return
        for package in map(importlib.import_module, self._coverage.get_option("run:source_pkgs") or ()):
            # What is imported by chance in another's test would not be seen.
            for module in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{package.__name__}."):
                importlib.import_module(module.name)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Let every worker begin with its share of what is traced: what others leave in memory hides no line.

        The shares are those that xdist deals out at the start.
        """
        traced, others = [one for one in items if _is_own(one)], [one for one in items if not _is_own(one)]
        items.clear()
        for left in range(getattr(config, "workerinput", {}).get("workercount", 1), 0, -1):
            share, mine = (len(traced) + len(others)) // left, len(traced) // left
            items += traced[:mine] + others[: share - mine]
            del traced[:mine], others[: share - mine]

    def pytest_collection_finish(self) -> None:
        self._coverage.stop()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if not _is_own(item):
            return (yield)
        self._coverage.start()
        try:
            return (yield)
        finally:
            self._coverage.stop()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        sent = getattr(node, "workeroutput", {}).get(_SENT)
        if sent:
            found = CoverageData(no_disk=True)
            found.loads(sent)
            self._coverage.get_data().update(found)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_SENT] = self._coverage.get_data().dumps()
        elif session.exitstatus == pytest.ExitCode.OK:
            said = io.StringIO()
            if self._coverage.report(file=said) < self._coverage.get_option("report:fail_under"):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
                self._report = said.getvalue()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._report:
            terminalreporter.section("not covered by the tests of its own room", red=True)
            terminalreporter.write(self._report)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin before any conftest imports what is traced."""
    early_config.pluginmanager.register(Covered())


def _coverage() -> Coverage:
    return Coverage(data_file=None, config_file=str(ROOT / "pyproject.toml"))


def _is_own(item: pytest.Item) -> bool:
    return any(item.path.is_relative_to(one) for one in _OWN)

# ruff: noqa: ANN401 - the types are pytest's, which cannot be imported from here
"""A pytest plugin that writes down each test's exact node id and outcome, line by line, in a file of workbench's.

It is found through PYTHONPATH and PYTEST_ADDOPTS, so nothing is installed where it runs. It imports nothing but
the standard library, in syntax that every Python 3 since 3.6 reads. It takes its own traces out of the environment,
so that a pytest that a test starts is not recorded.
"""

import json
import os
from typing import Any

_PLACE = "WORKBENCH_RECORD"
_OPTION = "-p workbench_recorder"

if _PLACE in os.environ:
    # Where there is no file, this was never read, and nothing that pytest said is about the code.
    open(os.environ[_PLACE], "a", encoding="utf-8").close()  # noqa: PTH123


def pytest_configure(config: Any) -> None:
    place = os.environ.pop(_PLACE, "")
    options = os.environ.get("PYTEST_ADDOPTS", "").replace(_OPTION, "", 1).strip()
    if options:
        os.environ["PYTEST_ADDOPTS"] = options
    else:
        os.environ.pop("PYTEST_ADDOPTS", None)
    # Workers of xdist find no place in the environment; they report to their controller, which records for all.
    if place:
        config.pluginmanager.register(Recorder(place), "workbench-recorder")


class Recorder:
    """Writes one line for each phase of each test, between a first one and a last, when the session ends by itself.

    Several sessions of one gate write one after the other.
    """

    def __init__(self, place: str) -> None:
        self._file = open(place, "a", encoding="utf-8")  # noqa: SIM115, PTH123 - open as long as pytest runs
        self._line({"begin": os.getpid()})

    def pytest_runtest_logreport(self, report: Any) -> None:
        # A part of a test that was skipped does not skip the test; one that failed fails it.
        if not hasattr(report, "context") or report.outcome == "failed":
            self._write(report, report.when)

    def pytest_collectreport(self, report: Any) -> None:
        if report.outcome != "passed":
            self._write(report, "collect")

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self._line({"end": int(exitstatus)})
        self._file.close()

    def _write(self, report: Any, when: str) -> None:
        said = "" if report.outcome == "passed" else str(report.longrepr or "")
        xfail = hasattr(report, "wasxfail")
        self._line({"id": report.nodeid, "when": when, "outcome": report.outcome, "xfail": xfail, "said": said})

    def _line(self, fields: Any) -> None:
        self._file.write(json.dumps(fields) + "\n")
        self._file.flush()

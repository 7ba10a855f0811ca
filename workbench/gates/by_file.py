"""The one shape of a builtin gate's report: files stand where other gates have tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.model.gate import GateReport, Level, Outcome, Verdict


def report_by_file(
    level: Level, tests: Mapping[str, Outcome], failures: Mapping[str, str], *, wrong: str
) -> GateReport:
    """Return the report of a builtin gate: red as soon as one file is."""
    return GateReport(
        gate=str(level),
        level=level,
        verdict=Verdict.FAIL if failures else Verdict.PASS,
        seconds=0.0,
        tests=tests,
        output="\n".join(_lines(failures)),
        failures=failures,
        reason=_sentence(failures, wrong),
    )


def _lines(failures: Mapping[str, str]) -> Iterator[str]:
    for path, message in failures.items():
        yield from (f"{path}: {line}" for line in message.splitlines())


def _sentence(failures: Mapping[str, str], wrong: str) -> str:
    if not failures:
        return ""
    first, *others = sorted(failures)
    more = f" and {len(others)} more" if others else ""
    return f"{first}{more}: {wrong}"

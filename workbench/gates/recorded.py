"""Has pytest record its tests by their exact node ids, and reads the record: a report for who runs pytest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from workbench.gates.reports import Case, TestReport, Unreadable, collect
from workbench.model.gate import Outcome

_LARGEST = 256 << 20
_PLUGIN = Path(__file__).with_name("recorder")

Line = Mapping[str, object]


def recording(env: Mapping[str, str], place: Path) -> dict[str, str]:
    """Return the environment in which pytest records to `place`; what it says already stays, behind or before."""
    options = " ".join(part for part in ("-p workbench_recorder", env.get("PYTEST_ADDOPTS", "")) if part)
    path = ":".join(part for part in (env.get("PYTHONPATH", ""), str(_PLUGIN)) if part)
    return {**env, "PYTHONPATH": path, "PYTEST_ADDOPTS": options, "WORKBENCH_RECORD": str(place)}


def read_record(place: Path) -> TestReport | Unreadable:
    """Read a record of one or more sessions; if one of them has no end, it was broken off, and there is no evidence."""
    try:
        if place.stat().st_size > _LARGEST:
            return Unreadable("the record of the tests is larger than 256 MiB")
        lines = [json.loads(line) for line in place.read_text("utf-8").splitlines()]
    except FileNotFoundError:
        return Unreadable("pytest did not record its tests: it must heed PYTHONPATH and PYTEST_ADDOPTS", unasked=True)
    except (OSError, ValueError) as error:
        return Unreadable(f"the record of the tests cannot be read: {error}")
    begun, ended = (sum(word in line for line in lines) for word in ("begin", "end"))
    if not begun or begun != ended:
        return Unreadable("the record of the tests is cut short")
    runs = _runs([line for line in lines if "id" in line])
    return collect(_case(test, phases) for test, phases in runs if not _is_repeated(phases))


def _runs(lines: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Yield the phases of each run of each test; a test that is run again begins with another setup."""
    under_way: dict[str, list[Line]] = {}
    for line in lines:
        test = str(line["id"])
        if line["when"] in ("setup", "collect") and test in under_way:
            yield test, under_way.pop(test)
        under_way.setdefault(test, []).append(line)
    yield from under_way.items()


def _is_repeated(phases: Sequence[Line]) -> bool:
    """Say whether a plug-in took this run of a test back to try again: the last try is what it says of the test."""
    return any(one["outcome"] not in ("passed", "failed", "skipped") for one in phases)


def _case(test: str, phases: Sequence[Line]) -> Case:
    failed = [one for one in phases if one["outcome"] == "failed"]
    said = "\n".join(f"{one['when']}: {one['said']}" if one["when"] != "call" else str(one["said"]) for one in failed)
    if any(one["when"] != "call" for one in failed):
        return Case(test, Outcome.ERROR, said)
    if failed:
        return Case(test, Outcome.FAILED, said)
    # What is expected to fail and does has shown nothing; what passes nevertheless has passed.
    skipped = any(one["outcome"] == "skipped" for one in phases)
    return Case(test, Outcome.SKIPPED if skipped else Outcome.PASSED)

"""What a report names: each test with its outcome. JUnit XML here; what is read from a gate's output in `streams`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from workbench.model.gate import Outcome

NAMELESS = "(nameless)"

_LARGEST = 64 << 20
_MESSAGE = 4_000
_BADNESS = (Outcome.ERROR, Outcome.FAILED, Outcome.PASSED, Outcome.SKIPPED)


@dataclass(frozen=True, slots=True)
class TestReport:
    """Outcomes by test id, and what the red ones said (trimmed). Ids are unique."""

    __test__ = False

    tests: Mapping[str, Outcome]
    failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """There is no evidence in the report: it is missing, cut short, or not what it should be.

    `unasked`: nobody could tell the runner to write one, which says nothing about the code.
    """

    reason: str
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a report, before ids are made unique."""

    test: str
    outcome: Outcome
    message: str = ""


def collect(cases: Iterable[Case]) -> TestReport:
    """Give every case an id of its own: of several of one name the second is `name#2`.

    They are numbered from the worst to the best, so that the order in which they ran changes nothing:
    if one of two was red before and one is red now, no test has turned red.
    """
    named: defaultdict[str, list[Case]] = defaultdict(list)
    for case in cases:
        named[case.test].append(case)
    unique = {
        name if count == 1 else f"{name}#{count}": case
        for name, same in named.items()
        for count, case in enumerate(sorted(same, key=lambda one: _BADNESS.index(one.outcome)), start=1)
    }
    return TestReport(
        {test: case.outcome for test, case in unique.items()},
        {test: trim(case.message) for test, case in unique.items() if case.message},
    )


def trim(text: str, limit: int = _MESSAGE) -> str:
    """Keep the first quarter and the last three quarters of a long text: a traceback ends with its error."""
    if len(text) <= limit:
        return text
    return f"{text[: limit // 4]}\n[...]\n{text[-(limit - limit // 4) :]}"


def read_junit(path: Path) -> TestReport | Unreadable:
    """Read a JUnit file, xunit1 or xunit2, of at most 64 MiB; entities are refused, never expanded."""
    root = parse_junit(path)
    return root if isinstance(root, Unreadable) else cases_of(root)


def cases_of(root: Element) -> TestReport:
    """Return what a JUnit document says of each test."""
    return collect(_case(element) for element in root.iter("testcase"))


def parse_junit(path: Path) -> Element | Unreadable:
    """Return the root of a JUnit file, or why there is none."""
    try:
        if path.stat().st_size > _LARGEST:
            return Unreadable("the JUnit report is larger than 64 MiB")
        root = ElementTree.parse(path).getroot()
    except FileNotFoundError:
        return Unreadable("the JUnit report is missing")
    except DefusedXmlException as error:
        return Unreadable(f"the JUnit report is refused: {type(error).__name__}")
    except (ParseError, OSError, ValueError, LookupError) as error:
        return Unreadable(f"the JUnit report cannot be read: {error}")
    if root is None or root.tag not in ("testsuites", "testsuite"):
        return Unreadable("the JUnit report holds no test suite")
    return root


_OUTCOME_OF = {"error": Outcome.ERROR, "failure": Outcome.FAILED, "skipped": Outcome.SKIPPED}


def _case(element: Element) -> Case:
    """Read one case. One that failed in its body and again in its teardown counts as an error."""
    found = [(_OUTCOME_OF[child.tag], child) for child in element if child.tag in _OUTCOME_OF]
    outcome = min((one for one, _ in found), key=_BADNESS.index, default=Outcome.PASSED)
    said = [text for one, child in found if one is not Outcome.SKIPPED for text in (child.get("message"), child.text)]
    return Case(_id(element), outcome, "\n".join(text for text in said if text))


def _id(element: Element) -> str:
    """Name a case as pytest would, as far as the file says: `file::Class::name`, or `file` if it was not collected.

    xunit1 gives the file, and a class name that begins with the file's module; xunit2 gives the class
    name alone, which is kept as it is. An id need not be runnable, but it is the same in every run.
    """
    name = element.get("name") or NAMELESS
    classname, file = element.get("classname") or "", element.get("file") or ""
    module = file.removesuffix(".py").replace("/", ".")
    if not file:
        return "::".join(part for part in (classname, name) if part)
    if not classname and name == module:
        return file
    inside = "" if classname == module else classname.removeprefix(f"{module}.").replace(".", "::")
    return "::".join(part for part in (file, inside, name) if part)

"""What a report names: each test with its outcome. JUnit XML here; what is read from a gate's output in `streams`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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


def read_junit(path: Path, *, counted: bool = True) -> TestReport | Unreadable:
    """Read a JUnit file, xunit1 or xunit2, of at most 64 MiB; entities are refused, never expanded.

    `counted`: a suite that counts more tests than it names is cut short. pytest counts parts of tests (`subtests`) too.
    """
    root = parse_junit(path)
    if isinstance(root, Unreadable):
        return root
    missing = _missing(root) if counted else ""
    return Unreadable(missing) if missing else cases_of(root)


def cases_of(root: Element) -> TestReport:
    """Return what a JUnit document says of each test, and of what failed outside of all tests."""
    return collect([*map(_case, root.iter("testcase")), *_outside(root)])


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


_OUTCOME_OF = {
    "error": Outcome.ERROR,
    "rerunerror": Outcome.ERROR,
    "failure": Outcome.FAILED,
    "rerunfailure": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
}
"""By the child of a case that says it. A `flakyFailure` stands where another try passed: the last try counts."""

_ATTRIBUTE = {
    "error": Outcome.ERROR,
    **dict.fromkeys(("fail", "failed", "failure"), Outcome.FAILED),
    **dict.fromkeys(("disabled", "ignored", "notrun", "skip", "skipped", "suppressed"), Outcome.SKIPPED),
}
"""By the attributes `status` and `result`, which some runners write and no child with them."""


def _case(element: Element) -> Case:
    """Read one case. One that failed in its body and again in its teardown counts as an error."""
    found = [(_OUTCOME_OF[child.tag.lower()], child) for child in element if child.tag.lower() in _OUTCOME_OF]
    words = ((element.get(name) or "").lower() for name in ("status", "result"))
    outcomes = [*(one for one, _ in found), *(_ATTRIBUTE[word] for word in words if word in _ATTRIBUTE)]
    outcome = _worst(outcomes)
    said = [text for one, child in found if one is not Outcome.SKIPPED for text in (child.get("message"), child.text)]
    return Case(_id(element), outcome, "\n".join(text for text in said if text))


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    return min(outcomes, key=_BADNESS.index, default=Outcome.PASSED)


def _outside(root: Element) -> Iterator[Case]:
    """Yield a red case for each suite that is red though none of its cases is: what failed there was no test."""
    for suite in (root, *root.iterfind(".//testsuite")):
        said = [child for child in suite if child.tag.lower() in ("error", "failure")]
        reds = (_case(case).outcome in (Outcome.ERROR, Outcome.FAILED) for case in suite.iter("testcase"))
        counted = _number(suite, "errors") + _number(suite, "failures")
        if said or (counted and not any(reds)):
            words = "\n".join(filter(None, (text for one in said for text in (one.get("message"), one.text))))
            told = words or f"the report counts {counted} red, and names none"
            yield Case(f"{suite.get('name') or NAMELESS} (outside its tests)", Outcome.ERROR, told)


def _missing(root: Element) -> str:
    """Say that a suite counts more tests than it names; those that it skipped it need not name."""
    for suite in (root, *root.iterfind(".//testsuite")):
        named = sum(1 for _ in suite.iter("testcase"))
        counted = _number(suite, "tests")
        if named + _number(suite, "skipped") + _number(suite, "disabled") < counted:
            return f"the JUnit report has {named} of {counted} tests"
    return ""


def _number(element: Element, name: str) -> int:
    text = element.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() else 0


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
